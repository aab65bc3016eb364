"""What an answer of a model is worth as a translation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from toolkit.engines.base import Candidate
from toolkit.lexicon.lexicon import Lexicons
from toolkit.translation.attempts import Attempt, best_first
from toolkit.translation.checks import COVERAGE, Limits, check_translation
from toolkit.translation.comparison import compare
from toolkit.translation.glossary import Glossary
from toolkit.translation.repair import repair


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Without `lexicons` all words count as answered."""

    languages: tuple[str, str]
    glossary: Glossary
    limits: Limits
    lexicons: Lexicons | None = None

    def attempt(self, text: str, answer: Candidate, *, instructions: str) -> Attempt:
        """`answer` put right where that needs no model, and checked against `text`. `instructions`
        is what the model read beside it.
        """
        terms = self.glossary.occurring(text)
        answer = answer.with_text(self.glossary.repair(repair(answer.text, text), source=text))
        comparison = compare(text, answer.text, self.lexicons, terms) if self.lexicons else None
        failed = check_translation(
            text,
            answer,
            source_language=self.languages[0],
            target_language=self.languages[1],
            terms=terms,
            limits=self.limits,
            instructions=instructions,
            comparison=comparison,
        )
        attempt = Attempt(
            text=answer.text,
            failed=failed,
            log_prob=answer.log_prob,
            new_tokens=answer.new_tokens,
            tokens=answer.tokens,
        )
        if comparison is None:
            return attempt
        weight = self.limits.hint_weight
        asks_again = COVERAGE not in self.limits.off
        return replace(
            attempt,
            unanswered=comparison.source.missing(weight) if asks_again else (),
            covered=comparison.source.share,
            added=sum(word.weight for word in comparison.target.missing(weight)),
        )

    def best(self, text: str, answers: Sequence[Candidate], *, instructions: str) -> Candidate:
        """The answer that is worth most."""
        attempts = [self.attempt(text, each, instructions=instructions) for each in answers]
        return answers[attempts.index(best_first(attempts)[0])]
