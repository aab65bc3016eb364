"""A corpus in shards: rows of whole buckets, on one machine or many.

`storage` lists, reads and writes files by their URL, in `streams`; `globs` finds what patterns
name, and `trying` asks stores again that fail. `formats` makes rows of files and files of rows;
`plan` says which rows make which output. `job` is what is to be done, which `preflight` looks at;
`preparing` makes articles of rows, `worker` has the models for them, `shard` makes an output, whose
columns are in `rows`, and `marks` say what is done. Data runs that way. Before that `opening`
writes the job down with its plan, which `planned` reads again for each shard; where a job asks for
it, `learning` finds what repeats over all rows, and `duplicates` which of them are nearly the same
as earlier ones. `runners` hand out shards; `status` and `report` say how far that is, and count
errors by `kinds`.

What is counted over all of it takes memory that doesn't grow with its rows: `sketch` counts in
tables of a fixed size, `repeats` finds with it the lines that belong to a site, `near_duplicates`
the rows whose articles are nearly the same. They take parts in any order, and merge them.

A new store is a scheme in `storage`, a new format a file in `formats`, a new column of the outputs
an entry in `rows`. Needs the extra `corpus` for Parquet and for what isn't local.
"""
