"""Sentences to translations, checked and tried again.

`translator` asks an engine by the strategies of `attempts`, with what `prompting` makes of a
sentence, a prompt, the `glossary` and a `correction`; `checks` and `comparison` judge the answers.
A new fault to be found goes to `checks`, another way of trying to `attempts`.
"""
