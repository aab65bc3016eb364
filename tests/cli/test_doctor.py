def test_doctor_says_what_is_missing(run):
    code, out, err = run("doctor")
    assert code == 4
    assert "prompts/: found" in out
    assert "toolkit models pull" in err
