"""Three entries from the real hub: `make network-test`, before a release."""

import json
import os
import subprocess
import sys

import pytest

from tests.models.hub import TOOLKIT
from tests.models.layouts import FRENCH_ARTICLE

pytestmark = pytest.mark.network


@pytest.mark.parametrize("model", ["quickmt-fr-en", "opus-mt-fr-en", "qwen3-1.7b"])
def test_a_model_of_the_real_hub_translates(tmp_path, model, capsys):
    page = tmp_path / "page.txt"
    page.write_text(FRENCH_ARTICLE, "utf-8")
    environment = {**os.environ, "HF_HUB_OFFLINE": "0"}

    def toolkit(*arguments):
        command = [sys.executable, "-c", TOOLKIT, *map(str, arguments)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stderr
        return done

    told = toolkit("models", "pull", model).stderr
    with capsys.disabled():
        sys.stdout.write(f"\n{told}")  # has the hashes of what came
    toolkit("models", "verify", model)
    made = json.loads(toolkit("translate", page, "--model", model, "--format", "json").stdout)
    first, second = (segment["target"] for segment in made["segments"])
    assert "Paris" in first
    assert "agreement" in second
    record = made["provenance"]["translation"]
    assert record["model"] == model
    assert record["sha256"]
    assert len(record["revision"]) == 40
