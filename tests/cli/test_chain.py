import pytest

from tests.cli.conftest import ARTICLE

FAKE = ("--model", "fake")


@pytest.mark.parametrize("command", ["translate", "summarize"])
def test_what_was_left_out_of_a_page_is_told(run, page, tmp_path, command):
    told = f"toolkit: {page}: left out 2 lines of page furniture; --no-clean keeps them\n"
    assert told in run(command, page, *FAKE)[2]
    assert "furniture" not in run(command, page, *FAKE, "-q")[2]
    assert "furniture" not in run(command, page, *FAKE, "--no-clean")[2]
    (tmp_path / "plain.txt").write_text(ARTICLE, "utf-8")
    assert "furniture" not in run(command, "plain.txt", *FAKE)[2]
    (tmp_path / "one.txt").write_text(f"{ARTICLE}Partager\n", "utf-8")
    assert (
        "left out 1 line of page furniture; --no-clean keeps it"
        in run(command, "one.txt", *FAKE)[2]
    )


def test_of_many_pages_the_sum_is_told(run, page, tmp_path):
    (tmp_path / "b.txt").write_text(f"{ARTICLE}Partager\n", "utf-8")
    inputs = (page, "b.txt", *FAKE)
    for command in (("translate", "-o", "out"), ("summarize", "--together")):
        err = run(*command, *inputs)[2]
        assert err.count("furniture") == 1
        assert "left out 3 lines of page furniture; --no-clean keeps them\n" in err
