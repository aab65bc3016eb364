"""What a server is told when it starts, beside the settings of the toolkit."""

from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
PORT = 8788


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """Limits of the server, and what is allowed.

    `history` is the file that jobs are kept in, None to keep them in memory only. `max_jobs` may
    wait or run, `max_jobs_each` of them of one client. Texts of up to `max_sync_chars` characters
    are answered at once, longer ones as jobs. Times are in seconds.
    """

    host: str = HOST
    port: int = PORT
    allowed_hosts: tuple[str, ...] = ()
    api_keys: Path | None = None
    allow_fetch: bool = False
    history: Path | None = None
    max_jobs: int = 100
    max_jobs_each: int = 50
    max_calls: int = 128
    max_calls_each: int = 64
    max_sync_chars: int = 20_000
    max_file_bytes: int = 20_000_000
    max_body_bytes: int = 32_000_000
    max_kept: int = 1000
    job_seconds: float = 4 * 3600
    call_seconds: float = 300
