"""Measures quality: systems at work on references, scored and compared.

`suites` and `data` say what is run, `systems` gives answers, `metrics` and `registry` score them,
`runs` writes folders that `folders` reads again for `compare`, `tables`, `page` and `gate`. A new
metric goes to `metrics` and `registry`, a new suite to `eval/suites`.

What people find in translations is beside it: `judgeable` reads what can be judged, `judgements` is
the format of what was found, `agreement` and `judged` count it.
"""
