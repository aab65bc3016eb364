"""The server: an API of our own, those that other clients speak, and a page.

Requests come to the routers (`native`), which check them (`requests`) and hand work to `jobs`; that
runs it with pipelines of `service`, which share one engine. What was made is kept by `history`.
`app` puts all of it together. Nothing here is imported by other commands.
"""
