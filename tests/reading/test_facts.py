import pytest

from toolkit.reading.outline import outline


def facts(markup):
    return outline(markup, max_chars=10_000).facts


def test_meta_elements_are_read_once_by_their_names():
    found = facts(
        '<meta property="og:title" content="Un plan"><meta property="og:title" content="Autre">'
        '<meta name="Author" content="Luc Petit"><meta name="theme-color" content="red">'
    )
    assert found.meta == {"og:title": "Un plan", "author": "Luc Petit"}


@pytest.mark.parametrize(
    ("markup", "name", "values"),
    [
        ('<span itemprop="author">Luc\n Petit</span>', "author", ["Luc Petit"]),
        ('<span itemprop="author" itemscope>Par <b itemprop="name">Luc Petit</b>, à Brest</span>',
         "author", ["Luc Petit"]),
        ('<div itemprop="publisher"><meta itemprop="name" content="Le Matin"></div>',
         "publisher", ["Le Matin"]),
        ('<time itemprop="datePublished" datetime="2024-03-01">1er mars</time>',
         "datepublished", ["2024-03-01"]),
        ('<p property="schema:author">Luc Petit</p>', "author", ["Luc Petit"]),
        ('<link itemprop="isAccessibleForFree" href="http://schema.org/False">',
         "isaccessibleforfree", ["http://schema.org/False"]),
        ('<b itemprop="name">Luc Petit</b>', "author", []),
        ('<div itemtype="https://schema.org/Comment"><b itemprop="author">Zoé</b></div>'
         '<b itemprop="author">Luc Petit</b>', "author", ["Luc Petit"]),
        ('<div typeof="schema:Comment"><p><b property="schema:author">Zoé</b></p></div>',
         "author", []),
    ],
)  # fmt: skip
def test_properties_are_read_where_attributes_name_them(markup, name, values):
    assert facts(markup).properties.get(name, []) == values


def test_linked_data_is_kept_as_it_is_and_other_scripts_are_not():
    found = facts(
        '<script type="application/ld+json">{"a": "<p>&eacute;"}</script><script>x()</script>'
    )
    assert found.data == ['{"a": "<p>&eacute;"}']
