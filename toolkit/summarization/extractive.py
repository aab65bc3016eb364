"""Summaries made of sentences of the article: baselines, and what is left without a model."""

from dataclasses import dataclass

from toolkit.documents import Summary
from toolkit.segmentation import split_sentences
from toolkit.summarization.checks import check_form
from toolkit.summarization.statements import statements_of
from toolkit.summarization.summarize import Task

LEADS = {"lead-1": 1, "lead-3": 3}


@dataclass(frozen=True, slots=True)
class LeadSummarizer:
    """The first sentences of the article that fit, at most `count`; `name` is the method."""

    name: str
    count: int
    language: str = "en"

    def summarize(self, task: Task) -> Summary:
        title = [task.title] if task.title and task.form.length == "headline" else []
        sentences = title or [each.text for each in split_sentences(task.text) if each.text]
        paragraphs = task.form.fit(" ".join(sentences[: self.count]))
        text = task.form.join(paragraphs)
        failed = check_form(text, language=self.language, max_words=task.form.max_words)
        return Summary(
            text=text,
            max_words=task.form.max_words,
            failed=tuple(failed),
            attempts=0,
            statements=statements_of(paragraphs, task.grounds, self.language),
            method=self.name,
        )
