from tests.reading.helpers import one


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
