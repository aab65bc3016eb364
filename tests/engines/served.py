"""A small server that answers as those of the OpenAI protocol do, and can fail.

It has no model: what it answers is written beside the sentences here.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CANNED = {
    "Le ministre présente jeudi son plan devant les députés réunis à Paris.": (
        "The minister presents his plan on Thursday to the members of parliament gathered in Paris."
    ),
    "Il a promis 1 200 emplois avant la fin de l'année, selon son entourage.": (
        "He promised 1,200 jobs before the end of the year, according to his entourage."
    ),
}
OTHER = "The recipe calls for butter, sugar, flour and a pinch of salt in a warm kitchen."


def canned(prompt):
    """What is written beside the sentence that ends `prompt`."""
    found = [english for french, english in CANNED.items() if prompt.rstrip().endswith(french)]
    return found[0] if found else f"[canned] {prompt.rpartition(chr(10))[2]}"


def whole(text, **message):
    """An answer in one value."""
    choice = {"index": 0, "message": {"content": text, **message}, "finish_reason": "stop"}
    return json.dumps({"choices": [choice]}).encode()


def events(*values, done=True):
    lines = [f"data: {json.dumps(value, ensure_ascii=False)}\n\n" for value in values]
    return ("".join(lines) + ("data: [DONE]\n\n" if done else "")).encode()


def pieces(text, *, log_prob=None, reason="stop"):
    """The values of a stream that tells `text` word by word."""
    words = text.split(" ")
    for number, word in enumerate(words):
        delta = {"content": word if number == 0 else f" {word}"}
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        if log_prob is not None:
            choice["logprobs"] = {"content": [{"token": word, "logprob": log_prob}]}
        yield {"choices": [choice]}
    yield {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    yield {"choices": [], "usage": {"prompt_tokens": 21, "completion_tokens": len(words) + 1}}


def bodies(text):
    """What may come instead of `text` as it is."""
    start = list(pieces(text))[:3]
    return {
        "html": b"<html>It works!</html>",
        "cut": events(*start, done=False),
        "torn": events(*pieces(text))[:-60],
        "no-choices": events({"object": "chat.completion.chunk"}),
        "odd-choices": events({"choices": {"0": "text"}}),
        "odd-content": whole(["text"]),
        "list": b"[]",
        "null": whole(None),
        "empty": events(*pieces("")),
        "nothing": b"",
        "error": events(*start, {"error": {"message": "slot is gone"}}),
        "surrogate": whole("half of \ud83d\ude00").replace(b"\\ude00", b""),
        "bytes": bytes(range(256)),
        "nested": b'{"a":' * 100_000,
        "thoughts-only": events(*pieces("<think>Let me see", reason="length")),
        "thinking": events(*pieces(f"<think>\nThe user wants English.\n</think>\n\n{text}")),
        "thought": events(*pieces(f"The user wants English.\n</think>\n\n{text}")),
        "reasoning": whole(text, reasoning_content="The user wants English."),
        "whole": whole(text),
        "other": events(*pieces(OTHER)),
    }


class Served(ThreadingHTTPServer):
    """Runs until the end of a `with`.

    `faults` are what the chats to come meet, in their order, None for nothing: a status, `reset`,
    `stall` until `released` is set, or the name of a body; `always` is for all further ones. What
    `refuses` names among the fields of a chat is refused with 400, a text with the word of
    `refused` in it with the status there, and one with `long` in it as too long. `pages` are other
    values by path; `asked` are the chats and `heads` the headers of all requests.
    """

    daemon_threads = True

    def __init__(self, *, models=("tiny",), answer=canned, log_prob=None):
        super().__init__(("127.0.0.1", 0), _Answers)
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self.answer, self.log_prob = answer, log_prob
        self.faults, self.always, self.refuses, self.long = [], None, set(), None
        self.refused = None
        self.pages = {"/v1/models": {"data": [{"id": name} for name in models]}}
        self.reply_headers, self.asked, self.heads = {}, [], []
        self.released, self.stalling, self.hung_up = (threading.Event() for _ in range(3))

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True, args=(0.01,)).start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.released.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        """Whoever asked is gone: that is part of the tests."""


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.heads.append(dict(self.headers))
        page = self.server.pages.get(self.path)
        if isinstance(page, int):
            self.reply(page, b"{}")
        else:
            self.reply(404 if page is None else 200, json.dumps(page).encode())

    def do_POST(self):
        payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/chat/completions":
            self.do_GET()
            return
        self.server.heads.append(dict(self.headers))
        self.server.asked.append(payload)
        server = self.server
        for name in sorted(server.refuses & payload.keys()):
            self.reply(400, json.dumps({"error": {"message": f"unknown field {name}"}}).encode())
            return
        word, status = server.refused or (None, 0)
        if word and word in payload["messages"][-1]["content"]:
            self.reply(status, b'{"error": {"message": "the content policy forbids it"}}')
            return
        if server.long and server.long in payload["messages"][-1]["content"]:
            said = "the request (5000 tokens) exceeds the available context size (4096 tokens)"
            self.reply(400, json.dumps({"error": {"code": 400, "message": said}}).encode())
            return
        fault = server.faults.pop(0) if server.faults else server.always
        text = server.answer(payload["messages"][-1]["content"])
        if fault == "reset":
            self.connection.close()
        elif fault == "stall":
            self.stall()
        elif isinstance(fault, int):
            said = f"status {fault} for {self.headers.get('Authorization', 'nobody')}"
            self.reply(fault, json.dumps({"error": {"message": said}}).encode())
        elif isinstance(fault, bytes):
            self.reply(200, fault)
        elif fault:
            self.reply(200, bodies(text)[fault])
        else:
            self.reply(200, events(*pieces(text, log_prob=server.log_prob)))

    def stall(self):
        """The first event, and then nothing until nobody listens any more."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b": wait\n\n")
        self.server.stalling.set()
        self.connection.settimeout(0.05)
        while not self.server.released.is_set():
            try:
                if not self.connection.recv(1):
                    self.server.hung_up.set()
                    return
            except TimeoutError:
                pass

    def reply(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in self.server.reply_headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
