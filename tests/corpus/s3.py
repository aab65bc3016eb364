"""A server that answers as S3 does, and in between what makes it slow or fail."""

import http.client
import time
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

ERROR = '<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
FAILURES = {
    403: ("AccessDenied", "Access Denied"),
    500: ("InternalError", "We encountered an internal error."),
    503: ("SlowDown", "Please reduce your request rate."),
}


class Between:
    """`failures` are the statuses of the next answers, 503 is that of paths that `fails` picks out,
    and whatever is asked of the bucket `forbidden` is refused. Answers to the methods in `lost`
    become 500 after the store has done what was asked. `delay_s` comes before each answer.
    """

    def __init__(self, port: int) -> None:
        self.failures: list[int] = []
        self.lost: list[str] = []
        self.fails: Callable[[str], bool] = lambda _: False
        self.delay_s = 0.0
        self.sent_bytes = 0
        self.asked: list[tuple[str, str]] = []
        between = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                between.asked.append((self.command, self.path))
                time.sleep(between.delay_s)
                if self.path.startswith("/forbidden"):
                    self._fail(403)
                elif between.fails(self.path):
                    self._fail(503)
                elif between.failures:
                    self._fail(between.failures.pop(0))
                else:
                    self._forward(body)

            def _forward(self, body: bytes) -> None:
                upstream = http.client.HTTPConnection("127.0.0.1", port)
                upstream.request(self.command, self.path, body, dict(self.headers))
                answer = upstream.getresponse()
                data = answer.read()
                upstream.close()
                if self.command in between.lost:
                    between.lost.remove(self.command)
                    self._fail(500)
                    return
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("connection", "transfer-encoding", "date", "server"):
                        self.send_header(name, value)
                if "content-length" not in {name.lower() for name, _ in answer.getheaders()}:
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                between.sent_bytes += len(data)

            def _fail(self, status: int) -> None:
                code, message = FAILURES[status]
                data = ERROR.format(code=code, message=message).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def serving_between(port: int):
    between = Between(port)
    thread = Thread(target=between.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield between
    finally:
        between.server.shutdown()
        between.server.server_close()
        thread.join()
