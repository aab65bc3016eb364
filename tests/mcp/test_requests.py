from typing import get_args

import pytest

from toolkit.errors import UsageError
from toolkit.languages import LANGUAGES
from toolkit.mcp.requests import (
    MAX_CHARS,
    SETTINGS,
    CleanRequest,
    Code,
    Source,
    SummarizeRequest,
    TranslateRequest,
    parsed,
)
from toolkit.settings import AUTO, Settings


def test_languages_are_those_that_the_toolkit_knows():
    assert set(get_args(Code)) == LANGUAGES.keys()
    assert set(get_args(Source)) == {AUTO, *LANGUAGES}


def test_arguments_stand_for_settings():
    assert set(SETTINGS.values()) <= Settings.model_fields.keys()
    asked = parsed(SummarizeRequest, {"text": "a", "source": "auto", "max_words": "20"})
    assert asked.changes == {"source_language": "auto", "max_words": 20}
    nothing = {"target": None, "quality": None, "path": None}
    assert parsed(TranslateRequest, {"text": "a", **nothing}).changes == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "^give either text or path$"),
        ({"text": "a", "path": "b"}, "^give either text or path$"),
        ({"text": 1}, "^text: Input should be a valid string$"),
        ({"text": "a" * (MAX_CHARS + 1)}, "^text: String should have at most 1000000 characters$"),
        ({"txt": "a"}, r"^there is no argument 'txt'; did you mean 'text'\?$"),
        ({"text": "a", "source": "de"}, "^source: Input should be 'auto', 'fr' or 'en'$"),
        ({"text": "a", "target": "auto"}, "^target: Input should be 'fr' or 'en'$"),
        ({"text": "a", "length": "epic"}, "^length: Input should be 'headline', "),
        ({"text": "a", "max_words": 2}, "^max_words: Input should be greater than or equal to 5$"),
        ({"text": "a", "max_words": 10**9}, "^max_words: "),
        ({"text": "a", "min_confidence": 2}, "^min_confidence: "),
    ],
)
def test_a_fault_is_told_in_one_line(arguments, said):
    with pytest.raises(UsageError, match=said):
        parsed(SummarizeRequest, arguments)


def test_what_belongs_to_another_tool_is_refused():
    with pytest.raises(UsageError, match="there is no argument 'length'"):
        parsed(CleanRequest, {"text": "a", "length": "brief"})


def test_what_is_asked_for_is_described():
    for kind in (CleanRequest, TranslateRequest, SummarizeRequest):
        properties = kind.model_json_schema()["properties"]
        assert all(each.get("description") for each in properties.values())
