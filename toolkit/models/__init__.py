"""Models that can be pulled, and how they are brought and installed.

`catalogue.toml` lists them, with users' own behind that `own_file` writes, and `recommend` says
which to take on a machine; `sources` fetches files from the hub, package indexes or folders,
`conversion` converts them, `install` puts them into place, and `installed` has what `engines` then
loads. A new model is an entry of the catalogue.
"""
