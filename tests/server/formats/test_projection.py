import pytest

from toolkit.server.formats.projection import Run, project, shared

LANGUAGES = ("fr", "en")


def runs(marked):
    """Of a text in which `*` is around one kind of markup, `_` around another, and `#` an image."""
    found, path, text = [], [], ""
    for char in [*marked, ""]:
        if char in "*_#":
            if text:
                found.append(Run(text, tuple(path)))
                text = ""
            if char == "#":
                found.append(Run("", tuple(path), "#"))
            elif char and char in path:
                path.remove(char)
            elif char:
                path.append(char)
        else:
            text += char
    return found


def shown(projected):
    """As `runs` reads it."""
    text, opened = "", ()
    for run in [*projected, Run("")]:
        both = len(shared(opened, run.path))
        text += "".join((*reversed(opened[both:]), *run.path[both:])) + (run.atom or run.text)
        opened = run.path
    return text


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("Le *président* parle.", "The president speaks.", "The *president* speaks."),
        # All of it.
        ("*Le président parle.*", "The president speaks.", "*The president speaks.*"),
        ("*_Le président parle._*", "The president speaks.", "*_The president speaks._*"),
        # The order is another one.
        ("La maison *blanche* est ici.", "The white house is here.", "The *white* house is here."),
        # Several words, of which some have no link.
        (
            "Selon *le ministre des Affaires étrangères*, tout va bien.",
            "According to the Minister of Foreign Affairs, all is well.",
            "According to *the Minister of Foreign Affairs*, all is well.",
        ),
        # Names and numbers stand for themselves.
        ("Il a vu *Emmanuel Macron* hier.", "He saw Emmanuel Macron.", "He saw *Emmanuel Macron*."),
        ("Il y a *12* morts.", "There are 12 dead.", "There are *12* dead."),
        # Nested.
        (
            "Le *président _français_* parle.",
            "The French president speaks.",
            "The *_French_ president* speaks.",
        ),
        # Nothing in the translation stands for it: the word at the same share.
        ("Il *zozote* beaucoup.", "He lisps much.", "He *lisps* much."),
        # What stands between words.
        ("#Le président parle.", "The president speaks.", "#The president speaks."),
        ("Le président# parle.", "The president speaks.", "The president# speaks."),
        ("Le président #parle.", "The president speaks.", "The president #speaks."),
        ("Le président # parle.", "The president speaks.", "The president # speaks."),
        ("Le président parle.#", "The president speaks.", "The president speaks.#"),
        # Nothing to go by.
        ("*Oui* et _non_.", "…", "*…*__"),
        ("Rien *du tout*.", "", "**"),
    ],
)
def test_markup_comes_where_its_words_are(source, target, expected):
    assert shown(project(runs(source), target, LANGUAGES)) == expected


def test_no_text_is_lost_whatever_the_markup():
    source = "Le *ministre _russe_* a# *dit* _#mardi_ que *_tout#_* va *bien*."
    target = "On Tuesday the Russian minister said that everything was fine."
    found = project(runs(source), target, LANGUAGES)
    assert "".join(run.text for run in found) == target
    assert sum(run.atom is not None for run in found) == 3
    assert {each for run in found for each in run.path} == {"*", "_"}


def test_code_stands_for_itself_once():
    code = Run("ls", (), "<code>")
    source = [Run("La commande "), code, Run(" liste les fichiers.")]
    found = project(source, "The ls command also lists files.", LANGUAGES)
    assert [run.text for run in found] == ["The ", "ls", " command also lists files."]
    assert found[1] == code


def test_code_that_was_translated_is_there_all_the_same():
    code = Run("fichier", (), "<code>")
    found = project([Run("Le mot "), code, Run(" suffit.")], "The word file suffices.", LANGUAGES)
    assert code in found
    assert "".join(run.text for run in found if not run.atom) == "The word  file suffices."


def test_what_is_no_sentence_takes_no_time():
    source, target = ([f"{word}{number}" for number in range(3000)] for word in ("mot", "word"))
    found = project(runs(f"*{source[0]}* {' '.join(source[1:])}"), " ".join(target), LANGUAGES)
    assert "".join(run.text for run in found) == " ".join(target)
    assert found[0] == Run("word0", ("*",))
