import pytest

from toolkit.documents import Document
from toolkit.errors import InputError
from toolkit.reading import Reading, decode, read_bytes, read_document

TEXT = "Où est l’œuvre d’Étienne ?\nIci."


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.replace("\n", "\r\n").encode("utf-8"), "utf-8"),
        (TEXT.replace("\n", "\r").encode("cp1252"), "cp1252"),
        (TEXT.replace("\n", "\u2028").encode("utf-8"), "utf-8"),
    ],
)
def test_text_is_decoded_and_line_ends_are_unified(data, encoding):
    assert decode(data) == (TEXT, encoding)


def test_mixed_line_ends_are_unified():
    assert decode(b"a\r\nb\rc\nd")[0] == "a\nb\nc\nd"


def test_an_encoding_that_is_named_is_used():
    assert decode(TEXT.replace("’", "'").encode("mac-roman"), encoding="mac-roman")[0] == (
        TEXT.replace("’", "'")
    )
    with pytest.raises(InputError, match="no valid UTF-8 at byte 1"):
        decode(TEXT.encode("cp1252"), encoding="utf-8")


def test_stray_bytes_in_a_utf8_page_spoil_only_themselves():
    data = "Étienne a dit ".encode() + "déjà".encode("cp1252")
    assert decode(data) == ("Étienne a dit déjà", "utf-8 with cp1252")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\t ", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"Bon\x00jour", "NUL byte at offset 3"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04...", "archive"),
        ("Étienne".encode() + b"\xed\xa0\x80", "lone surrogate at byte 8"),
        (bytes(range(1, 32)) * 40, "binary"),
    ],
)
def test_what_is_no_text_is_refused(data, message):
    with pytest.raises(InputError, match=message):
        decode(data)


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.txt: No such file"):
        read_document(tmp_path / "absent.txt")
    with pytest.raises(InputError, match="is a folder"):
        read_document(tmp_path)


def test_a_file_over_the_limit_is_refused_and_never_cut(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("a" * 2_000_001)
    with pytest.raises(InputError, match="is larger than 1 MB"):
        read_document(path, Reading(max_bytes=1_000_000))


PARAGRAPHS = [
    "Le ministre a présenté jeudi son plan devant les députés réunis à Paris.",
    "Selon lui, le texte sera discuté en mars, puis soumis au Sénat avant l’été.",
    "L’opposition a quitté la salle avant le vote, comme elle l’avait annoncé la veille.",
]
PAGE = (
    '<!DOCTYPE html><html lang="fr-FR"><head><meta charset="{charset}">'
    "<title>Le plan du ministre | Le Matin</title>"
    '<meta name="author" content="Jeanne Oriol"><meta property="og:site_name" content="Le Matin">'
    '<meta property="article:published_time" content="2024-03-01T10:00:00Z"></head><body>'
    '<nav><a href="/">Accueil</a> <a href="/monde">Monde</a></nav>'
    "<article><h1>Le plan du ministre</h1>"
    + "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    + "</article>"
    "<footer><p>Tous droits réservés</p></footer></body></html>"
)


def one(name, data, **options):
    (document,) = read_bytes(name, data, Reading(**options))
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize("name", ["page.html", "page.txt", "-"])
def test_html_gives_its_main_text_and_what_it_says_of_itself(name):
    document = one(name, PAGE.format(charset="utf-8").encode())
    assert document.text.split("\n") == ["Le plan du ministre", *PARAGRAPHS]
    assert dict(document.metadata) == {
        "title": "Le plan du ministre",
        "author": "Jeanne Oriol",
        "date": "2024-03-01",
        "site": "Le Matin",
        "language": "fr",
    }


def test_html_that_is_called_text_is_left_as_it_is():
    page = PAGE.format(charset="utf-8")
    assert one("page.html", page.encode(), kind="text").text == page


def test_html_is_read_in_the_encoding_that_it_declares():
    page = PAGE.replace("’", "'")
    document = one("page.html", page.format(charset="iso-8859-15").encode("iso-8859-15"))
    assert "présenté" in document.text
    assert document.encoding == "iso-8859-15"
    data = page.format(charset="iso-8859-15").encode("iso-8859-15")
    assert one("page.txt", data).encoding == "iso-8859-15"
    wrongly = one("page.html", PAGE.format(charset="iso-8859-1").encode("utf-8"))
    assert "présenté" in wrongly.text


def test_html_without_a_main_text_gives_all_of_its_text():
    document = one("page.html", b"<html><body><div>Bonjour</div><script>x()</script></body></html>")
    assert document.text == "Bonjour"


def test_html_of_markup_only_is_refused():
    with pytest.raises(InputError, match="only markup"):
        one("page.html", b"<html><head></head><body><img src=x></body></html>")


def test_markdown_loses_its_markup_and_keeps_its_words():
    source = (
        "---\nauthor: Jeanne Oriol\ndate: 2024-03-01\n---\n# Le *plan*\n\nLe **ministre** a "
        "[présenté](https://exemple.fr) son\nplan.\n\n![photo](x)\n\n- un point ;\n- `deux`.\n\n"
        "> « Non. »\n\n    code\n"
    )
    document = one("page.md", source.encode())
    assert [line for line in document.text.split("\n") if line] == [
        "Le plan",
        "Le ministre a présenté son plan.",
        "- un point ;",
        "- deux.",
        "« Non. »",
        "code",
    ]
    assert document.metadata["title"] == "Le plan"
    assert document.metadata["author"] == "Jeanne Oriol"


def test_json_lines_give_a_document_a_line_with_the_other_fields():
    data = b'{"id": 7, "body": "Un."}\n\n{"id": 8}\nnot json\n[1]\n{"body": "<html><p>Deux.</p>"}\n'
    documents = list(read_bytes("c.jsonl", data, Reading(text_field="body")))
    assert documents[0] == Document(
        name="c.jsonl:1", text="Un.", metadata={"id": "7"}, record={"id": 7}
    )
    assert [str(each) for each in documents[1:4]] == [
        "c.jsonl:3: has no field 'body' (there are: id); --text-field names the one with the text",
        "c.jsonl:4: is no JSON: Expecting value: line 1 column 1 (char 0)",
        "c.jsonl:5: is no JSON object",
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
