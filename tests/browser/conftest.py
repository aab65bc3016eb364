"""A server with an engine that answers at once, and a browser that looks at its page."""

import shutil
import time

import pytest

from toolkit.engines.fake import FakeEngine
from toolkit.settings import make_settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


class Answering(FakeEngine):
    """Answers after a moment, so that a job can be seen at work."""

    def _output(self, source, config):
        time.sleep(0.02)
        return super()._output(source, config)


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path):
    from tests.server.serving import served
    from toolkit.server.app import create_app
    from toolkit.server.options import ServerOptions
    from toolkit.server.service import Service

    settings = make_settings("own", cache=False, glossary="none", lexicon=False)
    options = ServerOptions(history=tmp_path / "history.sqlite")
    with served(create_app(Service(settings, options, engines={"own": Answering()}))) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def page(chromium, server):
    """The page of the server. What its scripts complain about fails the test, and so does a request
    to anywhere else.
    """
    made = chromium.new_page(viewport=DESK)
    troubles = []
    made.on("pageerror", lambda error: troubles.append(str(error)))
    made.on(
        "console",
        lambda message: (
            message.type == "error"
            and "Failed to load resource" not in message.text
            and troubles.append(message.text)
        ),
    )
    made.on(
        "request",
        lambda request: (
            request.url.startswith((server, "blob:", "data:")) or troubles.append(request.url)
        ),
    )
    made.goto(server)
    yield made
    made.close()
    assert not troubles
