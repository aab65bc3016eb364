def test_models_are_listed_and_shown(run):
    _, out, _ = run("models", "list")
    assert "(default)" in out
    _, out, _ = run("models", "show", "nllb-200-distilled-600m")
    assert "licence: CC-BY-NC-4.0" in out
    assert "installed: no" in out
