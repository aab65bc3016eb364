"""CTranslate2 with products that are right: whatever imports the library imports it from here.

On processors of AMD it takes oneDNN, whose products of 8 bits overflow at 16 where the processor
has no instructions for them (VNNI), so that models answer nonsense. MKL, which it has as well,
doesn't. The library looks into the environment when it is imported.
"""

import os

from toolkit.models.machine import lacks_vnni

if lacks_vnni():
    os.environ.setdefault("CT2_USE_MKL", "1")

import ctranslate2
from ctranslate2.converters import TransformersConverter
from ctranslate2.specs import Activation, TransformerSpec, transformer_spec

__all__ = [
    "Activation",
    "TransformerSpec",
    "TransformersConverter",
    "ctranslate2",
    "transformer_spec",
]
