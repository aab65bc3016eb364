from toolkit.summarization.faithfulness import checker as checker_module
from toolkit.summarization.faithfulness.checker import Checker, texts_of
from toolkit.summarization.faithfulness.evidence import index_text


def test_each_sentence_is_checked_once(monkeypatch):
    checked = []

    def check(text, evidence, language):
        checked.append(text)
        return []

    monkeypatch.setattr(checker_module, "check_statement", check)
    checker = Checker(index_text("It rains.", language="en"), "en")
    paragraphs = checker.paragraphs([["It rains.", "It snows."], ["It rains."]])
    assert texts_of(paragraphs) == [["It rains.", "It snows."], ["It rains."]]
    assert checker.sentence("It rains.") is paragraphs[0][0]
    assert checked == ["It rains.", "It snows."]


def test_sentences_without_a_fault_are_weighed_by_the_model():
    article = index_text(
        "The taxi unions ask for help. The mayor of Metz praised the new line.", language="en"
    )
    asked = []

    def likelihood(evidence, statements):
        asked.append(statements[0])
        return [-9.0, *(-1.0 for _ in statements[1:])]

    checker = Checker(article, "en", likelihood)
    doubtful, wrong = "The mayor of Metz hopes for unions' help.", "The mayor met Lavrov in Metz."
    paragraphs = checker.paragraphs([[doubtful, wrong, "The mayor of Metz praised the line."]])
    assert [bool(each.failed) for each in paragraphs[0]] == [False, True, False]
    weighed = checker.weighed(paragraphs)
    assert [[check.name for check in each.failed] for each in weighed[0]] == [
        ["actors"],
        ["names"],
        [],
    ]
    assert asked == [doubtful]
    assert checker.sentence(doubtful).failed
    assert Checker(article, "en").weighed(paragraphs) == paragraphs
