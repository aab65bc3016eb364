"""Prompts, settings and glossaries that somebody else wrote."""

import os

import pytest

from tests.torture import hostile
from toolkit.cli import console
from toolkit.cli.main import main

TEMPLATES = [
    "{{ cycler.__init__.__globals__.os.system('touch owned') }}",
    "{{ self.__init__.__globals__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ lipsum.__globals__['os'].popen('touch owned').read() }}",
    "{{ source|attr('__class__') }}",
    "{{ ().__class__.__base__ }}",
    "{% for key in terms.__class__.__mro__ %}{{ key }}{% endfor %}",
    "{{ terms.append(1) }}",
    "{{ 1/0 }}",
    "{{ 'a' * 9999999999 }}",
    "{{ [0] * 9999999999 }}",
    "{{ 9 ** 9999999 }}",
    "{{ source.ljust(9999999999) }}",
    "{{ '%9999999999d'|format(1) }}",
    "{{ source|center(9999999999) }}",
    "{% for i in range(999999999) %}a{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% include '/etc/passwd' %}",
    "{% import '/etc/passwd' as x %}",
    "{{ nothing }}",
    "{% endfor %}",
    "{{ '\\ud800' }}",
]
BAD_FILES = {
    "aliases": f"task: translation\ndescription: x\nsystem: x\nuser: x\n{hostile.bomb()}\n",
    "deep": "task: " + hostile.DEEP,
    "a tag": "task: !!python/object/apply:os.system ['touch owned']\n",
    "a list": "[1]\n",
    "binary": "\0\1\2",
    "empty": "",
}


@pytest.fixture
def run(capsys, monkeypatch, tmp_path, figures):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console, "_reported", set())
    (tmp_path / "a.txt").write_text(hostile.ARTICLE, "utf-8")

    def run_one(*arguments):
        figures["inputs"] += 1
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        assert "this is a bug" not in captured.err
        assert not (tmp_path / "owned").exists()
        return code, captured.out, captured.err

    return run_one


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("place", ["system", "user"])
def test_a_prompt_gets_at_nothing(run, tmp_path, template, place):
    prompt = {"task": "translation", "description": "x", "system": "s", "user": "u"}
    prompt[place] = template
    import json

    (tmp_path / "x.yaml").write_text(json.dumps(prompt))  # which is YAML
    (tmp_path / "toolkit.toml").write_text('translation_prompt = "x.yaml"\n')
    code, out, err = run("translate", "a.txt", "--model", "fake", "-q")
    assert (code, out) == (2, "")
    assert "prompt x: " in err


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_prompt(run, tmp_path, name):
    (tmp_path / "x.yaml").write_text(BAD_FILES[name])
    code, _, err = run("translate", "a.txt", "--model", "fake", "--prompt", "x.yaml")
    assert code == 2
    assert "x.yaml" in err


def test_a_prompt_that_is_no_file(run, tmp_path):
    (tmp_path / "x.yaml").mkdir()
    for name in ("x.yaml", "none.yaml", "/dev/zero.yaml", "\udce9.yaml"):
        assert run("translate", "a.txt", "--model", "fake", "--prompt", name)[0] == 2


NAMING = {
    "translation_prompt": "x.yaml",
    "second_translation_prompt": "x.yaml",
    "summarization_prompt": "x.yaml",
    "glossary": "x.tsv",
    "cache_file": "x.sqlite",
    "models_folder": "models",
    "bertscore_model": "bert",
    "model": "folder",
    "translator": "folder",
    "summarizer": "folder",
}


@pytest.mark.parametrize("name", NAMING)
@pytest.mark.parametrize("where", ["../{}", "{root}/{}", "~/{}", "inside/../../{}", "link/{}"])
def test_settings_of_the_current_folder_name_nothing_outside(run, tmp_path, name, where):
    (tmp_path / "link").symlink_to("/tmp")
    value = where.format(NAMING[name], root="/etc")
    (tmp_path / "toolkit.toml").write_text(f'{name} = "{value}"\n')
    code, _, err = run("config")
    assert code == 2
    assert f"{name} names " in err
    assert "outside of this folder" in err


