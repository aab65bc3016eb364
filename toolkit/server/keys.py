"""API keys: several, each with a name. What is stored tells nobody what they are.

A key is drawn from more possibilities than anybody can try, so that a salted SHA-256 of it is
enough: the slow functions that passwords need would only make every request slow.
"""

import hashlib
import hmac
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from toolkit.errors import InputError, UsageError
from toolkit.files import read_whole

PREFIX = "tk-"  # by which a key that got somewhere is known for what it is
KEY_BYTES, SALT_BYTES = 32, 16
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LINE = re.compile(rf"({NAME.pattern}) ([0-9a-f]{{{2 * SALT_BYTES}}}) ([0-9a-f]{{64}})")
MAX_FILE_BYTES = 1_000_000
MAX_KEY_CHARS = 200


@dataclass(frozen=True, slots=True)
class StoredKey:
    name: str
    salt: bytes
    digest: bytes

    @property
    def line(self) -> str:
        return f"{self.name} {self.salt.hex()} {self.digest.hex()}\n"

    def is_of(self, key: str) -> bool:
        """In a time that doesn't depend on how much of the key is right."""
        return hmac.compare_digest(_digest(self.salt, key), self.digest)


@dataclass(frozen=True, slots=True)
class ApiKeys:
    stored: tuple[StoredKey, ...] = ()

    def name_of(self, key: str) -> str | None:
        """Whose key it is, None where it is nobody's. All are compared, whichever it is."""
        if len(key) > MAX_KEY_CHARS:
            return None
        found = [each.name for each in self.stored if each.is_of(key)]
        return found[0] if found else None


def read_keys(path: Path) -> ApiKeys:
    """Raises UsageError for a file that others may write, or that holds no keys."""
    if not (stored := _stored(path)):
        raise UsageError(f"{path} holds no API keys; toolkit serve --new-api-key NAME makes one")
    return ApiKeys(stored)


def _stored(path: Path) -> tuple[StoredKey, ...]:
    try:
        text = read_whole(path, max_bytes=MAX_FILE_BYTES).decode("ascii")
        mode = path.stat().st_mode
    except (InputError, OSError) as error:
        raise UsageError(f"{error}; toolkit serve --new-api-key NAME makes a key") from error
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no file of API keys") from None
    if os.name != "nt" and mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise UsageError(f"{path} can be written by others; type: chmod 600 {path}")
    stored = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = LINE.fullmatch(line.strip())
        if not found:
            raise UsageError(f"{path}: line {number} holds no API key")
        name, salt, digest = found.groups()
        stored.append(StoredKey(name, bytes.fromhex(salt), bytes.fromhex(digest)))
    return tuple(stored)


def add_key(path: Path, name: str) -> str:
    """A new key, which is told only here; the file, made where needed, gets a line for it.

    Raises UsageError for a name that can't be one or is taken, and for a file that can't be used.
    """
    if not NAME.fullmatch(name):
        raise UsageError(f"'{name}' can't name a key; take letters, digits, dots and hyphens")
    if os.path.lexists(path) and any(each.name == name for each in _stored(path)):
        raise UsageError(f"{path} has a key {name}; take another name, or remove its line")
    key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    salt = secrets.token_bytes(SALT_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
        with os.fdopen(os.open(path, flags, 0o600), "a+", encoding="ascii") as file:
            file.seek(0)
            text = file.read()
            file.write("\n" if text and not text.endswith("\n") else "")
            file.write(StoredKey(name, salt, _digest(salt, key)).line)
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror or error}") from error
    return key


def _digest(salt: bytes, key: str) -> bytes:
    return hashlib.sha256(salt + key.encode("utf-8", "surrogatepass")).digest()
