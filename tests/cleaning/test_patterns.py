import json

import pytest

from tests.cleaning.helpers import ARTICLE, OTHER, ROOT, document
from toolkit.cleaning import clean

LINE_CASES = json.loads((ROOT / "tests/cases/lines.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Dernière mise à jour à 08h41 le 26/05", "time"),
        ("Publié le 3 mars 2021 à 14:05", "time"),
        ("Hier à 19:40", "time"),
        ("Temps de lecture : 3 min", "time"),
        ("Partager cet article", "share prompt"),
        ("Facebook Twitter WhatsApp", "share prompt"),
        ("Abonnez-vous à notre lettre d’information", "subscribe prompt"),
        ("Il vous reste 62 % de cet article à lire", "paywall"),
        ("Nos partenaires utilisent des cookies pour mesurer l’audience.", "cookie notice"),
        ("Accueil > Monde > Asie", "navigation"),
        ("- Publicité -", "advertisement"),
        ("Lire aussi : le plan du ministre en cinq points", "related articles"),
        ("Des députés à l'Assemblée, le 3 mars 2021. © AFP", "photo caption"),
        ("(Xinhua/Javed Dar)", "photo caption"),
        ("Avec AFP", "byline"),
        ("Par Jeanne Oriol et Marc Petit", "byline"),
        ("Mots-clés : budget, impôts", "tags"),
        ("#Dakar #Transports", "tags"),
        ("Copyright 2022 - Tous droits réservés", "legal notice"),
    ],
)
def test_furniture_inside_an_article_goes_for_its_reason(line, reason):
    cleaning = clean(
        document("\n".join([ARTICLE, OTHER, line, ARTICLE + " Oui.", OTHER + " Oui."]))
    )
    assert [block.reason for block in cleaning.blocks] == [
        "article",
        "article",
        reason,
        *(["after the article"] * 2 if reason == "paywall" else ["article"] * 2),
    ]


@pytest.mark.parametrize(("label", "line"), LINE_CASES)
def test_article_lines_that_look_like_furniture_stay_and_furniture_goes(label, line):
    around = [f"{ARTICLE} {count}" for count in ("Un.", "Deux.", "Trois.", "Quatre.", "Cinq.")]
    cleaning = clean(document("\n".join([*around[:3], line, *around[3:]])))
    assert cleaning.blocks[3].kept == (label == "article")
    if label == "article":
        assert cleaning.blocks[4].kept
