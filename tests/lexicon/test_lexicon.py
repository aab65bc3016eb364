import subprocess
import sys

from toolkit.lexicon.coverage import coverage
from toolkit.lexicon.lexicon import Lexicon, load_lexicons


def test_a_plural_that_is_not_in_the_lexicon_is_found_by_its_singular(few):
    assert few.source.entry("glaciers") == few.source.entry("glacier")
    assert few.source.entry("parquets") is None


def test_both_directions_are_the_same_data(real):
    turned = load_lexicons("en", "fr")
    assert turned
    assert turned.digest == real.digest
    assert turned.source is real.target
    assert load_lexicons("de", "en") is None
    assert coverage("The shops are closing", "Les boutiques dorment", turned).missing(2.0)


def test_nothing_of_it_is_loaded_until_it_is_needed():
    code = (
        "import toolkit.cli.main\n"
        "from toolkit.lexicon.lexicon import _bundled\n"
        "print(_bundled.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


def test_what_has_a_stem_only_is_looked_up_by_a_shorter_form():
    table = Lexicon("\n\nvéhicule\tvehicul\t50\t40\tvehicle:90\tvehicl\nvéhicules\tvehicul\t\t\t\t")
    assert table.entry("véhicules") == table.entry("véhicule")
    assert table.stem("véhicules") == "vehicul"
    assert "véhicules" in table
    assert table.entry("zèle") is None
