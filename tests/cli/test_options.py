def test_the_encoding_can_be_named(run, tmp_path):
    (tmp_path / "p.txt").write_bytes("Le maire a fêté l'été à Orléans.".encode("mac-roman"))
    assert "fêté l'été à Orléans" in run("clean", "p.txt", "--encoding", "mac-roman")[1]
    code, _, err = run("clean", "p.txt", "--encoding", "klingon")
    assert code == 2
    assert "klingon" in err
