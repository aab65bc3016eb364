"""OpenVINO without its telemetry: what imports the library imports it from here.

The library comes with a package that can report its use to its makers. It has a stub for where that
package is missing, so here it is.
"""

import sys

sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

import openvino as ov  # noqa: E402
import openvino_genai  # noqa: E402
from openvino import opset13 as op  # noqa: E402
from openvino.op.util import Variable, VariableInfo  # noqa: E402

__all__ = ["Variable", "VariableInfo", "op", "openvino_genai", "ov"]
