"""Checks that an output failed, and their words for people; models read `prompts/feedback`."""

from collections.abc import Mapping
from dataclasses import dataclass

IN_WORDS = "in words"  # the relation of a check of which no more is known than its words
NOT_IN_ARTICLE = "not in the article: {values}"
# By name and relation; `{values}` are all of them, `{0}` is the first.
DETAILS: Mapping[tuple[str, str], str] = {
    ("empty", "translation"): "no translation came back",
    ("empty", "summary"): "no sentence within the limit came back",
    ("lost", "sentence"): "{0}",
    ("lost", "unrelated"): "what came back is not the source's content",
    ("echo", "prompt"): "the prompt came back: '{0}'",
    ("unfinished", "truncated"): "stopped at the token limit",
    ("length", "ratio"): "{0} times as long as the source",
    ("length", "over"): "{0} words instead of {1}",
    ("sentences", "added"): "{0} more than the source",
    ("copied", "source"): "the source came back unchanged",
    ("language", "untranslated"): "still {0}",
    ("language", "other"): "is {0}",
    ("repetition", "loop"): "'{0}' again and again",
    ("repetition", "again"): "'{0}' again",
    ("numbers", "lost"): "lost {values}",
    ("numbers", "added"): "added {values}",
    ("numbers", "unsupported"): NOT_IN_ARTICLE,
    ("dates", "lost"): "lost {values}",
    ("dates", "added"): "added {values}",
    ("dates", "unsupported"): NOT_IN_ARTICLE,
    ("quotation", "lost"): "no longer marked: {values}",
    ("quotation", "unsupported"): NOT_IN_ARTICLE,
    ("names", "lost"): "lost {values}",
    ("names", "unsupported"): NOT_IN_ARTICLE,
    ("terms", "missing"): "without {values}",
    ("coverage", "unanswered"): "perhaps not translated: {values}",
    ("additions", "added"): "perhaps not in the source: {values}",
    ("content", "unsupported"): "no sentence of the article says this",
    ("actors", "apart"): "the article says this without {0}",
    ("places", "apart"): "the article says this without {0}",
    ("actors", "likelier"): "{1} is likelier than {0}",
    ("places", "likelier"): "{1} is likelier than {0}",
    ("attribution", "silent"): "says nothing in the article: {values}",
    ("modality", "hoped"): "only hoped or planned in the article: {values}",
    ("contradiction", "document"): "{0} has {rest}",
}
# The same for each value, or for each pair of them.
EACH: Mapping[tuple[str, str], tuple[int, str]] = {
    ("attribution", "subject"): (2, "{0} speaks of {1}"),
    ("attribution", "other_speaker"): (1, "{0} says this"),
    ("attribution", "other_office"): (1, "{0} has another office"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A named test that an output failed.

    `relation` says in which way, such as `lost` or `added`, and `values` what it is about: names,
    numbers, quotations. As text it is in words, such as `numbers: lost 58`.
    """

    name: str
    relation: str
    values: tuple[str, ...] = ()

    @property
    def detail(self) -> str:
        """What exactly is wrong, such as `lost 58`."""
        key, values = (self.name, self.relation), self.values
        if self.relation == IN_WORDS:
            return ", ".join(values)
        try:
            if key in EACH:
                size, text = EACH[key]
                groups = (values[at : at + size] for at in range(0, len(values), size))
                return "; ".join(text.format(*group) for group in groups)
            listed = {"values": ", ".join(values), "rest": ", ".join(values[1:])}
            return DETAILS[key].format(*values, **listed)
        except (KeyError, IndexError):  # of another version, or written by somebody else
            return f"{self.relation} {', '.join(values)}".rstrip()

    def __str__(self) -> str:
        return f"{self.name}: {self.detail}"
