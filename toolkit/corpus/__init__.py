"""A corpus in shards: rows of whole buckets, on one machine or many.

`storage` lists, reads and writes files by their URL, and `trying` asks stores again that fail;
`formats` makes rows of files and files of rows; `plan` says which rows make which output. Data runs
that way.

A new store is a scheme in `storage`, a new format a file in `formats`. Needs the extra `corpus` for
Parquet and for what isn't local.
"""
