"""How likely a model holds statements about an article to be, by its scores."""

from collections.abc import Callable, Sequence

from toolkit.engines.base import Engine
from toolkit.errors import InputError
from toolkit.languages.identification import language_name
from toolkit.prompts import Prompt
from toolkit.summarization.faithfulness.evidence import EvidenceIndex

# The logarithm of each one's probability; empty where that can't be told.
Likelihood = Callable[[EvidenceIndex, Sequence[str]], Sequence[float]]
MOST_SENTENCES = 50  # of an article that is read whole, once for all of its statements
NEAREST = 20  # sentences of a longer one, for each statement


def likelihood_by(engine: Engine, prompt: Prompt, language: str) -> Likelihood | None:
    """The likelihoods of statements in `language` as answers of the engine, if it can score."""
    if "scores" in engine.info.lacks or engine.info.family != "causal":
        return None

    def likelihood(evidence: EvidenceIndex, statements: Sequence[str]) -> list[float]:
        sentences = [sentence for sentence in evidence.sentences if sentence.text]
        if len(sentences) > MOST_SENTENCES:
            near = {sentence for _, sentence in evidence.ranked(statements[0])[:NEAREST]}
            sentences = [sentence for sentence in sentences if sentence in near]
        text = " ".join(sentence.in_language(language) or sentence.text for sentence in sentences)
        chat = prompt.render(text=text, language=language_name(language))
        try:
            scored = engine.score([chat] * len(statements), statements)
        except InputError:  # too long, or with a letter that the tokenizer can't take
            return []
        return [each.log_prob for each in scored]

    return likelihood
