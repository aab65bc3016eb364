import ast
from pathlib import Path

import pytest

import toolkit

PACKAGE = Path(toolkit.__file__).parent
ROOT = PACKAGE.parent

# Each layer may import from those before it.
LAYERS = [
    {"errors", "documents", "numerals", "text", "files", "quantities", "exonyms", "assets"},
    {"reading", "cleaning", "segmentation", "lexicon", "models", "store"},
    {"engines"},
    {"prompts"},
    {"translation", "summarization", "settings", "articles"},
    {"results"},
    {"pipeline"},
    {"output", "bilingual", "evidence"},
    {"evaluation"},
    {"cli"},
]


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def layer_of(module: str) -> int:
    name = module.split(".")[1]
    return next(index for index, names in enumerate(LAYERS) if name in names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_dependencies_run_one_way(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("toolkit."):
            assert layer_of(node.module) <= layer_of(module), f"{module} imports {node.module}"
