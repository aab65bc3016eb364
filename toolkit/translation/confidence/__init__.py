"""How likely a translation is to mislead, and which of its words to look at.

Signals are numbers, an estimator makes one probability of a few of them, doubts name words.
docs/decisions/0020 says how they were chosen.
"""
