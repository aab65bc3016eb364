"""A folder with every file that the examples of the documentation name."""

import gzip
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.compatible import compatible_service
from tests.server.serving import served
from toolkit.cleaning import Repeats
from toolkit.cli.main import main
from toolkit.server.app import create_app

PARAGRAPHS = (
    "Le ministre présente jeudi son plan devant les députés réunis à Paris.",
    "Il a promis 1 200 emplois avant la fin de l'année, selon son entourage.",
    "La fonte des glaciers s'accélère dans les Alpes, a-t-il ajouté devant la presse.",
)
ENGLISH = (
    "The minister presents his plan to members of parliament in Paris on Thursday.",
    "He promised 1,200 jobs before the end of the year, according to his staff.",
    "Glaciers are melting faster in the Alps, he added in front of the press.",
)
PAGE = "Accueil > Monde\nUn plan pour Paris\n" + "\n".join(PARAGRAPHS) + "\nPartager\n"
HTML = "<h1>Un plan pour Paris</h1>" + "".join(f"<p>{each}</p>" for each in PARAGRAPHS)
FILES = {
    "page.txt": PAGE,
    "a.txt": PAGE,
    "b.txt": PAGE.replace("1 200", "1 500"),
    "page.html": HTML,
    "pages/monde/one.txt": PAGE,
    "pages/two.txt": PAGE.replace("ministre", "maire"),
    "repeats.json": Repeats.of_sites({"monde": {"Partager": 3}}).to_json(),
    "corpus.jsonl": json.dumps({"id": 1, "body": " ".join(PARAGRAPHS)}) + "\n",
    "corpus.csv": f'id,body\n1,"{" ".join(PARAGRAPHS)}"\n',
    "terms.tsv": "source\ttarget\nministre\tminister\n",
    "report.txt": " ".join(ENGLISH) + "\n",
    "fr.txt": "\n".join(PARAGRAPHS) + "\n",
    "en.txt": "\n".join(ENGLISH) + "\n",
    "out.txt": "\n".join(ENGLISH) + "\n",
    "ref.txt": "\n".join(ENGLISH) + "\n",
    "ref2.txt": "\n".join(ENGLISH) + "\n",
    "judged.jsonl": json.dumps(
        {"id": "1", "system": "a", "source": PARAGRAPHS[0], "target": ENGLISH[0], "errors": []}
        | {"judge": "bea", "judged": "2026-01-02"}
    )
    + "\n",
    "mine.tsv": "source\ttarget\n"
    + "".join(f"{fr}\t{en}\n" for fr, en in zip(PARAGRAPHS, ENGLISH, strict=True)),
}


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written once; tests get copies."""
    folder = tmp_path_factory.mktemp("stock")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (folder / "page.html.gz").write_bytes(gzip.compress(HTML.encode("utf-8")))
    first = ["eval", "run", "--output", str(folder / "runs/a"), "--model", "fake", "--quiet"]
    assert main([*first, "--limit", "1"]) == 0
    shutil.copytree(folder / "runs/a", folder / "runs/b")
    return folder


@pytest.fixture
def stocked(stock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a copy of every file."""
    folder = tmp_path / "examples"
    shutil.copytree(stock, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def fake_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake engine is the best that is installed."""
    from toolkit.pipeline import components

    monkeypatch.setattr(components, "best_installed", lambda *_, **__: "fake")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server whose engine is fake."""
    with served(create_app(compatible_service())) as port:
        yield f"http://127.0.0.1:{port}"
