import subprocess
import sys

CODE = """
import toolkit.languages as languages
from toolkit.languages.base import Language

german = Language(
    code="de",
    name="German",
    weekdays=tuple("montag dienstag mittwoch donnerstag freitag samstag sonntag".split()),
    months=tuple(
        "januar februar märz april mai juni juli august september oktober november dezember".split()
    ),
    dates_have_capitals=True,
)
languages.LANGUAGES["de"] = german
from toolkit.cli.commands import COMMANDS, load
from toolkit.languages.dates import calendar_dates, dates
from toolkit.summarization.faithfulness.checks import check_statement
from toolkit.summarization.faithfulness.evidence import index_text

assert all(map(load, COMMANDS))
assert dates("am Montag, dem 3. Mai", "de") == {"Monday", "May"}
assert calendar_dates("im Mai 2024", "de")[0][0].month == 5
evidence = index_text("Le prix a doublé à Brest.", language="fr")
assert check_statement("Prices tripled in Brest.", evidence, "en"), "the check of multiples is off"
"""


def test_a_third_language_needs_only_its_required_fields():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
