import re

import pytest

from toolkit.server.page import FOLDER

ELSEWHERE = re.compile(r"(?:https?:)?//[\w.-]+\.\w+", re.IGNORECASE)
NAMESPACE = "http://www.w3.org/2000/svg"


def test_the_page_is_served_with_all_that_it_loads(client):
    index = client.get("/")
    assert index.headers["content-type"].startswith("text/html")
    assert client.head("/").status_code == 200
    loaded = re.findall(r'(?:href|src)="(/[^"#]+)"', index.text)
    assert "/static/main.js" in loaded
    modules = FOLDER.glob("*.js")
    imported = {
        name for path in modules for name in re.findall(r'from "\./([\w.]+)"', path.read_text())
    }
    for place in (*loaded, *(f"/static/{name}" for name in imported)):
        response = client.get(place)
        assert response.status_code == 200, place
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    kind = client.get("/static/main.js").headers["content-type"]
    assert "javascript" in kind, "else a browser wouldn't run it"


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere(path):
    assert ELSEWHERE.findall(path.read_text("utf-8").replace(NAMESPACE, "")) == []


def test_no_file_beside_the_page_is_served(client):
    for place in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/", "/static/nothing.js"):
        assert client.get(place).status_code == 404
