"""A corpus of any size over shards: one job, done by any number of processes and machines.

Data runs one way: `storage` opens what a URL names, `formats` reads and writes rows, `plan` divides
the files into shards, `job` is what is to be done, `shard` does one shard of it with the models of
a `worker`, and `marks` say what is done. `runners` hand the shards out; `status` and `report` tell
how far that is. A new column of the outputs goes to `rows`, a new way to run to `runners`.
"""
