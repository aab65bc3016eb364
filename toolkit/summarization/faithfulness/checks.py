"""What an article doesn't support of one sentence of a summary."""

from itertools import chain

from toolkit.checks import Check
from toolkit.summarization.faithfulness.attribution import dropped_subjects, silent_speakers
from toolkit.summarization.faithfulness.evidence import EvidenceIndex
from toolkit.summarization.faithfulness.exchange import far_apart
from toolkit.summarization.faithfulness.facts import unsupported_facts
from toolkit.summarization.faithfulness.modality import dropped_hedges
from toolkit.summarization.faithfulness.roles import other_offices
from toolkit.summarization.faithfulness.speakers import other_speakers

MIN_CONTENT = 0.15  # of a statement, in the sentence of the article that says most of it


def check_statement(statement: str, evidence: EvidenceIndex, language: str) -> list[Check]:
    """The checks that `statement`, a sentence in `language`, fails. By whom something is said, and
    whether as a hope, is compared only with an article in the same language.
    """
    found = unsupported_facts(statement, evidence, language)
    article = evidence.text_in(language)
    if (article or evidence.may_translate_to(language)) and evidence.best(statement) < MIN_CONTENT:
        found.append(Check(name="content", relation="unsupported"))
    if language == "en" and evidence.sentences:
        found += far_apart(statement, evidence)
    if article and language == "en":
        pairs = dropped_subjects(statement, article)
        for name, relation, values in (
            ("attribution", "silent", silent_speakers(statement, article)),
            ("attribution", "subject", chain.from_iterable(pairs)),
            ("attribution", "other_speaker", other_speakers(statement, evidence)),
            ("attribution", "other_office", other_offices(statement, article)),
            ("modality", "hoped", dropped_hedges(statement, evidence)),
        ):
            if listed := tuple(values):
                found.append(Check(name=name, relation=relation, values=listed))
    return found
