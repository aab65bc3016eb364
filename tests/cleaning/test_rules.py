import pytest

from toolkit.cleaning import rules
from toolkit.cleaning.rules import rules_digest
from toolkit.reading import places


@pytest.fixture(autouse=True)
def _read_anew():
    rules_digest.cache_clear()
    yield
    rules_digest.cache_clear()


def test_the_digest_is_of_phrases_weights_and_places(tmp_path, monkeypatch):
    before = rules_digest()
    assert before.startswith("sha256:")
    assert rules.PLACES_FILE == places.PLACES_FILE
    other = tmp_path / "places.toml"
    other.write_bytes(places.PLACES_FILE.read_bytes() + b"\n")
    monkeypatch.setattr(rules, "PLACES_FILE", other)
    rules_digest.cache_clear()
    assert rules_digest() != before
    monkeypatch.setattr(rules, "RULES", tmp_path / "cleaning")
    (tmp_path / "cleaning").mkdir()
    digests = set()
    for text in ("a", "b"):
        (tmp_path / "cleaning/patterns.toml").write_text(text)
        rules_digest.cache_clear()
        digests.add(rules_digest())
    assert len(digests) == 2
