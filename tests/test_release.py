"""What is handed out: the wheel, and what stands in it."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

import toolkit

ROOT = Path(toolkit.__file__).parent.parent
ASSETS = "toolkit/_assets/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "-w", str(folder), str(ROOT)], check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory):
    """The wheel, installed away from the checkout."""
    folder = tmp_path_factory.mktemp("site")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*install, str(folder), str(wheel)], check=True, capture_output=True)
    return folder


@pytest.fixture
def outside(site, tmp_path):
    """Runs a command of the installed wheel in an empty folder."""

    def run(code: str, *arguments: str):
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(site), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return run


MAIN = "from toolkit.cli import run; run()"


def test_the_wheel_alone_does_the_main_job(outside, site):
    seeds = outside(
        "import toolkit; from toolkit.assets import asset_folder;"
        "print(toolkit.__file__, asset_folder('seeds'), sep='\\n')"
    )
    where, folder = map(Path, seeds.stdout.split("\n")[:2])
    assert where.is_relative_to(site)
    assert folder.is_relative_to(site)
    done = outside(MAIN, "summarize", str(sorted(folder.glob("*.txt"))[0]), "--model", "fake")
    assert done.returncode == 0, done.stderr
    assert "[fake]" in done.stdout


def test_the_wheel_measures_as_the_checkout_does(outside):
    done = outside(MAIN, "eval", "gate", "--quiet")
    assert done.returncode == 0, done.stderr
    done = outside(
        "from toolkit.evaluation.suites import list_suites, load_suite\n"
        "from toolkit.evaluation.systems import corpus_of\n"
        "parts = [part for name in list_suites() for part in load_suite(name).parts]\n"
        "print(len(parts), min(len(corpus_of(part).items) for part in parts))"
    )
    assert done.returncode == 0, done.stderr
    parts, items = map(int, done.stdout.split())
    assert parts > 5
    assert items > 1


def test_the_wheel_holds_what_the_program_reads_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = [PurePosixPath(each.filename) for each in archive.infolist()]
    tops = {each.parts[0] for each in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"toolkit"}
    assets = {str(each).removeprefix(ASSETS) for each in names if str(each).startswith(ASSETS)}
    assert not [each for each in assets if each.endswith(".py") or "lexicon" in each]
    folders = {"/".join(each.split("/")[:2]) for each in assets if each.startswith("eval/")}
    assert folders == {
        "eval/baseline.json",
        "eval/gold",
        "eval/references",
        "eval/results",
        "eval/suites",
    }
    assert {each.split("/")[2] for each in assets if each.startswith("eval/results/")} == {"seeds"}
    package = {str(each) for each in names if each.suffix == ".py"}
    assert package == {
        str(PurePosixPath(each.relative_to(ROOT).as_posix()))
        for each in (ROOT / "toolkit").rglob("*.py")
    }


def test_the_version_is_that_of_the_changelog(wheel):
    version = toolkit.__version__
    assert f"-{version}-" in wheel.name
    headings = [
        line
        for line in (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines()
        if line.startswith("## [")
    ]
    assert headings[0] == "## [Unreleased]"
    assert headings[1].startswith(f"## [{version}]")


def test_every_dependency_is_pinned_for_the_tests():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    pinned = [
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if "==" in line
    ]
    optional = [each for extra in extras.values() for each in extra]
    wanted = [*project["project"]["dependencies"], *optional]
    names = {re.split(r"\[|>=", requirement)[0].lower() for requirement in wanted}
    assert names <= set(pinned)
    assert len(pinned) == len(set(pinned))
