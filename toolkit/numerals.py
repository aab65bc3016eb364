"""Numbers in words, in French and English."""

EN_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
FR_UNITS = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
    "dix-sept dix-huit dix-neuf"
).split()
FR_TENS = {
    20: "vingt",
    30: "trente",
    40: "quarante",
    50: "cinquante",
    60: "soixante",
    80: "quatre-vingt",
}
FR_COUNTS = {
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


def _number_words() -> dict[str, dict[str, int]]:
    english = {word: number for number, word in enumerate(EN_UNITS)}
    for index, ten in enumerate(EN_TENS, start=2):
        english[ten] = 10 * index
        english |= {f"{ten}-{EN_UNITS[unit]}": 10 * index + unit for unit in range(1, 10)}
    french = {word: number for number, word in enumerate(FR_UNITS)}
    for value, ten in FR_TENS.items():
        french[ten] = value
        most = 20 if value in (60, 80) else 10
        for unit in range(1, most):
            joined = f"{ten}-et-{FR_UNITS[unit]}" if unit in (1, 11) else f"{ten}-{FR_UNITS[unit]}"
            french[joined] = value + unit
    french |= {"quatre-vingts": 80, "septante": 70, "huitante": 80, "nonante": 90, "une": 1}
    french |= {form: value for word, value in FR_COUNTS.items() for form in (word, word + "s")}
    ordinals = {
        "en": "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
        "fr": "premier deuxième troisième quatrième cinquième sixième septième huitième neuvième "
        "dixième onzième douzième treizième quatorzième quinzième seizième dix-septième "
        "dix-huitième dix-neuvième vingtième",
    }
    english |= {word: number for number, word in enumerate(ordinals["en"].split(), start=1)}
    french |= {word: number for number, word in enumerate(ordinals["fr"].split(), start=1)}
    english |= {"dozen": 12, "dozens": 12, "once": 1, "twice": 2, "hundred": 100, "thousand": 1000}
    french |= {"première": 1, "premiers": 1, "premières": 1, "second": 2, "seconde": 2}
    french |= {"cent": 100, "mille": 1000}
    return {"en": english, "fr": french}


NUMBER_WORDS = _number_words()
