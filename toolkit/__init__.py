"""French news in English: cleaning, translation and summaries with local models."""

import os

__version__ = "0.2.0"

# transformers remarks at import that torch is missing, which is meant to be so.
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
