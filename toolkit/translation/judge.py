"""What an answer of a model is worth as a translation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from toolkit.engines.base import Candidate
from toolkit.lexicon.lexicon import Lexicons
from toolkit.translation.attempts import Attempt, best_first
from toolkit.translation.checks import COVERAGE, Limits, check_answer
from toolkit.translation.comparison import Comparer
from toolkit.translation.facts import Facts
from toolkit.translation.glossary import Glossary, Term
from toolkit.translation.repair import repair


@dataclass(frozen=True, slots=True)
class Original:
    """A text to translate, with what each of its answers is judged by."""

    facts: Facts
    terms: tuple[Term, ...]
    comparer: Comparer | None


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Without `lexicons` all words count as answered."""

    languages: tuple[str, str]
    glossary: Glossary
    limits: Limits
    lexicons: Lexicons | None = None

    def original(self, text: str) -> Original:
        """`text` ready to be compared with any number of answers."""
        terms = self.glossary.occurring(text)
        comparer = Comparer(text, self.lexicons, terms) if self.lexicons else None
        return Original(Facts(text, self.languages[0]), terms, comparer)

    def attempt(self, original: Original, answer: Candidate, *, instructions: str) -> Attempt:
        """`answer` put right where that needs no model, and checked against `original`.
        `instructions` is what the model read beside it.
        """
        text = original.facts.text
        answer = answer.with_text(self.glossary.repair(repair(answer.text, text), source=text))
        comparison = original.comparer.compare(answer.text) if original.comparer else None
        failed = check_answer(
            original.facts,
            answer,
            self.languages[1],
            terms=original.terms,
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
        if len(answers) == 1:
            return answers[0]
        original = self.original(text)
        attempts = [self.attempt(original, each, instructions=instructions) for each in answers]
        return answers[attempts.index(best_first(attempts)[0])]
