"""What matches a pattern in a store, where a listing that fails is an error: fsspec's own `glob`
takes a folder that can't be listed for an empty one.
"""

import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

GLOB = re.compile(r"[*?]")
Facts = Mapping[str, Any]  # of a file or folder, as fsspec tells them
FOLDER: Facts = {"type": "directory"}


def root_of(pattern: str) -> str:
    """The folder above the first step with `*` or `?`."""
    return GLOB.split(pattern, maxsplit=1)[0].rpartition("/")[0]


def matching(
    store: Any, pattern: str, below: Callable[[str], Mapping[str, Facts]]
) -> dict[str, Facts]:
    """Facts of all files and folders that match, by their paths: folders are listed step by step,
    and from `**` on whole, by `below`. All else than `*` and `?` stands for itself.

    Raises FileNotFoundError without a folder to begin with, and what the store does.
    """
    root = root_of(pattern)
    steps = pattern.removeprefix(root).strip("/").replace("[", "[[]").split("/")
    found: dict[str, Facts] = {root: FOLDER}
    for index, step in enumerate(steps):
        folders = [path for path, facts in found.items() if facts["type"] == "directory"]
        if "**" in step:
            return _matching_below(folders, steps[index:], below)
        listed = {
            each["name"].rstrip("/"): each
            for path in folders
            for each in store.ls(path, detail=True)
        }
        found = {
            path: facts
            for path, facts in listed.items()
            if path not in folders and fnmatchcase(path.rpartition("/")[2], step)
        }
    return found


def _matching_below(
    folders: list[str], steps: list[str], below: Callable[[str], Mapping[str, Facts]]
) -> dict[str, Facts]:
    """Files that match, or lie in a folder that does."""
    from fsspec.utils import glob_translate

    is_match = re.compile(glob_translate("/".join(steps))).match
    found = {}
    for folder in folders:
        for path, facts in below(folder).items():
            names = path.removeprefix(folder).strip("/").split("/")
            if any(is_match("/".join(names[:end])) for end in range(1, len(names) + 1)):
                found[path] = facts
    return found
