"""From a scraped page to the article alone.

Documents come from `reading`. `steps` and `lost` repair characters, `features`, `patterns`,
`structure` and `context` score lines, and so do `marks` those of HTML. `place` finds the article
among them, `echoes` and `sections` what doesn't belong to it, `blocks` judges them, `probability`
and `doubt` say how sure that is, `paywall` whether the article breaks off. `plan` is the whole as
one call. `words` finds words and digits for them. Phrases that are no article go to
`patterns.toml`.
"""

from toolkit.cleaning.blocks import refuse_unknown_reasons
from toolkit.cleaning.plan import Cleaning, clean, judge, keep_all, refuse_empty, replay
from toolkit.cleaning.repeats import Repeats

__all__ = [
    "Cleaning",
    "Repeats",
    "clean",
    "judge",
    "keep_all",
    "refuse_empty",
    "refuse_unknown_reasons",
    "replay",
]
