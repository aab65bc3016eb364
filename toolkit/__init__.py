"""French news in English: cleaning, translation and summaries with local models."""

__version__ = "0.1.0"
