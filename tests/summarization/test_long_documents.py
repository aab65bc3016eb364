import pytest

from tests.summarization.helpers import PROMPTS, Sure, task
from toolkit.engines.fake import fake_answer
from toolkit.errors import TooLongError
from toolkit.store import Store
from toolkit.summarization.abstractive import AbstractiveSummarizer
from toolkit.summarization.long_documents import PARTS_AT_ONCE


def test_an_interrupted_summary_of_a_long_article_goes_on_where_it_was(tmp_path):
    store = Store(tmp_path / "store.sqlite", max_bytes=10**9)
    text = "\n\n".join(f"Alpha came on day {n} and said so at length. " * 5 for n in range(20))
    asked = []

    def answer(prompt):
        if len(asked) == 5 and not interrupted:
            interrupted.append(True)
            raise KeyboardInterrupt
        asked.append(prompt)
        return "Alpha came."

    interrupted = []
    engine = Sure(answer, max_source_tokens=300)
    model = AbstractiveSummarizer(engine=engine, prompts=PROMPTS, store=store)
    with pytest.raises(KeyboardInterrupt):
        model.summarize(task(text, max_words=30))
    kept = asked[:PARTS_AT_ONCE]
    model.summarize(task(text, max_words=30))
    assert not set(kept) & set(asked[5:])


def test_a_long_article_is_summarized_part_by_part_to_its_end():
    seen = []

    def answer(prompt):
        seen.append(prompt)
        return "Alpha came first. " + ("Omega came last." if "Omega" in prompt else "Then more.")

    engine = Sure(answer, max_source_tokens=300)
    model = AbstractiveSummarizer(engine=engine, prompts=PROMPTS)
    text = "\n\n".join(["Alpha came first and said so at length. " * 5] * 8 + ["Omega came last."])
    summary = model.summarize(task(text, max_words=30))
    assert "Omega" in summary.text
    assert len(seen) > 2


def test_the_end_of_a_long_article_is_told_even_by_a_model_that_sticks_to_the_beginning():
    def answer(prompt):
        return "Alpha came first." if "Alpha" in prompt else "Omega closed the long meeting."

    engine = Sure(answer, max_source_tokens=300)
    model = AbstractiveSummarizer(engine=engine, prompts=PROMPTS)
    first, last = (
        "Alpha came first and said so at length. ",
        "Omega closed the long meeting at last. ",
    )
    text = "\n\n".join([first * 5] * 8 + [last * 5] * 8)
    summary = model.summarize(task(text, max_words=30))
    assert summary.text == "Alpha came first. Omega closed the long meeting."
    assert summary.words <= 30


def test_the_last_parts_of_a_long_article_are_told_in_its_order():
    told = {
        "Alpha": "Alpha came first.",
        "Omega": "Boris Johnson was there. Omega closed the meeting.",
        "Beta": "Beta opened a bakery in spring. Beta sold it later.",
    }

    def answer(prompt):
        return next(text for name, text in told.items() if name in prompt)

    engine = Sure(answer, max_source_tokens=300)
    model = AbstractiveSummarizer(engine=engine, prompts=PROMPTS)
    paragraphs = [
        *["Alpha came first and said so at length. " * 5] * 16,
        *["Beta opened a bakery in spring and sold it later. " * 5] * 4,
        *["Omega closed the meeting at last. " * 5] * 4,
    ]
    summary = model.summarize(task("\n\n".join(paragraphs), max_words=15))
    assert summary.text == (
        "Alpha came first. Beta opened a bakery in spring. Omega closed the meeting."
    )


def test_a_part_that_no_sentence_of_its_draft_tells_is_told_in_its_own_words():
    def answer(prompt):
        return "Alpha came first." if "Alpha" in prompt else "The article tells of a bakery."

    engine = Sure(answer, max_source_tokens=300)
    model = AbstractiveSummarizer(engine=engine, prompts=PROMPTS)
    beginning = ["Alpha came first and a bakery tells of an article. " * 5] * 16
    end = ["Omega opened a bakery in spring. " * 5] * 8
    summary = model.summarize(task("\n\n".join([*beginning, *end]), max_words=30))
    assert summary.text.startswith("Alpha came first. Omega opened a bakery in spring.")


@pytest.mark.parametrize("context", [30, 75])
def test_a_model_with_too_little_context_is_refused(context):
    engine = Sure(fake_answer, max_source_tokens=context)
    text = "\n\n".join(f"Alpha came on day {n} and said so at length." for n in range(20))
    with pytest.raises(TooLongError, match=r"too short|over the model.s limit"):
        AbstractiveSummarizer(engine=engine, prompts=PROMPTS).summarize(task(text, max_words=30))


def test_the_prompt_around_a_part_is_counted_once():
    """Counted for each paragraph, it would leave parts of a few sentences."""
    seen = []

    def answer(prompt):
        seen.append(prompt)
        return "Alpha came first."

    engine = Sure(answer, max_source_tokens=1000)
    text = "\n\n".join(f"Alpha came on day {n} and said so at length." for n in range(200))
    AbstractiveSummarizer(engine=engine, prompts=PROMPTS).summarize(task(text, max_words=30))
    assert all(prompt.count("Alpha came") > 40 for prompt in seen[:2])


def test_the_work_grows_with_the_length_of_the_article_alone():
    def calls(paragraphs):
        seen = []

        def answer(prompt):
            seen.append(prompt)
            return "Alpha came first."

        engine = Sure(answer, max_source_tokens=600)
        text = "\n\n".join(["Alpha came first and said so at length. " * 5] * paragraphs)
        AbstractiveSummarizer(engine=engine, prompts=PROMPTS).summarize(task(text, max_words=30))
        return len(seen)

    assert calls(400) <= 2.2 * calls(200)
