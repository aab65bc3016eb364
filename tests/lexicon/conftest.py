import pytest

from toolkit.lexicon.lexicon import Lexicon, Lexicons, load_lexicons

FRENCH = (  # phrases, then words by their first letters
    "parc éolien\t\t90\t40\tfarm:60\tfarm wind\n"
    "\n"
    "effectuer\teffectu\t900\t2\tcarry:30\tcarri make\n"
    "\n"
    "ferment\tferm\t120\t31\tclosing:53 shut:20 are:2\tclose shut\n"
    "\n"
    "glacier\tglaci\t9\t40\tice:70\tice\n"
    "\n"
    "parc\tparc\t90\t30\tpark:60\tpark\n"
    "\n"
    "usine\tusin\t900\t35\tfactory:70\tfactori plant\n"
    "usines\tusin\t900\t35\tfactories:70\tfactori plant"
)
ENGLISH = (
    "\n\n"
    "closing\tclose\t9\t31\tfermeture:50\tferm\n"
    "\n"
    "factories\tfactori\t9\t31\tusines:70\tusin\n"
    "\n"
    "paris\tpari\t\t\t\t\n"
    "plant\tplant\t9\t31\tusines:70\tusin\n"
    "\n"
    "wineries\twineri\t9\t45\tcaves:70\tcav"
)


@pytest.fixture
def few():
    """Lexicons of a few words, with counts that are easy to reckon with."""
    return Lexicons(
        languages=("fr", "en"), source=Lexicon(FRENCH), target=Lexicon(ENGLISH), digest=""
    )


@pytest.fixture(scope="module")
def real():
    """Those that come with the toolkit."""
    lexicons = load_lexicons("fr", "en")
    assert lexicons
    return lexicons
