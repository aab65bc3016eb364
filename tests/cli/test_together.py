import json

OTHER = (
    "Le ministre présente vendredi son plan devant les députés réunis à Paris, dit son cabinet. "
    "Les syndicats, qui ont été reçus à Matignon, demandent davantage de moyens.\n"
)


def test_several_articles_get_one_summary_with_the_documents_it_rests_on(run, page, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text(OTHER, "utf-8")
    arguments = ("summarize", page, other, "--together", "--to", "fr", "--summarizer", "lead-3")
    code, out, err = run(*arguments)
    assert code == 0
    assert f"[1] {page}\n[2] {other}\n" in out
    assert "présente jeudi" in out
    assert "[1, 2]" in out
    assert f"contradiction: {other} has" in err
    assert "Friday" in err
    code, out, _ = run(*arguments, "--format", "json")
    value = json.loads(out)
    assert [each["document"]["name"] for each in value["documents"]] == [str(page), str(other)]
    assert {each["document"] for each in value["summary"]["statements"][0]["evidence"]} == {
        str(page),
        str(other),
    }
    _, out, _ = run(*arguments, "--format", "html")
    assert out.count("<h3>") == 2
    code, out, _ = run(*arguments, "--output-dir", tmp_path / "out", "--format", "markdown")
    assert (code, out) == (0, "")
    assert "présente jeudi" in (tmp_path / "out" / "together.md").read_text("utf-8")


def test_one_article_alone_is_not_several(run, page, tmp_path):
    empty = tmp_path / "empty.txt"
    empty.touch()
    code, out, err = run("summarize", page, empty, "--together", "--model", "fake")
    assert (code, out) == (3, "")
    assert "at least two articles" in err
    code, _, err = run("summarize", page, page, "--together", "--format", "csv")
    assert code == 2


def test_an_article_about_something_else_is_named(run, page, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text(
        "La récolte de cacao a été bonne cette année en Côte d'Ivoire, selon les producteurs, qui "
        "attendent encore leur argent.\n",
        "utf-8",
    )
    arguments = ("--together", "--to", "fr", "--summarizer", "lead-1", "--max-words", "30")
    _, _, err = run("summarize", page, other, *arguments)
    assert f"{other}: no statement of the summary rests on it" in err
    assert f"{other}: has no name in common with the others" in err
