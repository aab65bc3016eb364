"""The lexicons of the tests of `lexicon`."""

from tests.lexicon.conftest import few, real

__all__ = ["few", "real"]
