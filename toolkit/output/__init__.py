"""Results as text, Markdown, JSON, tables and pages.

Values come from `pipeline` and `cleaning`; strings go to the command line. `rendering` chooses by
format, `evidence_page` puts a summary beside its article, `bilingual` a translation beside its
source, `word` both into a document for word processors. What JSON holds is in `toolkit.schema`.
"""

from toolkit.output.bilingual import side_by_side, translation_memory
from toolkit.output.rendering import (
    SUFFIXES,
    Format,
    render_cleaning,
    render_summary,
    render_together,
    render_translation,
)

__all__ = [
    "SUFFIXES",
    "Format",
    "render_cleaning",
    "render_summary",
    "render_together",
    "render_translation",
    "side_by_side",
    "translation_memory",
]
