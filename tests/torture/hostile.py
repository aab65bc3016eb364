"""Inputs that ended a batch, or were lost in it, each with what is made of it.

GOOD are read whole; BAD are set aside, each for a reason that holds the words given.
"""

import json
import os
from pathlib import Path

ARTICLE = (
    "Le ministre présente jeudi son plan devant les députés réunis à Paris.\n"
    "Il a promis 1 200 emplois avant la fin de l'année, selon son entourage.\n"
)
PAGE = "<html><head><title>Un plan</title></head><body><article>{}</article></body></html>"
BODY = "".join(f"<p>{line}</p>" for line in ARTICLE.splitlines())
FRONT = "---\ntitle: Un plan\n{}\n---\n\n" + ARTICLE
TEXT = ARTICLE.replace("\n", " ").strip()


def page(extra: str, head: str = "") -> bytes:
    return PAGE.format(f"{BODY}<p>{extra}</p>").replace("<head>", f"<head>{head}").encode()


def record(**fields: object) -> str:
    return json.dumps({"text": TEXT, **fields}) + "\n"


def bomb(levels: int = 9) -> str:
    """Nine lines of YAML for a thousand million words."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, levels)
    ]
    return "\n".join(lines)


DEEP = "[" * 100_000
CODECS = (
    "hex base64 rot13 zlib bz2 quopri uu undefined punycode idna unicode_escape raw_unicode_escape"
).split()

GOOD: dict[str, bytes] = {
    "plain.txt": ARTICLE.encode(),
    "form_feed.html": page("Il part&#12; demain."),
    "unit_separator.html": page("Il part&#31; demain."),
    "control.html": page("Il part\x01 demain."),
    "no_character.html": page("Il part\uffff demain."),
    "no_date.md": FRONT.format("date: 0000-00-00").encode(),
    "odd_date.md": FRONT.format("date: 2024-13-45").encode(),
    **{
        f"codec_{name}.html": page("Il part demain.", f'<meta charset="{name}">') for name in CODECS
    },
}
BAD: dict[str, tuple[bytes, str]] = {
    "empty.txt": (b"", "is empty"),
    "spaces.txt": (b" \n\t\n" * 100, "is empty"),
    "nul.txt": (b"Le ministre\0 est parti.", "NUL"),
    "binary.txt": (bytes(range(1, 32)) * 200, "binary"),
    "picture.txt": (b"\x89PNG\r\n\x1a\n" + bytes(range(1, 200)), "image"),
    "surrogate.txt": (b"Le ministre \xed\xa0\x80 est parti en \xc3\xa9t\xc3\xa9.", "surrogate"),
    "menu.txt": (b"Accueil\nMenu\nPartager\n", "no article"),
    "english.txt": (
        b"The minister presented his plan to members of parliament in Paris on Thursday.\n" * 3,
        "English",
    ),
    "bomb.md": (FRONT.format(bomb()).encode(), "alias"),
    "deep.md": (FRONT.format(f"x: {DEEP}").encode(), ""),
    "no_text.html": (b"<html><body><script>1</script></body></html>", ""),
}
# Lines of a JSON lines file, with the reason for which each is set aside.
BAD_RECORDS: dict[str, tuple[str, str]] = {
    "no JSON": ("{\n", "JSON"),
    "a list": ("[1]\n", "JSON object"),
    "deep": (f'{{"text": "x", "more": {DEEP}\n', "nested too deeply"),
    "a field twice": ('{"text": "Le maire.", "text": "La mairesse."}\n', "'text' is there twice"),
    "no number": ('{"text": "Le maire.", "x": NaN}\n', "NaN is not a value of JSON"),
    "no text": ('{"body": "x"}\n', "no field 'text'"),
    "a surrogate in the text": ('{"text": "Le ministre \\ud800 est parti."}\n', "surrogate"),
    "a surrogate in a field": (record()[:-2] + ', "more": "\\udfff"}\n', "surrogate"),
    "a surrogate in a key": (record()[:-2] + ', "\\udfff": 1}\n', "surrogate"),
    "a surrogate inside": (record()[:-2] + ', "more": [{"a": ["\\ud83d"]}]}\n', "surrogate"),
    "a huge number": ('{"text": 1' + "0" * 5000 + "}\n", ""),
}
GOOD_RECORDS: dict[str, str] = {
    "plain": record(),
    "separators inside": json.dumps({"text": TEXT + "\u2028\u0085 Il part."}, ensure_ascii=False)
    + "\n",
    "fields": record(more={"a": [1, None, "é\u2029"]}, number=1.5),
    "keys of ours": record(translation="x", flagged=3),
}


def write_good(folder: Path) -> list[str]:
    for name, data in GOOD.items():
        (folder / name).write_bytes(data)
    return list(GOOD)


def write_bad(folder: Path) -> list[str]:
    """BAD, and what is hostile about names and kinds of files."""
    for name, (data, _) in BAD.items():
        (folder / name).write_bytes(data)
    (folder / "dangling.txt").symlink_to("nowhere")
    (folder / "loop.txt").symlink_to("loop.txt")
    os.mkfifo(folder / "pipe.txt")
    (folder / f"{'n' * 251}.txt").write_text(ARTICLE, "utf-8")  # no room for another suffix
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text(ARTICLE, "utf-8")
    return [*BAD, "dangling.txt", "loop.txt", "pipe.txt", "n" * 251 + ".txt", "caf\\udce9.txt"]
