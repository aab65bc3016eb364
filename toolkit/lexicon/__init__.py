"""What words can mean, and which of them a translation answers.

`lexicon` loads the data that `recipes/lexicon` made, `words` tokenizes, `coverage` compares a text
with its translation for `translation.comparison`, `alignment` links words. It knows nothing of
models.
"""
