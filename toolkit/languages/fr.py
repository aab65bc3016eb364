"""French."""

from toolkit.languages.base import Language, words

_UNITS = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
    "dix-sept dix-huit dix-neuf"
).split()
_TENS = {
    20: "vingt",
    30: "trente",
    40: "quarante",
    50: "cinquante",
    60: "soixante",
    80: "quatre-vingt",
}
_COUNTS = {
    "dizaine": 10,
    "douzaine": 12,
    "quinzaine": 15,
    "vingtaine": 20,
    "trentaine": 30,
    "quarantaine": 40,
    "cinquantaine": 50,
    "soixantaine": 60,
    "centaine": 100,
}
_ORDINALS = (
    "premier deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième "
    "onzième douzième treizième quatorzième quinzième seizième dix-septième dix-huitième "
    "dix-neuvième vingtième"
).split()


def _number_words() -> dict[str, int]:
    numbers = {word: number for number, word in enumerate(_UNITS)}
    for value, ten in _TENS.items():
        numbers[ten] = value
        for unit in range(1, 20 if value in (60, 80) else 10):
            link = "-et-" if unit in (1, 11) and value != 80 else "-"
            numbers[f"{ten}{link}{_UNITS[unit]}"] = value + unit
    numbers |= {
        "quatre-vingts": 80,
        "tiers": 3,
        "septante": 70,
        "huitante": 80,
        "nonante": 90,
        "une": 1,
    }
    numbers |= {form: value for word, value in _COUNTS.items() for form in (word, word + "s")}
    numbers |= {word: number for number, word in enumerate(_ORDINALS, start=1)}
    numbers |= {"première": 1, "premiers": 1, "premières": 1, "second": 2, "seconde": 2}
    return numbers | {"cent": 100, "mille": 1000}


# Of notices that an article goes on for subscribers: an article, the rest of it, how that is read,
# and who says so behind a statement: `, annonce le bandeau`.
_PIECE = (
    r"(?:(?:cet |l')(?:article|entretien|interview|enquete|analyse)|"
    r"(?:ce|le) (?:reportage|recit|texte|portrait|temoignage|dossier|contenu)|"
    r"(?:cette|la|votre) (?:enquete|interview|chronique|analyse|lecture))"
)
_REST = (
    rf"(?:la suite|l'integralite)(?: de {_PIECE}| du (?:reportage|recit|texte)|(?! d(?:[eu]s? |')))"
)
_READ = (
    rf"(?:(?:lire|connaitre|decouvrir|acceder a) (?:{_REST}|{_PIECE})|"
    r"(?:continuer|poursuivre) (?:a lire|(?:votre|la|sa) lecture))"
)
# What others do for it, or will have to.
_OTHERS = (
    r"\b(?:ont|dev(?:ait|aient|ra|rait|ront|raient)|(?<!vous )faudra|"
    r"a (?:du|pris|souscrit|achete|paye))\b"
)
_SAYS = (
    r"(?:[,»”\"] (?:\w+ |\w')?(?!(?:comme|contre|entre|meme|outre|toute) )"
    r"\w+(?:e|ent|[iu]t|a|u|pond)"
    r"(?:-(?:t-)?(?:il|elle|on)s?\b|"
    r" (?:alors |encore |toujours )?(?:l[ea]s? |l'|une? |des |s(?:on|a|es) ))|"
    r": (?:c'est|voila) )"
)

