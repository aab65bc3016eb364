import ast
import os
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import toolkit

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
    {"evaluation", "api"},
    {"cli"},
]
# What is only imported when it is called: a value writes itself down.
AT_CALL = {"toolkit.results": {"toolkit.schema"}}
# Beside the program itself, what imports a command: a model that is missing is pulled.
COMMANDS_IMPORTED = {("toolkit.cli.chain", "toolkit.cli.models")}
# Tests of no single module: of how the code is made, of a real model, of data, of whole packages.
TESTS_OF_NO_MODULE = {
    "test_architecture.py",
    "test_real_model.py",
    "test_references.py",
}
FOLDERS_OF_NO_PACKAGE = {"docs", "torture"}


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


IMPORTS = {
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


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_dependencies_run_one_way(path):
    module = name_of(path)
    for imported in IMPORTS[module]:
        inside = imported.split(".")[1] == module.split(".")[1]
        assert inside or layer_of(imported) < layer_of(module), f"{module} imports {imported}"


def test_no_module_imports_itself_by_way_of_others():
    TopologicalSorter(IMPORTS).prepare()


def test_commands_do_not_import_each_other():
    program = {"toolkit.cli", "toolkit.cli.main"}
    named = {name for name in IMPORTS["toolkit.cli.main"] if name.startswith("toolkit.cli.")}
    commands = named - {"toolkit.cli.console"}
    assert len(commands) >= 10
    importing = {
        (module, imported)
        for module in IMPORTS.keys() - program
        for imported in IMPORTS[module] & commands
    }
    assert importing == COMMANDS_IMPORTED


def test_every_test_file_mirrors_a_module():
    paths = (path.relative_to(TESTS) for path in TESTS.rglob("test_*.py"))
    tests = {path for path in paths if path.parts[0] not in FOLDERS_OF_NO_PACKAGE}
    strays = {
        str(path)
        for path in tests
        if not (PACKAGE / path.with_name(path.name.removeprefix("test_"))).is_file()
    }
    assert strays == TESTS_OF_NO_MODULE


def test_every_dependency_is_pinned_for_the_tests():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if "==" in line
    }
    optional = [each for extra in extras.values() for each in extra]
    wanted = [*project["project"]["dependencies"], *optional]
    names = {requirement.split(">=")[0].lower() for requirement in wanted}
    assert names <= pinned


def test_the_wheel_alone_does_the_main_job(tmp_path):
    """Built, unpacked and run away from the checkout."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", str(tmp_path), str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*install, str(site), str(wheel)], check=True, capture_output=True)
    code = (
        "import toolkit; from toolkit.assets import asset_folder;"
        "from toolkit.cli.main import main;"
        "print(toolkit.__file__, flush=True);"
        "seed = sorted(asset_folder('seeds').glob('*.txt'))[0];"
        "assert (asset_folder('eval') / 'README.md').is_file();"
        "raise SystemExit(main(['summarize', str(seed), '--model', 'fake', '-q']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    where, summary = done.stdout.split("\n", 1)
    assert Path(where).is_relative_to(site)
    assert "[fake]" in summary