def test_settings_of_the_current_folder_are_named_once(run, tmp_path):
    (tmp_path / "toolkit.toml").write_text('glossary = "none"\nmodel = "fake"\n')
    code, _, err = run("summarize", "a.txt", "-q")
    assert code == 0
    assert err == f"toolkit: settings of {tmp_path / 'toolkit.toml'} are in force\n"
    assert run("summarize", "a.txt", "-q")[2] == ""


@pytest.mark.parametrize(
    "text",
    [
        f"a = {hostile.DEEP}",
        "model = ",
        "\udce9",
        "\0",
        "threads = " + "9" * 5000,
        "model = 1",
        "nope = 1",
        "[checks]\nx=1",
    ],
)
def test_settings_that_cannot_be_read(run, tmp_path, text):
    (tmp_path / "toolkit.toml").write_text(text, errors="surrogateescape")
    code, _, err = run("config")
    assert code == 2
    assert "toolkit.toml" in err


def test_settings_that_are_no_file(run, tmp_path):
    (tmp_path / "toolkit.toml").mkdir()
    assert run("config")[0] == 2
    (tmp_path / "toolkit.toml").rmdir()
    os.mkfifo(tmp_path / "toolkit.toml")
    code, _, err = run("config")
    assert code == 2
    assert "not a regular file" in err


def test_the_doctor_looks_at_any_folder(run, monkeypatch):
    monkeypatch.setenv("TOOLKIT_MODELS_FOLDER", "a" * 300)
    assert run("doctor")[0] == 4


def test_a_current_folder_that_is_gone(run, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    code, _, err = run("clean", tmp_path / "a.txt", "-o", "x")
    assert code == 2
    assert "the current folder can't be used" in err


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.tbx", b'<?xml version="1.0" encoding="klingon"?><tbx/>'),
        ("x.tbx", b'<?xml version="1.0" encoding="utf-7"?><tbx/>'),
        ("x.tbx", b"<a>" * 200_000),
        ("x.tbx", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
        (
            "x.tbx",
            b"<!DOCTYPE a [<!ENTITY b0 'lol'>"
            + b"".join(b"<!ENTITY b%d '%s'>" % (n, b"&b%d;" % (n - 1) * 10) for n in range(1, 10))
            + b"]><a>&b9;</a>",
        ),
        ("x.tsv", b"\xff\xfe\x00"),
        ("x.tsv", b""),
        ("x.tsv", b"source\ttarget\n\tx\n"),
        ("x.tsv", b"source\ttarget\n" + b"a" * 50 + b"\n"),
    ],
)
def test_a_glossary_that_cannot_be_read(run, tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    code, _, err = run("translate", "a.txt", "--model", "fake", "--glossary", name)
    assert code == 2
    assert name in err


def test_separators_inside_a_term(run, tmp_path):
    (tmp_path / "x.tsv").write_text("source\ttarget\nplan\tplan\u2028\x85B\n", "utf-8")
    assert run("translate", "a.txt", "--model", "fake", "--glossary", "x.tsv", "-q")[0] == 0


def test_the_doctor_names_what_weakens_the_promises(run, tmp_path):
    (tmp_path / "models").mkdir(mode=0o777)
    (tmp_path / "models").chmod(0o777)
    (tmp_path / "toolkit.toml").write_text(
        'models_folder = "models"\nmax_tries = 1\n[checks]\noff = ["names"]\n'
    )
    _, out, _ = run("doctor")
    for told in (
        "models_folder comes from toolkit.toml",
        "everybody may write to",
        "these checks of translations are off: names",
        "max_tries is 1",
    ):
        assert f"warning: {told}" in out or told in out
