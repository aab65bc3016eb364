"""Summarize every page in a folder, and print a CSV table.

python examples/folder_to_table.py pages/ > summaries.csv
"""

import csv
import sys
from pathlib import Path

from toolkit import Pipeline
from toolkit.errors import InputError


def main(folder: str) -> None:
    pipeline = Pipeline.from_pretrained(length="brief")
    table = csv.writer(sys.stdout)
    table.writerow(["page", "words", "summary"])
    for path in sorted(each for each in Path(folder).iterdir() if each.suffix in {".txt", ".html"}):
        try:
            summary = pipeline(path.read_text("utf-8")).summary
            table.writerow([path.name, summary.words, summary.text])
        # No article in it, none in French, or another encoding than UTF-8.
        except (InputError, UnicodeDecodeError) as error:
            print(f"{path.name}: {error}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1])
