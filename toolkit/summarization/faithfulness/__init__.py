"""Whether an article says what a summary says.

`evidence` indexes the article's sentences, `checks` runs all rules on one statement (`names`,
`facts`, `attribution`, `speakers`, `modality`), `checker` keeps the verdicts, and `statements` adds
what each sentence rests on. A new rule is a file here and a line in `checks`.
"""
