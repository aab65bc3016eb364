import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import toolkit
from toolkit.cli.commands import COMMANDS

PACKAGE = Path(toolkit.__file__).parent
ROOT = PACKAGE.parent
TESTS = Path(__file__).parent

# Each layer may import from those before it. What stands in one layer doesn't know of each other.
LAYERS = [
    {"errors", "assets", "progress", "checks"},
    {"documents"},
    {"text", "files", "store"},
    {"languages"},
    {"segmentation", "reading", "cleaning", "lexicon", "models"},
    {"engines", "articles"},
    {"prompts", "results"},
    {"translation", "summarization", "schema"},
    {"settings"},
    {"pipeline", "output"},
    {"corpus", "evaluation", "api", "mcp", "server"},
    {"cli"},
]
# What is only imported when it is called: a value writes itself down.
AT_CALL = {"toolkit.results": {"toolkit.schema"}}
# Tests of no single module: of how the code is made, of a real model, of data, of whole packages,
# of what is handed out.
TESTS_OF_NO_MODULE = {
    "engines/test_candidates.py",
    "models/test_entries.py",
    "models/test_pull_best.py",
    "test_architecture.py",
    "test_portability.py",
    "test_real_model.py",
    "test_references.py",
    "test_release.py",
}
# Plain values and protocols.
MODULES_OF_NO_TEST = {
    "documents.py",
    "evaluation/answers.py",
    "progress.py",
    "server/options.py",
    "summarization/request.py",
}
FOLDERS_OF_NO_PACKAGE = {"browser", "docs", "torture"}


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


NAMES = frozenset(map(name_of, modules()))


def imports_of(source: str) -> set[str]:
    """The modules of the toolkit that `source` imports, in whatever way and at whatever place."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            wholes = {f"{node.module}.{each.name}" for each in node.names}
            found |= wholes & NAMES or {str(node.module)}
    return {name for name in found if name.split(".")[0] == "toolkit"} - {"toolkit"}


@cache
def imports() -> dict[str, set[str]]:
    """What each module of the toolkit imports of it."""
    return {
        name: imports_of(path.read_text("utf-8")) - AT_CALL.get(name, set())
        for path in modules()
        for name in [name_of(path)]
    }


def layer_of(module: str) -> int:
    name = module.split(".")[1]
    found = [index for index, names in enumerate(LAYERS) if name in names]
    assert found, f"{name} stands in no layer"
    return found[0]


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ("import toolkit.cli.main", "toolkit.cli.main"),
        ("import toolkit.reading as r, os", "toolkit.reading"),
        ("from toolkit import store", "toolkit.store"),
        ("from toolkit.cli import places", "toolkit.cli.places"),
        ("from toolkit.reading import decode", "toolkit.reading"),
        ("def f():\n    if 1:\n        from toolkit.text import fold", "toolkit.text"),
    ],
)
def test_an_import_is_seen_in_whatever_way_it_is_written(source, imported):
    assert imports_of(source) == {imported}


def test_dependencies_run_one_way():
    wrong = [
        f"{module} imports {imported}"
        for module, found in imports().items()
        for imported in found
        if imported.split(".")[1] != module.split(".")[1] and layer_of(imported) >= layer_of(module)
    ]
    assert wrong == []


def test_no_module_imports_itself_by_way_of_others():
    TopologicalSorter(imports()).prepare()


@pytest.mark.parametrize("library", ["ctranslate2", "openvino"])
def test_what_must_be_prepared_for_is_imported_in_one_place(library):
    """Which keeps OpenVINO's telemetry out and has CTranslate2 multiply rightly; whatever imports
    them elsewhere may come first.
    """
    importing = re.compile(rf"^\s*(?:import|from) {library}|importorskip\(.{library}", re.MULTILINE)
    found = [
        path
        for path in (*PACKAGE.rglob("*.py"), *TESTS.rglob("*.py"))
        if importing.search(path.read_text("utf-8"))
    ]
    assert found == [PACKAGE / "models" / f"{library}_runtime.py"]


def test_commands_do_not_import_each_other():
    commands = {f"toolkit.cli.{module}" for _, module in COMMANDS.values()}
    assert commands <= NAMES
    assert not {module for module, found in imports().items() if found & commands}


def test_every_test_file_mirrors_a_module():
    paths = (path.relative_to(TESTS) for path in TESTS.rglob("test_*.py"))
    tests = {path for path in paths if path.parts[0] not in FOLDERS_OF_NO_PACKAGE}
    strays = {
        str(path)
        for path in tests
        if not (PACKAGE / path.with_name(path.name.removeprefix("test_"))).is_file()
    }
    assert strays == TESTS_OF_NO_MODULE


def test_every_module_has_a_test_file():
    missing = {
        str(path.relative_to(PACKAGE))
        for path in modules()
        if path.name != "__init__.py"
        and not (TESTS / path.relative_to(PACKAGE).with_name(f"test_{path.name}")).is_file()
    }
    assert missing == MODULES_OF_NO_TEST
