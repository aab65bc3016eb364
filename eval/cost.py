"""How long a corpus takes and what it costs: the table of docs/scale.md, from measured rates.

Prices are the reader's. `--seconds-a-row` and `--cores` put a rate of one's own in the table, which
`toolkit run status` tells after the first shards: the time of workers, divided by the rows.
"""

import argparse
from dataclasses import dataclass

SENTENCES = 9.8  # of an average page in seeds/, its title included
MACHINE = {"cores": 64, "GPUs": 8}
HEADS = ("", "worker", "s a row", "10⁶ rows, one worker", "10⁶, all", "10⁸", "10¹⁰", "price of 10⁶")


@dataclass(frozen=True, slots=True)
class Rate:
    """The seconds that a worker of so many cores, or with a graphics processor, takes for a row."""

    name: str
    seconds: float
    cores: int = 0

    def hours(self, rows: float, workers: float = 1) -> float:
        return rows * self.seconds / 3600 / workers

    def row(self, core_hour: float, gpu_hour: float) -> list[str]:
        workers = MACHINE["cores"] / self.cores if self.cores else MACHINE["GPUs"]
        price = self.hours(1e6) * (self.cores * core_hour if self.cores else gpu_hour)
        return [
            self.name,
            {0: "a GPU", 1: "1 core"}.get(self.cores, f"{self.cores} cores"),
            f"{self.seconds:.2g}",
            duration(self.hours(1e6)),
            *(duration(self.hours(rows, workers)) for rows in (1e6, 1e8, 1e10)),
            f"{price:,.2f} €" if price < 1 else f"{price:,.0f} €",
        ]


RATES = (  # docs/scale.md says how each was measured
    Rate("`clean`", 0.002, 1),
    Rate("`clean,translate`, all but the model", 0.002 + SENTENCES * 0.0008, 1),
    Rate("default model, `standard`", SENTENCES / (49 / 80), 2),
    Rate("default model, `fast`", SENTENCES / (49 / 48), 2),
    Rate("default model, a summary", 56 / 5, 2),
    Rate("a model as large as opus-mt", SENTENCES / 88, 2),
    Rate("Qwen2.5 of 1.5B, 512 at once", SENTENCES / 246),
    Rate("opus-mt-tc-big, 512 at once", SENTENCES / 684),
)


def duration(hours: float) -> str:
    """To two places or so."""
    for unit, size in (("years", 24 * 365.0), ("days", 24.0), ("h", 1.0)):
        if hours >= 2 * size:
            return f"{hours / size:,.0f} {unit}"
    return f"{hours * 60:,.0f} min"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--core-hour", type=float, default=0.04, help="price of an hour of a core")
    parser.add_argument("--gpu-hour", type=float, default=3.0, help="of a graphics processor")
    parser.add_argument("--seconds-a-row", type=float, help="of one's own corpus and worker")
    parser.add_argument("--cores", type=int, default=2, help="of that worker; 0 for a GPU")
    options = parser.parse_args()
    own = options.seconds_a_row
    for row in (
        HEADS,
        ["---"] * len(HEADS),
        *(
            rate.row(options.core_hour, options.gpu_hour)
            for rate in ((Rate("measured", own, options.cores),) if own else RATES)
        ),
    ):
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
