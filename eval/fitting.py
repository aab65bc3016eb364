"""What the scripts that fit weights of cleaning have in common: their pages, how they tell scores
of pages that were left out, and the file that weights are written to.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

from toolkit.evaluation.cleaning import GoldPage, PageScore, digest_of, load_gold_pages, mean_f1

GOLD = Path(__file__).parent / "gold"
FOLDERS = ("cleaning", "kinds")


def tune_pages() -> dict[str, list[GoldPage]]:
    """The pages that may be fitted on, by folder."""
    return {
        name: [page for page in load_gold_pages(GOLD / name) if page.part == "tune"]
        for name in FOLDERS
    }


def tell_left_out(folders: Mapping[str, Sequence[GoldPage]], found: Iterable[PageScore]) -> None:
    scores = {score.page: score for score in found}
    for name, pages in folders.items():
        of_folder = [scores[page.name] for page in pages]
        losing = sum(bool(score.lost) for score in of_folder)
        print(
            f"{name}, pages left out: F1 {mean_f1(of_folder):.3f}, worst "
            f"{min(score.f1 for score in of_folder):.3f}, losing {losing} of {len(of_folder)}"
        )


def write_weights(
    path: Path,
    about: str,
    folders: Mapping[str, Sequence[GoldPage]],
    bias: float,
    weights: Mapping[str, float],
) -> None:
    """A TOML file that says first what it is `about`, and of which pages it was made."""
    lines = [*about.splitlines(), digest_of(chain(*folders.values()))]
    path.write_text(
        "".join(f"# {line}\n" for line in lines)
        + f"bias = {bias:.3f}\n\n[weights]\n"
        + "".join(f'"{name}" = {weight:.3f}\n' for name, weight in weights.items()),
        encoding="utf-8",
    )
