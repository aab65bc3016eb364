"""Texts with markup around them, to be translated so that the markup stays.

`text`, `html` and `markdown` make a `Prepared` of an input: the sentences to translate, and how
their translations become one text again. `projection` finds where in a translation the markup
belongs that stands in its source.
"""
