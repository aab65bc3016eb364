import json


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
    assert "toolkit.toml: bogus" in err
