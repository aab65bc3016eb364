import pytest

from toolkit.reading.places import HIDDEN, LEAD, NOWHERE, places_of


@pytest.mark.parametrize(
    ("tag", "attributes", "expected"),
    [
        ("nav", {}, {"in a menu"}),
        ("div", {"class": "breadcrumb"}, {"in a menu"}),
        ("div", {"class": "article__share-buttons"}, {"beside share buttons"}),
        ("div", {"id": "commentsList"}, {"in comments"}),
        ("p", {"class": "chapo"}, {LEAD}),
        ("div", {"role": "complementary"}, {"in a sidebar"}),
        ("span", {"itemprop": "author"}, {"by the byline"}),
        ("div", {"style": "color:red; display : none"}, {HIDDEN}),
        ("figcaption", {"aria-hidden": "true"}, {"in a caption", HIDDEN}),
        ("div", {"class": "text shared-office commented"}, NOWHERE),
        ("div", {"class": "css-1ad8f Ad3kQ sc-kPubZ shadow x9don"}, NOWHERE),
        ("div", {"class": "styles_ad__3kQ"}, {"in an advertisement"}),
        ("div", {"class": "pub2 Nav_12"}, {"in an advertisement", "in a menu"}),
        ("body", {"class": "has-sidebar menu-open"}, NOWHERE),
        ("p", {"style": "color:red"}, NOWHERE),
    ],
)
def test_an_element_is_a_place_by_its_tag_and_names(tag, attributes, expected):
    assert places_of(tag, attributes) == expected


def test_long_attributes_are_read_in_part():
    assert places_of("div", {"class": "x " * 100_000 + "comments"}) == NOWHERE
