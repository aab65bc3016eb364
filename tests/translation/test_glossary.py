import pytest

from toolkit.errors import UsageError
from toolkit.translation.glossary import Term, load_glossary


def load(path, text):
    path.write_bytes(text.encode("utf-8"))
    return load_glossary(str(path), source_language="fr", target_language="en")


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_glossary_is_a_table_with_commas(tmp_path, separator, mark):
    rows = [
        ("source", "target", "kind", "case", "note"),
        ('"pont, le"', "bridge", "", "", '"a note, ""quoted"""'),
        ("Pont", "Pontus", "phrase", "same", ""),
    ]
    table = "\r\n".join(separator.join(row) for row in rows)
    glossary = load(tmp_path / "mine.csv", f"{mark}{table}\r\n\r\n")
    assert glossary.terms == (
        Term("pont, le", "bridge"),
        Term("Pont", "Pontus", "phrase", same_case=True),
    )
    assert (glossary.name, glossary.digest[:7]) == ("mine", "sha256:")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no terms"),
        ("source,target\n", "holds no terms"),
        ("français,anglais\npont,bridge\n", "no CSV file with the columns source and target"),
        ("source,target\npont,\n", "row 1 is no term: 'pont | '"),
        ("source,target\npont\n", "row 1 is no term"),
        ("source,target,kind\npont,bridge,noun\n", "row 1: kind is 'term' or 'phrase', not 'noun'"),
        ("source,target\npont,bridge,x\n", "row 1 has more cells than the header"),
        ('source,target\n"pont,bridge\n', "row 1 is no CSV"),
    ],
)
def test_a_row_that_is_no_term_is_named(tmp_path, text, message):
    with pytest.raises(UsageError, match=message.replace("|", r"\|")):
        load(tmp_path / "bad.csv", text)


def test_an_unknown_glossary_says_which_files_are_read():
    with pytest.raises(UsageError, match=r"\.tsv, \.csv or \.tbx"):
        load_glossary("mine.txt", source_language="fr", target_language="en")
