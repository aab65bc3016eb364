"""What is counted over a whole corpus, in memory that doesn't grow with its rows.

`sketch` counts in tables of a fixed size, `repeats` finds with it the lines that belong to a site,
and `near_duplicates` the rows whose articles are nearly the same. Both take parts of a corpus in
any order, and merge them.
"""
