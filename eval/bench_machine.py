"""What this machine's cores can do at most: products with matrices of 8-bit weights, as language
models are made of them, for one row (bound by memory) and for many (bound by arithmetic).

Part of `make bench`.
"""

import time
from typing import Any

import numpy as np

from toolkit.models.openvino_runtime import op, ov

WIDTH, LAYERS = 4096, 16  # 268 million weights, more than any cache holds
ROWS = (1, 16, 64, 256)
SECONDS = 2.0  # of each measurement
KINDS: dict[str, dict[str, Any]] = {
    "8 bits": {"DYNAMIC_QUANTIZATION_GROUP_SIZE": 256},
    "bfloat16": {"DYNAMIC_QUANTIZATION_GROUP_SIZE": 0, "INFERENCE_PRECISION_HINT": "bf16"},
    "float32": {"DYNAMIC_QUANTIZATION_GROUP_SIZE": 0, "INFERENCE_PRECISION_HINT": "f32"},
}


def main() -> None:
    print(f"{'activations':<14}{'rows':>6}{'ms':>9}{'10^9 products/s':>17}{'GB of weights/s':>17}")
    weights = WIDTH * WIDTH * LAYERS
    for kind, properties in KINDS.items():
        compiled = ov.Core().compile_model(_layers(), "CPU", properties)
        for rows in ROWS:
            seconds = _seconds(compiled, np.ones((rows, WIDTH), np.float32))
            rates = f"{rows * weights / seconds / 1e9:>17.0f}{weights / seconds / 1e9:>17.1f}"
            print(f"{kind:<14}{rows:>6}{1000 * seconds:>9.1f}{rates}", flush=True)


def _layers() -> Any:
    """Linear layers in a row, with a scale for each output channel."""
    rows = op.parameter([-1, WIDTH], np.float32)
    hidden = rows
    draw = np.random.default_rng(0)
    for _ in range(LAYERS):
        stored = op.constant(draw.integers(-127, 128, (WIDTH, WIDTH), np.int8))
        scales = op.constant(np.full((WIDTH, 1), 1 / (127 * WIDTH**0.5), np.float32))
        weights = op.multiply(op.convert(stored, "f32"), scales)
        hidden = op.matmul(hidden, weights, False, True)
    return ov.Model([op.result(hidden)], [rows], "layers")


def _seconds(compiled: Any, rows: Any) -> float:
    """Of one run, the shortest of those that there is time for."""
    request = compiled.create_infer_request()
    request.infer([rows])
    ended = time.perf_counter() + SECONDS
    best = float("inf")
    while time.perf_counter() < ended:
        started = time.perf_counter()
        request.infer([rows])
        best = min(best, time.perf_counter() - started)
    return best


if __name__ == "__main__":
    main()
