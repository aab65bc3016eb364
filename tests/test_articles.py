import pytest

from toolkit.articles import Article, furniture_of, known_language, prepare
from toolkit.cleaning.steps import STEPS
from toolkit.documents import Document
from toolkit.errors import InputError, LanguageError, TooLongError

TITLE = "Le plan du ministre"
FIRST = "Le ministre a présenté jeudi son plan devant les députés réunis à Paris."
SECOND = "Selon lui, le texte sera discuté en mars, puis soumis au Sénat avant l’été."
PAGE = f"Accueil\n{TITLE}\n{FIRST}\n{SECOND}\nPartager"
ENGLISH = "The minister presented his plan to members of parliament in Paris on Thursday."


def article_of(text=PAGE, *, metadata=None, record=None, **options) -> Article:
    document = Document(name="page", text=text, metadata=metadata or {}, record=record or {})
    return prepare(
        document, **{"language": "fr", "steps": tuple(STEPS), "max_chars": 10_000} | options
    )


def sentences(segments):
    return [each.text for each in segments]


def test_a_page_becomes_the_sentences_of_its_article_and_of_its_title():
    article = article_of()
    assert sentences(article.segments) == [FIRST, SECOND]
    assert sentences(article.title) == [TITLE]


def test_a_title_that_is_kept_is_told_once():
    article = article_of(keep_title=True)
    assert sentences(article.segments) == [TITLE, FIRST, SECOND]
    assert article.title == ()


def test_what_is_an_article_already_is_left_as_it_is():
    article = article_of(cleaned=True)
    assert article.document.text == PAGE
    with pytest.raises(LanguageError):
        article_of(ENGLISH, cleaned=True)


def test_only_repairs_that_changed_something_are_named():
    assert article_of().steps == ()
    assert article_of(PAGE.replace("présenté", "présent&eacute;")).steps == ("entities",)


def test_another_language_is_refused_with_what_was_found():
    with pytest.raises(LanguageError, match=r"looks English \(.*\), not French$") as error:
        article_of(ENGLISH * 2)
    assert (error.value.found, error.value.expected) == ("en", "fr")
    assert error.value.exit_code == 3
    assert sentences(article_of(ENGLISH, language=None).segments) == [ENGLISH]


def test_too_much_text_is_refused_and_never_cut():
    length = len(f"{FIRST}\n\n{SECOND}")
    assert article_of(max_chars=length)
    with pytest.raises(TooLongError, match=rf"page: {length} characters is over the limit of"):
        article_of(max_chars=length - 1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": f"{FIRST} \ud800"}, "a lone surrogate at character 73"),
        ({"metadata": {"author": "\udfff"}}, "its field 'author' holds a lone surrogate"),
        ({"record": {"x": [{"y": "\ud83d"}]}}, "its field 'x' holds a lone surrogate"),
    ],
)
def test_what_can_not_be_written_is_refused_at_once(given, said):
    with pytest.raises(InputError, match=said):
        article_of(**given)


def test_the_day_of_publication_is_what_the_page_says():
    assert article_of(metadata={"date": "2024-03-01T10:00:00Z"}).date == "2024-03-01"
    assert article_of().date == ""


def test_lines_of_furniture_are_counted_without_the_title():
    assert furniture_of(article_of().blocks) == 2
    assert furniture_of(article_of(cleaned=True).blocks) == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (PAGE, "fr"),
        (ENGLISH * 2, "en"),
        ("Der Minister stellte am Donnerstag seinen Plan in Paris vor. " * 2, None),
        ("Oui.", None),
    ],
)
def test_the_language_of_an_article_is_known_where_it_is_one_of_ours(text, found):
    document = Document(name="page", text=text)
    assert known_language(document, steps=tuple(STEPS), cleaned=text == "Oui.") == found
