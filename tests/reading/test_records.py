import json
import sys

import pytest

from toolkit.documents import Document
from toolkit.errors import InputError
from toolkit.reading import Reading, read_bytes
from toolkit.reading.records import MAX_LEVELS, json_object, listed


def test_json_lines_give_a_document_a_line_with_the_other_fields():
    data = b'{"id": 7, "body": "Un."}\n\n{"id": 8}\nnot json\n[1]\n{"body": "<html><p>Deux.</p>"}\n'
    documents = list(read_bytes("c.jsonl", data, Reading(text_field="body")))
    assert documents[0] == Document(
        name="c.jsonl:1", text="Un.", metadata={"id": "7"}, record={"id": 7}
    )
    assert [str(each) for each in documents[1:4]] == [
        "c.jsonl:3: has no field 'body' (there are: id); --text-field names the one with the text",
        "c.jsonl:4: is not valid JSON: Expecting value: line 1 column 1 (char 0)",
        "c.jsonl:5: is not a JSON object",
    ]
    assert documents[4].text == "Deux."


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_gives_a_document_a_row(separator):
    rows = [["id", "text"], ["1", '"Un,\ndeux; trois."'], ["2", ""]]
    data = "\r\n".join(separator.join(row) for row in rows).encode()
    first, second = read_bytes("c.csv", data)
    assert first == Document(
        name="c.csv:1", text="Un,\ndeux; trois.", metadata={"id": "1"}, record={"id": "1"}
    )
    assert "has no text in its field 'text'" in str(second)


def nested(levels, end="]"):
    """An object that holds lists, so many levels in all."""
    return f'{{"a": {"[" * (levels - 1)}{end * (levels - 1)}}}'


@pytest.mark.parametrize("stack", [300, 100_000])
def test_how_deep_a_record_may_be_does_not_depend_on_the_stack(stack):
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(stack)
    try:
        assert json_object(nested(MAX_LEVELS))["a"]
        for line in (nested(MAX_LEVELS + 1), nested(900), nested(900, end=""), nested(10**6)):
            with pytest.raises(InputError, match="is nested too deeply: 100 levels are the most"):
                json_object(line)
    finally:
        sys.setrecursionlimit(before)


def test_brackets_in_texts_are_no_levels():
    record = {"a": '[{"' * 500 + "\\", "b": [[1]] * 500, "c": "[" * 500}
    assert json_object(json.dumps(record)) == record
    with pytest.raises(InputError, match="is not valid JSON"):
        json_object('{"a": "' + "[" * 500)


def test_of_many_names_the_first_are_told():
    assert listed(["a", "b"]) == "a, b"
    assert listed([]) == "none"
    assert listed(range(10_000)).endswith("18, 19 and 9,980 more")
