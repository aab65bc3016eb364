"""Chains the stages: documents become articles, translations and summaries.

Data comes from `reading` and goes to `output`. `components` builds what the settings ask for,
`routes` says in which order a summary is made, `evidence` what it may rest on, `provenance` what
is recorded. A new route goes to `routes`, a new setting to where `components` uses it.
"""

from toolkit.pipeline.components import open_store
from toolkit.pipeline.pipeline import Pipeline

__all__ = ["Pipeline", "open_store"]
