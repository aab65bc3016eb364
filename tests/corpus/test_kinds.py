import pytest

from toolkit.corpus.kinds import kind_of, told
from toolkit.corpus.preparing import CutOffError
from toolkit.errors import InputError, LanguageError, NoTextError, TooLongError


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (LanguageError("looks English", found="en", expected="fr"), "language"),
        (NoTextError("is empty"), "no_text"),
        (TooLongError("is over the limit"), "too_long"),
        (CutOffError("is cut off"), "unreadable"),
        (InputError("has no id in its field 'id'"), "other"),
        (RecursionError("too deep"), "bug"),
    ],
)
def test_an_error_is_of_the_kind_that_its_class_says(error, kind):
    assert kind_of(error) == kind


def test_kinds_are_told_with_the_most_frequent_first():
    assert told({"no_text": 3, "bug": 0, "language": 1028}) == (
        "1,028 in another language, 3 without text"
    )
    assert told({}) == ""
