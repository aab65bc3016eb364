"""Summarize every page in a folder, and print a CSV table.

python examples/folder_to_table.py pages/ > summaries.csv
"""

import csv
import sys
from pathlib import Path

from toolkit import Pipeline


def main(folder: str) -> None:
    paths = sorted(path for path in Path(folder).iterdir() if path.suffix in {".txt", ".html"})
    pipeline = Pipeline.from_pretrained("default", length="brief")
    results = pipeline([path.read_text("utf-8") for path in paths])
    table = csv.writer(sys.stdout)
    table.writerow(["page", "words", "summary"])
    for path, result in zip(paths, results, strict=True):
        table.writerow([path.name, result.summary.words, result.summary.text])


if __name__ == "__main__":
    main(sys.argv[1])
