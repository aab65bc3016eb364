from toolkit.assets import asset_folder


def test_own_prompts_are_checked_and_used(run, page, tmp_path):
    _, shown, _ = run("prompts", "show", "translation/news")
    own = tmp_path / "own.yaml"
    own.write_text(shown.replace("{{ source }}", "OWN {{ source }}"), "utf-8")
    _, out, _ = run("translate", page, "--model", "fake", "--prompt", own, "--glossary", "none")
    assert out.count("[fake] OWN") == 2
    own.write_text(shown + "surprise: 1\n", "utf-8")
    code, _, err = run("translate", page, "--model", "fake", "--prompt", own)
    assert code == 2
    assert "surprise" in err
    own.write_text(shown.replace("{{ source }}", "{{ sourse }}"), "utf-8")
    code, _, err = run("translate", page, "--model", "fake", "--prompt", own)
    assert code == 2
    assert "'sourse' is undefined" in err


def test_prompts_are_listed(run):
    _, out, _ = run("prompts", "list")
    listed = {line.split()[0] for line in out.splitlines()}
    files = asset_folder("prompts").glob("*/*.yaml")
    assert listed == {f"{file.parent.name}/{file.stem}" for file in files}
    assert {"translation/news.v1", "summarization/brief.v1", "feedback/translation.v1"} < listed