FRENCH = Language(
    code="fr",
    name="French",
    elision=r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’]",  # l'accord; not aujourd'hui
    # a-t-il, dit-elle, ces jours-ci
    clitic=(r"-(?:t-)?(?:ils?|elles?|on|je|tu|nous|vous|ce|moi|toi|l[ae]s?|lui|leur|y|en|là|ci)$"),
    weekdays=tuple("lundi mardi mercredi jeudi vendredi samedi dimanche".split()),
    months=tuple(
        "janvier février mars avril mai juin juillet août septembre octobre novembre "
        "décembre".split()
    ),
    relative_dates={
        "last year": r"l['’]an dernier|l['’]année dernière|l['’]an passé|l['’]année passée",
        "next year": r"l['’]an prochain|l['’]année prochaine",
        "last month": r"mois dernier|mois passé",
        "next month": r"mois prochain",
        "last week": r"semaine dernière|semaine passée",
        "next week": r"semaine prochaine",
        "yesterday": r"(?<!avant-)hier",
        "tomorrow": r"demain",
    },
    directions=words("nord sud est ouest"),
    number_words=_number_words(),
    scales={
        "cent": 100,
        "cents": 100,
        "mille": 1000,
        "million": 10**6,
        "millions": 10**6,
        "milliard": 10**9,
        "milliards": 10**9,
    },
    units={
        "percent": "pour-cent",
        "euro": "euro euros",
        "dollar": "dollar dollars",
        "pound": "livre livres",
        "franc": "franc francs fcfa cfa",
        "dinar": "dinar dinars",
        "dirham": "dirham dirhams",
        "gourde": "gourde gourdes",
        "rouble": "rouble roubles",
        "yuan": "yuan yuans",
        "yen": "yen yens",
        "year": "an ans année années",
        "month": "mois",
        "week": "semaine semaines",
        "day": "jour jours",
        "hour": "heure heures",
        "minute": "minute minutes",
        "second": "secondes",
        "kilometer": "kilomètre kilomètres",
        "meter": "mètre mètres",
        "kilogram": "kilo kilos kilogramme kilogrammes",
        "tonne": "tonne tonnes",
        "hectare": "hectare hectares",
        "degree": "degré degrés",
    },
    no_units=words(
        "a au aux avec contre d dans de depuis des du en entre et la le les mais ou par pour sur"
    ),
    multiples=("deux fois", r"tripl\w+|trois fois", "quatre fois", "moitié|deux fois moins"),
    counted_by_name="pays|côté|chef|camp|État|Etat",
    two="(?:les )?deux",
    fates={
        "dead": r"morts?|mortes?|tu(?:é|ée)s?|tuant|décès",
        "injured": r"bless\w+",
        "missing": r"disparue?s?",
        "saved": r"secouru\w*|sauvé\w*",
        "arrested": r"arrêté\w*",
    },
    titles=words("m mm mme mmes mlle mlles me mes mgr dr drs pr prof st ste"),
    abbreviations=words(
        "adj adm al ap apr art av avr ann bd bld bibl bull cap cf ch chap chron cie col comm "
        "cdt coll conf déc dept dép dir div éd ed env etc ex fasc févr fig gal gén gouv h hab "
        "ibid id inf int jan janv juil kg km max min mn nb no nov obs oct op p par paragr pp "
        "préf préc prov réf réd rem s sec sect sept sp suiv sup suppl svp sq t tél trad univ "
        "v vol vs sté"
    ),
    sentence_starters=words(
        "Le La Les L' L’ Un Une Des Du De D' D’ Il Elle Ils Elles On Ce Cet Cette Ces C' C’ "
        "Cela Ça Son Sa Ses Leur Leurs Nous Vous Je J' J’ Mais Or Et Ou Donc Car Si S' S’ "
        "Selon Pour Par Dans En Au Aux À A Avec Sans Sous Sur Après Avant Depuis Pendant Lors "
        "Plus Quand Lorsque Comme Ainsi Aussi Alors Toutefois Cependant Enfin Puis Tout Tous "
        "Toute Toutes Aucun Aucune Qui Que Qu' Qu’ Quant Interrogé Interrogée"
    ),
    leaning_start=(
        "Il|Elle|Ils|Elles|Cela|Ce|Cette|Ces|Et|Mais|Car|Parce|Son(?! [A-Z])|Sa|Ses|Leurs?|"
        "Je|J['’]|Nous|Vous|Mon|Ma(?! [A-Z])|Mes|Notre|Nos|Votre|Vos"
    ),
    leaning_end=r"-(?:il|elle)s?(?: \w+)?",
    some_of_these=r"(?:parmi|d['’]entre|\d+ de) ces",
    conjunctions=words("et mais ou tandis"),
    stop_words=words(
        "a au aux avec ce ces cette comme d dans de des du elle en est et il ils l la le les "
        "leur leurs mais ne on ou par pas plus pour qu que qui s sa se ses son sont sur un "
        "une"
    ),
    said=(
        *"affirmé ajouté annoncé appelé assuré averti conclu confirmé déclaré demandé".split(),
        *"dénoncé dit estimé exhorté expliqué exprimé exprimée".split(),
        "fait (?:part|remarquer|savoir|valoir)",
        *"félicité indiqué insisté invité jugé noté poursuivi précisé prévenu promis".split(),
        *"proposé qualifié raconté rappelé reconnu regretté relevé répondu réaffirmé".split(),
        *"salué soutenu souligné souhaité".split(),
    ),
    reporting_verbs=words(
        "affirme ajoute annonce assure confie constate déclare dénonce détaille dit espère "
        "estime explique indique juge note observe poursuit précise prévient raconte rappelle "
        "reconnaît regrette résume souhaite souligne soutient"
    ),
    roles=words(
        "président présidente ministre chef cheffe porte-parole directeur directrice maire "
        "préfet préfète secrétaire responsable patron patronne député députée sénateur "
        "sénatrice ambassadeur ambassadrice chancelier chancelière roi pape professeur "
        "professeure docteur économiste syndicaliste avocat avocate"
    ),
    auxiliaries=tuple("a ont est sont été étaient était avait avaient".split()),
    paywall=(
        rf"(?:(?:{_PIECE}|ce contenu|{_REST}) (?:vous )?est (?:\w+ment )?reservee? "
        r"(?:a nos|aux) (?:\w+ )?abonne|"
        rf"{_REST} s'adresse a nos abonnes|"
        rf"il vous reste (?:encore )?\d+(?:[.,]\d+)? ?% (?:de {_PIECE}|a lire|a decouvrir)\b|"
        rf"il reste (?:encore )?\d+(?:[.,]\d+)? ?% de {_PIECE} a (?:lire|decouvrir)\b|"
        rf"vous avez lu (?:les )?\d+ ?% de {_PIECE}|"
        rf"pour {_READ}\b(?:(?!cookie|accept)[^.!?]){{0,60}}"
        r"\b(?:abonnez|vous \w+ \w+ abonnee?s?\b)|"
        rf"pour {_READ}\b(?:(?!cookie|accept|{_OTHERS})[^.!?]){{0,60}}\babonnement|"
        rf"abonnez-vous pour {_READ}\b|"
        rf"debloquez {_PIECE})"
        rf"(?![^.!?]*{_SAYS})"
    ),
    preambles=(r"(?:voici la )?traduction(?: en (?:français|anglais))? ?: *",),
)
