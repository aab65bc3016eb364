from tests.helpers import doubted, failed_checks, result_of
from toolkit.documents import Doubt
from toolkit.mcp.answers import CleanedPage, translated_page
from toolkit.mcp.words import with_remarks


def test_doubts_and_warnings_stand_below_the_text():
    made = result_of(("Il a promis 12 emplois.", "He promised 13 jobs."), failed=failed_checks())
    doubt = Doubt(12, 14, "is not in the translation")
    page = translated_page(doubted(made, 0.2, doubts=(doubt,), title=("Le plan", "The plan.", 0.4)))
    assert with_remarks("# The plan\n", page, page.doubtful) == (
        "# The plan\n\n"
        "Sentences to compare with the source:\n"
        "- title, confidence 40%\n"
        "  Le plan\n"
        "  The plan.\n"
        "- sentence 1, confidence 20%; '12': is not in the translation; "
        "numbers: lost 12; numbers: added 13\n"
        "  Il a promis 12 emplois.\n"
        "  He promised 13 jobs.\n\n"
        "Warnings:\n"
        "- 2 of 2 sentences are doubtful: compare them with the source\n"
        "- 1 of 2 sentences failed a check\n"
    )


def test_without_remarks_there_is_the_text_alone():
    page = CleanedPage(name="a.txt", title="", text="Un.", metadata={}, warnings=())
    assert with_remarks("Un.\n", page) == "Un.\n"
