import json

from toolkit.settings import Settings


def test_settings_come_from_file_environment_and_flags(run, page, tmp_path, monkeypatch):
    (tmp_path / "toolkit.toml").write_text('model = "fake"\nmax_words = 9\n')
    monkeypatch.setenv("TOOLKIT_MAX_WORDS", "8")
    _, out, _ = run("config")
    assert "model = fake  (toolkit.toml)" in out
    assert "max_words = 8  (TOOLKIT_MAX_WORDS)" in out
    _, out, _ = run("summarize", page, "-n", "7", "--format", "json")
    assert json.loads(out)["summary"]["max_words"] == 7
    (tmp_path / "toolkit.toml").write_text("bogus = 1\n")
    code, _, err = run("config")
    assert code == 2
    assert "toolkit.toml: there is no setting bogus" in err


def test_settings_inside_a_table_are_shown_one_by_one(run, tmp_path):
    (tmp_path / "toolkit.toml").write_text("[checks]\noff = ['coverage']\n")
    _, out, _ = run("config")
    assert "checks.off = ['coverage']  (toolkit.toml)" in out
    shown = {line.split(" = ")[0].split(".")[0] for line in out.splitlines() if " = " in line}
    assert shown == Settings.model_fields.keys()
