"""English."""

from toolkit.languages.base import Language, words

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()


def _number_words() -> dict[str, int]:
    numbers = {word: number for number, word in enumerate(_UNITS)}
    for index, ten in enumerate(_TENS, start=2):
        numbers[ten] = 10 * index
        numbers |= {f"{ten}-{_UNITS[unit]}": 10 * index + unit for unit in range(1, 10)}
    numbers |= {word: number for number, word in enumerate(_ORDINALS, start=1)}
    return numbers | {
        "dozen": 12,
        "dozens": 12,
        "once": 1,
        "twice": 2,
        "hundred": 100,
        "thousand": 1000,
    }


ENGLISH = Language(
    code="en",
    name="English",
    possessive=r"['’]s$",
    parts_compounds=True,
    weekdays=tuple("monday tuesday wednesday thursday friday saturday sunday".split()),
    months=tuple(
        "january february march april may june july august september october november "
        "december".split()
    ),
    dates_have_capitals=True,  # which tells the month of May from the verb
    month_first=True,
    relative_dates={
        phrase: phrase
        for phrase in (
            *("last year", "next year", "last month", "next month", "last week", "next week"),
            "tomorrow",
        )
    }
    | {"yesterday": r"(?<!the day before )yesterday"},
    directions=words("north south east west"),
    number_words=_number_words(),
    vague_numbers={"half": 2, "a": 1, "an": 1},
    scales={
        "hundred": 100,
        "thousand": 1000,
        "million": 10**6,
        "millions": 10**6,
        "billion": 10**9,
        "bn": 10**9,
        "trillion": 10**12,
    },
    units={
        "percent": "percent per-cent",
        "euro": "euro euros",
        "dollar": "dollar dollars",
        "pound": "pound pounds",
        "franc": "franc francs",
        "dinar": "dinar dinars",
        "dirham": "dirham dirhams",
        "gourde": "gourde gourdes",
        "rouble": "ruble rubles rouble roubles",
        "yuan": "yuan yuans",
        "yen": "yen yens",
        "year": "year years",
        "month": "month months",
        "week": "week weeks",
        "day": "day days",
        "hour": "hour hours",
        "minute": "minute minutes",
        "second": "seconds",
        "kilometer": "kilometer kilometers kilometre kilometres",
        "meter": "meter meters metre metres",
        "kilogram": "kilo kilos kilogram kilograms",
        "tonne": "ton tons tonne tonnes",
        "hectare": "hectare hectares",
        "degree": "degree degrees",
    },
    no_units=words(
        "a about after against all and are as at before by but during each for from had has "
        "have in into is it of on or our per since than that the their this to under until "
        "was were while will with"
    ),
    multiples=(
        r"doubl\w+|twice (?:as|the)|twofold|two times",
        r"tripl\w+|threefold|three times",
        r"quadrupl\w+|fourfold|four times",
        r"halv\w+",  # half is vague: half an hour, in the second half
    ),
    counted_by_name=(
        "countr|nation|side|minister|leader|president|part|state|men|women|government|official"
    ),
    two="(?:the )?(?:two|both)",
    fates={
        "dead": r"dead|deaths?|died|kill\w+|lives",
        "injured": r"injur\w+|wound\w+",
        "missing": r"missing",
        "saved": r"rescued?|saved?",
        "arrested": r"arrest\w*",
    },
    titles=words("dr drs prof st mr mrs ms gen gov rep rev sen capt"),
    abbreviations=words("inc jr kg km ltd lt sgt vs etc no"),
    sentence_starters=words(
        "The He She It They We I In On At By For With But And This That These Those His Her Their"
    ),
    leaning_start=(
        "He|She|They|It|This|These|Those|However|Moreover|Also|And|But|So|Because|"
        r"His|Her|Their|Its|I(?!\.)|We|You|My|Our|Your|"
        "Both (?:of|men|women|are|have|were)|The (?:article|last|latter|former|other|same)"
    ),
    leaning_end=r"\b(?:he|she|they) \w+",
    some_of_these=r"of these",
    conjunctions=words("and but or while"),
    stop_words=words(
        "a an and are as at been but by for from had has have he her his in into is it its "
        "more not of on or said says she than that the their they this to was were which who "
        "will with would"
    ),
    no_names=words(
        """a about according additionally after all along also although among an and another any as
        at because before besides both but by de despite during each earlier either every few
        finally first following for foreign four from further he her his how however if in instead
        it its last later leaders many meanwhile ministers more moreover most mr mrs ms neither no
        not of officials on once one only or other our over president prime separately several she
        since so some state still such that the their then there these they this those though three
        through thus to together talks two under until we what when where which while who with
        within without yet you"""
    ),
    capital_words=words("i"),
    no_name_endings=("ing", "ed", "ly"),
    demonym_endings=("ese", "an", "ish"),
    demonyms=words(
        "afghan croat cypriot czech dutch emirati flemish french greek icelandic iraqi israeli "
        "kurd kuwaiti omani pakistani qatari saudi serb slovak slovene swiss thai turk uzbek welsh "
        "yemeni"
    ),
    reporting_verbs=words(
        """according added adds announced announces argued assured called calls confirmed declared
        declares emphasized emphasizes expressed expresses hoped hopes insisted noted notes pledged
        pledges praised promised promises proposed reaffirmed recalled reported reports said says
        stated states stressed stresses told underlined urged vowed wanted wants warned warns
        welcomed welcomes wished wishes"""
    ),
    actor_nouns=words(
        """activist actor actress administration agency airline ambassador analyst archbishop
        architect army artist assembly association athlete attacker author authority baker bank
        beekeeper bishop boss boy brother builder buyer candidate canton captain chair chairman
        chairwoman chairperson champion chancellor chief child children city club coach
        colleague commission commissioner commissioners committee community company conductor
        council councillor counterpart country county court critic customer daughter deputy
        department designer dean director district doctor driver economist editor embassy
        employee employer engineer expert exporter factory family farmer father federation
        firefighter firm fisherman fishermen foundation founder fund gang general girl
        goalkeeper government governor group grower guard hacker hall head historian hospital
        hotel husband importer industry inhabitant inspector institute institution investor
        island journalist judge king laboratory lawyer leader league library loser maker man
        manager mayor member men merchant migrant militia minister ministry monk mother museum
        musician neighbor newspaper nun nurse office officer official operator opposition
        orchestra organisation organization organizer owner panel parent parliament partner
        party passenger patient people philosopher pilot pirate player police pope port prefect
        prefecture president priest prince princess prisoner producer professor program
        programme prosecutor protester province publisher pupil queen rebel refugee regime
        region regulator reporter representative republic rescuer researcher resident rider
        sailor school scientist scout secretary seller senate senator shareholder shepherd
        shipowner shopkeeper side singer sister society soldier son specialist spokesman
        spokesperson spokeswoman sponsor staff state striker student sub-prefect subprefect
        supplier supporter surgeon teacher team tenant theater tourist town trader trainer
        trainee traveler traveller treasurer tribunal troops union university veterinarian
        victim village villager visitor volunteer voter waiter warden wholesaler widow wife
        winegrower winemaker winner witness woman women worker workshop writer"""
    ),
    hedges=(
        "hop(?:es?|ed|ing)",
        "want(?:s|ed)?",
        "wish(?:es|ed)?",
        "plan(?:s|ned)?",
        "intend(?:s|ed)?",
        "seek(?:s|ing)?",
        "expect(?:s|ed)?",
        "look(?:s|ed|ing)? forward",
        *"eager ready willing prepared".split(),
        "would like",
        r"called (?:on|upon|for) [\w ]{0,30}",
    ),
    not_done=words("to will would may might can could should must shall for of in by cannot"),
    irregular_pasts={
        "met": "meet",
        "held": "hold",
        "made": "make",
        "took": "take",
        "gave": "give",
        "went": "go",
        "built": "build",
        "began": "begin",
        "won": "win",
    },
    paywall=(
        r"(?:subscribe (?:now )?to (?:continue|keep) reading|"
        r"to (?:continue|keep) reading[^.!?]{0,60}\bsubscri|"
        r"(?:th(?:is|e) )?(?:article|story|content) is (?:\w+ )?(?:for|reserved for|available to) "
        r"(?:our )?(?:\w+ )?subscribers|you have read \d+ ?% of)"
    ),
    preambles=(
        r"(?:[^:\"“«]{0,60}\bhere(?: is|[’']s) )?"
        r"(?:the |corresponding |possible )*(?:english |french )?"
        r"translation(?: (?:of|in|into|to) [^:]{1,60})?: *",
        r"(?:the (?:french|english) sentence .*?|(?:this|the) (?:sentence|text)) translates? "
        r"(?:to|into)\b[^:]{0,40}: *",
    ),
)
