from toolkit.summarization.date_facts import date_facts
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence
from toolkit.summarization.faithfulness.facts import unsupported_facts


def test_a_date_may_rest_on_the_day_of_publication():
    facts = date_facts("2024-04-10", "Ils se sont vus mardi.", "fr")
    passages = (SourceSentence("Ils se sont vus mardi.", "They met on Tuesday.", 0),)
    article = EvidenceIndex((*passages, *(SourceSentence("", fact) for fact in facts)))
    assert not unsupported_facts("They met on Tuesday, April 9, 2024.", article, "en")
    assert unsupported_facts("They met on Tuesday, April 9, 2024.", EvidenceIndex(passages), "en")
    assert date_facts("", "mardi", "fr") == []
