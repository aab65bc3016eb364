"""Whether an article says what a summary says.

`evidence` indexes the article's sentences, `checks` runs all rules on one statement (`names`,
`facts` with `derived` numbers, `exchange` of `mentions`, `attribution`, `speakers`, `modality`),
`checker` keeps the verdicts and has a model weigh what passed by its `likelihood`, and `statements`
adds what each sentence rests on. A new rule is a file here and a line in `checks`.
"""
