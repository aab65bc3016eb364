from tests.summarization.helpers import summarizer, task


def test_the_draft_without_faults_is_kept():
    model, _ = summarizer("Lavrov met Wang Yi.", "Putin met Wang Yi.")
    summary = model.summarize(task(max_words=8))
    assert (summary.text, summary.attempts) == ("Putin met Wang Yi.", 2)


def test_a_draft_that_tells_more_of_the_article_is_kept():
    model, _ = summarizer("It was long.", "Putin met Wang Yi in Moscow on May 14.")
    assert model.summarize(task()).text == "Putin met Wang Yi in Moscow on May 14."


def test_a_long_summary_ends_at_the_last_sentence_that_fits():
    model, _ = summarizer("Putin met Wang Yi. They signed 58 agreements. They then left together.")
    summary = model.summarize(task(max_words=10))
    assert summary.text == "Putin met Wang Yi. They signed 58 agreements."
    assert summary.failed == ()
    assert summary.revisions == ("shortened to whole sentences",)


def test_a_sentence_that_was_cut_off_is_dropped():
    model, _ = summarizer("Putin met Wang Yi. They signed 58 agreem")
    assert model.summarize(task()).text == "Putin met Wang Yi."
