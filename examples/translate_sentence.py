"""Translate one French sentence, and list the parts to look at.

python examples/translate_sentence.py "La fonte des glaciers s'accélère."
"""

import sys

from toolkit import Translator


def main(sentence: str) -> None:
    result = Translator.from_pretrained()(sentence)
    print(result.text)
    for flagged in result.flagged:
        for check in flagged.failed:
            print(check, file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1])
