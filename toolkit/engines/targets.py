"""What is scored: a text as the model would have written it."""

from collections.abc import Sequence

from toolkit.engines.base import Family, refuse_long
from toolkit.engines.controls import unused
from toolkit.engines.tokens import Tokens
from toolkit.errors import InputError


def encode_targets(tokens: Tokens, targets: Sequence[str]) -> list[list[int]]:
    """The ids of each of `targets` with the end token. What reads like control in them is text.

    Raises InputError where the tokenizer can see nothing but control in a text.
    """
    return [[*_text_ids(tokens, target), tokens.end] for target in targets]


def refuse_long_pairs(
    family: Family,
    sources: Sequence[Sequence[int]],
    answers: Sequence[Sequence[int]],
    max_source_tokens: int,
) -> None:
    """Raises TooLongError for the first pair over the limit: a causal model reads both in one, and
    the decoder of another has as many positions as its encoder.
    """
    pairs = [(len(source), len(answer)) for source, answer in zip(sources, answers, strict=True)]
    refuse_long(map(sum if family == "causal" else max, pairs), max_source_tokens)


def _text_ids(tokens: Tokens, text: str) -> list[int]:
    """A text is encoded in pieces that hold no control, or if need be letter by letter."""
    (gap,) = unused([text], 1)
    for pieces in (tokens.controls.broken(text, gap).split(gap), text):
        ids = [id_ for piece in pieces for id_ in _ids(tokens, piece)]
        if not tokens.controls.among(ids):
            return ids
    raise InputError("a text holds a character that this model's tokenizer takes for control")


def _ids(tokens: Tokens, text: str) -> list[int]:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError("a text holds half a character (a lone surrogate)") from error
    encoded = tokens.tokenizer(text_target=text, truncation=False, add_special_tokens=False)
    return list(encoded["input_ids"])
