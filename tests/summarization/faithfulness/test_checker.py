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
