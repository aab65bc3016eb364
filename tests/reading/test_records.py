import pytest

from toolkit.documents import Document
from toolkit.reading import Reading, read_bytes


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
