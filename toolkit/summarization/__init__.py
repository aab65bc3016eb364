"""Articles to summaries that rest on them.

`request` is what every summarizer takes: `abstractive` has a model write (`drafting`,
`long_documents`) and revises the best draft in the named steps of `revision`; `extractive` copies
sentences; `combined` joins several articles. What a summary may say is decided in `faithfulness`.
"""
