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
        "Abonnez-vous pour lire la suite de cet entretien, dès 1 € par mois.",
        "Pour continuer à lire cet article, abonnez-vous.",
        "Pour lire la suite, vous devez être abonné.",
        "Pour lire la suite du récit que nos envoyés ont rapporté, abonnez-vous.",
        "Pour lire la suite, il vous faudra un abonnement.",
        "Pour lire la suite, souscrivez à un abonnement à partir de 1 €.",
        "Pour lire l’intégralité de cet article, prenez un abonnement.",
        "Vous n’êtes pas abonné ? La suite du récit est réservée à nos abonnés !",
        "La suite est réservée aux abonnés du « Matin ».",
        "L’article est réservé aux abonnés, découvrez toute l’offre.",
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
        "Il reste 12 % de bulletins blancs à compter.",
        "Il vous reste 40 % de la somme à verser avant le 3 mars.",
        "Abonnez-vous pour lire la suite de nos enquêtes",
        "Pour continuer votre lecture, acceptez les cookies ou abonnez-vous.",
        "Pour connaître la suite des événements, abonnez-vous à nos alertes.",
    ],
)
def test_other_lines_on_subscribers_and_rests_do_not(line):
    assert not is_paywall(line)


@pytest.mark.parametrize(
    "line",
    [
        "« Cet article est réservé aux abonnés » : le message revient sur chaque page.",
        "Elle clique. « Bonjour. La suite est réservée aux abonnés. » Elle s’en va.",
        "Le site affiche “Bonjour. La suite est réservée aux abonnés.”",
        "Les lecteurs regrettent que la suite soit réservée aux abonnés.",
        "Selon la directrice, la suite de l’article est réservée aux abonnés.",
        "Le lecteur lit alors que cet article est réservé aux abonnés, et s’en va.",
        "La suite est réservée aux abonnés, répètent les bandeaux du site.",
        "Il vous reste 68 % de cet article à lire, affiche alors un bandeau.",
        "Cet article est réservé aux abonnés, ironise-t-il.",
        "Pour lire la suite de la série, les lecteurs devront s’abonner, a prévenu l’éditeur.",
        "Il reste 40 % de l’article à écrire, plaisante le rédacteur en chef.",
        "Pour lire la suite, il faudra acheter un abonnement au théâtre.",
        "Pour lire cet article du code, l’avocat a pris un abonnement à une base de données.",
        "Pour continuer à lire, les prisonniers ont demandé un abonnement à la bibliothèque.",
        "Abonnez-vous pour lire la suite, lui répond la machine.",
        "“This article is for subscribers”, the screen says.",
    ],
)
def test_a_line_that_tells_of_a_notice_is_none(line):
    assert not is_paywall(line)
