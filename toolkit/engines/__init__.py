"""Libraries that run models, behind one seam.

`base` is the seam: sources in, outputs out. `ctranslate2`, `transformers` and `fake` implement it,
`load` chooses one by the name of a model, `tokens` and `controls` keep texts from being taken for
control, `stored` finds outputs again. A new library is a file here and a branch in `load`.
"""
