def test_the_store_is_shown_and_cleared_and_can_be_left_out(run, page):
    run("translate", page, "--model", "fake", "-q", "--no-cache")
    assert "drafts: 0" in run("cache", "info")[1]
    run("translate", page, "--model", "fake", "-q")
    assert "drafts: 0" not in run("cache", "info")[1]
    assert run("cache", "clear")[1].startswith("forgot ")
    assert "drafts: 0" in run("cache", "info")[1]
