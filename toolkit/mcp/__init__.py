"""The toolkit for agents, by the Model Context Protocol over standard input and output.

`stdio` connects a client, `server` speaks the protocol and hands calls to threads, `requests` says
what may be asked, `folders` which files may be read, `worker` does the work, `answers` and `words`
are what comes back, `steps` what is told meanwhile. A new tool is a request, an answer, a method of
the worker and an entry of `tools`.

Needs the extra `mcp`.
"""
