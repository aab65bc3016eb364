"""What matches a pattern in a store, where a listing that fails is an error: fsspec's own `glob`
takes a folder that can't be listed for an empty one.
"""

import os
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from toolkit.errors import UsageError

GLOB = re.compile(r"[*?]")
Facts = Mapping[str, Any]  # of a file or folder, as fsspec tells them
FOLDER: Facts = {"type": "directory"}


def root_of(pattern: str) -> str:
    """The folder above the first step with `*` or `?`."""
    root = GLOB.split(pattern, maxsplit=1)[0].rpartition("/")[0]
    return root or pattern[: pattern.startswith("/")]


def is_visible(name: str) -> bool:
    return not any(part.startswith((".", "_")) for part in name.split("/"))


def finding(pattern: str) -> Callable[[str], bool]:
    """Tells whether a file at a path would be among those of a pattern, without a look."""
    root, finds = root_of(pattern), _finding(_escaped(pattern))
    return lambda path: finds(path) and is_visible(path.removeprefix(root).strip("/"))


def matching(
    store: Any, pattern: str, below: Callable[[str], Mapping[str, Facts]]
) -> dict[str, Facts]:
    """Facts of all files and folders that match, by their paths: folders are listed step by step,
    and from `**` on whole, by `below`. All else than `*` and `?` stands for itself. A link to a
    folder is followed where a step names it, and else found itself.

    Raises FileNotFoundError without a folder to begin with, UsageError for `**` within a name, and
    what the store does.
    """
    root = root_of(pattern)
    steps = _escaped(pattern.removeprefix(root).strip("/")).split("/")
    if any("**" in step and step != "**" for step in steps):
        raise UsageError(f"{pattern}: ** stands for whole names, as in folder/**/*.jsonl")
    found: dict[str, Facts] = {root: FOLDER}
    links: dict[str, Facts] = {}
    for index, step in enumerate(steps):
        folders = [path for path, facts in found.items() if facts["type"] == "directory"]
        if step == "**":
            return links | _matching_below(folders, steps[index:], below)
        listed = {
            each["name"].rstrip("/"): each
            for path in folders
            for each in store.ls(path, detail=True)
        }
        found = {
            path: facts
            for path, facts in listed.items()
            if path not in folders
            and is_visible(name := path.rpartition("/")[2])
            and fnmatchcase(name, step)
        }
        linked = {path: facts for path, facts in found.items() if _is_link(path, facts)}
        if GLOB.search(step):
            links |= linked
        else:
            found |= dict.fromkeys(linked, FOLDER)
    return links | found


def _is_link(path: str, facts: Facts) -> bool:
    """To a folder of this machine."""
    return bool(facts.get("islink")) and facts["type"] != "directory" and os.path.isdir(path)  # noqa: PTH112


def _matching_below(
    folders: list[str], steps: list[str], below: Callable[[str], Mapping[str, Facts]]
) -> dict[str, Facts]:
    """Files that match, or lie in a folder that does, and all links to folders."""
    is_match = _finding("/".join(steps))
    return {
        path: facts
        for folder in folders
        for path, facts in below(folder).items()
        if _is_link(path, facts) or is_match(path.removeprefix(folder).strip("/"))
    }


def _finding(escaped: str) -> Callable[[str], bool]:
    """Tells whether a path matches, or one of the folders above it."""
    from fsspec.utils import glob_translate

    is_match = re.compile(glob_translate(escaped)).match

    def finds(path: str) -> bool:
        names = path.split("/")
        return any(is_match("/".join(names[:end])) for end in range(1, len(names) + 1))

    return finds


def _escaped(pattern: str) -> str:
    """With brackets that stand for themselves."""
    return pattern.replace("[", "[[]")
