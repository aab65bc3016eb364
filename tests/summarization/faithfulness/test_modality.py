import pytest

from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence
from toolkit.summarization.faithfulness.modality import dropped_hedges


@pytest.mark.parametrize(
    ("statement", "verbs"),
    [
        ("Xi Jinping met Vladimir Putin in June.", ["meet"]),
        ("Xi and Putin meet in June, plan to strengthen relations.", ["meet"]),
        ("Xi hoped to meet Putin in June.", []),
        ("Xi will meet Putin in June.", []),
        ("Xi spoke of meeting Putin in June.", []),
        ("Xi signed a treaty in June.", []),
    ],
)
def test_a_hope_is_not_told_as_done(statement, verbs):
    passages = (
        SourceSentence(
            "", "President Xi Jinping said that he hoped to meet Vladimir Putin in June.", 0
        ),
        SourceSentence("", "He wants to sign a treaty and signed one last year.", 80),
    )
    assert dropped_hedges(statement, EvidenceIndex(passages)) == verbs
