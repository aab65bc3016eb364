import pytest

from tests.translation.helpers import translator
from toolkit.segmentation import split_sentences


def test_numbers_that_were_pulled_apart_are_joined():
    model = translator(lambda text: "It costs 2. 10 euros, 5 in all.")
    (result,) = model.translate(split_sentences("Cela coûte 2,10 euros, 5 en tout."))
    assert result.text == "It costs 2.10 euros, 5 in all."


def test_a_quotation_that_is_only_closed_is_opened():
    model = translator(lambda text: 'Here we are", he says.')
    (result,) = model.translate(split_sentences("« Nous voici », dit-il."))
    assert (result.text, result.failed) == ('"Here we are", he says.', ())


def test_quotation_marks_are_straight_where_the_source_has_no_curly_ones():
    model = translator(lambda text: "“He sleeps,” she says.")
    (result,) = model.translate(split_sentences("« Il dort », dit-elle."))
    assert result.text == '"He sleeps," she says.'
    nested = translator(lambda text: "“He said “no” twice,” she says.")
    (result,) = nested.translate(split_sentences("« Il a dit non deux fois », dit-elle."))
    assert result.text == "\"He said 'no' twice,\" she says."
    (result,) = model.translate(split_sentences("“Il dort”, dit-elle."))
    assert result.text == "“He sleeps,” she says."


@pytest.mark.parametrize(
    ("source", "answer", "expected"),
    [
        ("Il dort.", 'Here is the English translation: "He sleeps."', "He sleeps."),
        (
            "Il dort.",
            'The French sentence "Il dort." translates to English as:\n\n"He sleeps."',
            "He sleeps.",
        ),
        ("Il dort.", 'This sentence translates to English as: "He sleeps."', "He sleeps."),
        ("Il dort.", 'English translation: "English translation: He sleeps."', "He sleeps."),
        ("« Il dort », dit-elle.", 'Translation: "He sleeps," she says.', '"He sleeps," she says.'),
        (
            "Il a publié une version anglaise : « Le Loup ».",
            'He published an English translation: "The Wolf."',
            None,
        ),
        (
            "Il dort.",
            "Based on the given French sentence, here is the English translation: He sleeps.",
            "He sleeps.",
        ),
        (
            "La traduction est parue : elle se vend bien.",
            'The translation of the French sentence is: "The book is out: it sells well."',
            "The book is out: it sells well.",
        ),
        ("Il dort.", "Sure! Here's the translation: He sleeps.", "He sleeps."),
        ("Version anglaise : le film sort.", "English translation: the film is out.", None),
        ("Il dort.", "Translation: no", None),
        ("Sa traduction est belle : la voici.", "His translation is fine: here it is.", None),
        ("Une chose est sûre : il dort.", "One thing is sure: he sleeps.", None),
        ("Il dort.", "Translation:", None),
    ],
)
def test_what_a_model_says_of_its_answer_is_left_out(source, answer, expected):
    (result,) = translator(lambda text: answer).translate(split_sentences(source))
    assert result.text == (expected or answer)


@pytest.mark.parametrize(
    ("source", "answer", "expected"),
    [
        (
            "« Nous irons loin », a-t-il déclaré.",
            '"We will go far," has he said.',
            '"We will go far," he said.',
        ),
        (
            "L'usine fermera, a-t-elle ajouté, en mai.",
            "The plant will close, has she added, in May.",
            "The plant will close, she added, in May.",
        ),
        (
            "« Nous irons loin », l'a-t-il dit ?",
            '"We will go far," has he said?',
            None,
        ),
        ("Pas une fois elle n'a cédé, a-t-elle dit.", "Not once, has she agreed.", None),
        (
            "« Je n'irai jamais », a-t-il déclaré.",
            '"I will never go," has he said.',
            '"I will never go," he said.',
        ),
    ],
)
def test_a_speaker_behind_a_quotation_is_named_as_english_does(source, answer, expected):
    (result,) = translator(lambda text: answer).translate(split_sentences(source))
    assert result.text == (expected or answer)
