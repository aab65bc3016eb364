import pytest

from toolkit.languages.paywalls import is_paywall


@pytest.mark.parametrize(
    "line",
    [
        "Il vous reste 68 % de cet article à lire.",
        "Il vous reste 74.2% de cet article à lire. La suite est réservée aux abonnés.",
        "Cet article est réservé à nos abonnés",
        "Cet article est exclusivement réservé aux lecteurs abonnés.",
        "La suite de cet article est réservée aux abonnés",
        "Vous avez lu 31 % de ce reportage. Pour connaître la suite, rejoignez nos abonnés.",
        "Abonnez-vous pour lire la suite",
        "Pour lire la suite de cet article, abonnez-vous dès 1 €.",
        "This article is for our subscribers.",
        "Subscribe now to continue reading",
    ],
)
def test_a_line_says_that_the_rest_is_for_subscribers(line):
    assert is_paywall(line)


@pytest.mark.parametrize(
    "line",
    [
        "L’espace des contributions est réservé aux abonnés.",
        "Cet article vous a plu ? Abonnez-vous dès aujourd’hui à partir de 1 $ par mois.",
        "Réservé aux abonnés pendant 24 h, cet article est maintenant en accès libre",
        "Il vous reste trois jours pour déclarer vos revenus.",
        "Il reste 40 candidats et 12 % des voix à compter.",
        "Abonnez-vous à notre lettre quotidienne",
        "Le parking est réservé aux abonnés de la ligne 4.",
        "La suite de l’histoire est connue.",
    ],
)
def test_other_lines_on_subscribers_and_rests_do_not(line):
    assert not is_paywall(line)
