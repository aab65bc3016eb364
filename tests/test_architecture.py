import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import toolkit

PACKAGE = Path(toolkit.__file__).parent
ROOT = PACKAGE.parent

# Each layer may import from those before it.
LAYERS = [
    {"errors", "documents", "messages", "text", "languages", "files", "assets", "progress"},
    {"reading", "cleaning", "segmentation", "lexicon", "models", "store"},
    {"engines"},
    {"prompts"},
    {"translation", "summarization", "settings", "articles"},
    {"results", "schema"},
    {"pipeline"},
    {"output"},
    {"evaluation", "api"},
    {"cli"},
]


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def layer_of(module: str) -> int:
    name = module.split(".")[1]
    return next(index for index, names in enumerate(LAYERS) if name in names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_dependencies_run_one_way(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("toolkit."):
            assert layer_of(node.module) <= layer_of(module), f"{module} imports {node.module}"


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
