import pytest

from tests.helpers import candidate
from tests.translation.helpers import TBX, TERMS
from toolkit.errors import UsageError
from toolkit.translation.checks import check_translation, lost_terms
from toolkit.translation.glossary import Glossary, Term, answered, load_glossary


def test_glossary_finds_the_longest_terms_in_order():
    found = Glossary(TERMS).occurring("À PÉKIN, l’OCS et la Ceinture et la route ; Pékin encore.")
    assert [term.target for term in found] == ["Beijing", "SCO", "Belt and Road"]


def test_a_term_inside_a_longer_one_is_found_where_it_stands_alone():
    glossary = Glossary((Term("diplomatie russe", "Russian diplomacy"), *TERMS))
    found = glossary.occurring("Le chef de la diplomatie russe ; une diplomatie russe active.")
    assert [term.target for term in found] == ["foreign minister", "Russian diplomacy"]
    assert len(glossary.occurring("Le chef de la diplomatie russe.")) == 1


def test_glossary_ignores_parts_of_words_and_acronyms_in_small_letters():
    assert Glossary(TERMS).occurring("les ocs et les OCSE pékinois") == ()


def test_names_left_in_french_are_put_right_but_no_other_words():
    source = "L'OCS s'est réunie à Pékin avec son chef de la diplomatie."
    target = "The OCS met in Pékin with its chef de la diplomatie."
    repaired = Glossary(TERMS).repair(target, source=source)
    assert repaired == "The SCO met in Beijing with its chef de la diplomatie."


@pytest.mark.parametrize(
    ("target", "repaired"),
    [
        ("An AVC is no AVC.", "A stroke is no stroke."),
        ("He had an AVC.", "He had a stroke."),
        ("She had an IVG.", "She had an abortion."),
        ("He had an IA.", "He had an AI."),
    ],
)
def test_the_article_before_what_is_put_right_goes_with_it(target, repaired):
    terms = (Term("AVC", "stroke"), Term("IVG", "abortion"), Term("IA", "AI"))
    assert Glossary(terms).repair(target, source="AVC, IVG, IA") == repaired


def test_french_titles_are_put_right():
    glossary = load_glossary("news", source_language="fr", target_language="en")
    source = "M. Xi a rencontré Mme Royal."
    repaired = glossary.repair("M. Xi met Mme Royal, M.P.", source=source)
    assert repaired == "Mr. Xi met Ms. Royal, M.P."


def test_phrases_are_told_but_not_insisted_on():
    glossary = Glossary((Term("en marge de", "on the sidelines of", "phrase"),))
    assert glossary.occurring("Il parlait en marge de la réunion.")
    failed = check_translation(
        "Il parlait en marge de la réunion.",
        candidate("He spoke beside the meeting."),
        source_language="fr",
        target_language="en",
        terms=glossary.terms,
    )
    assert failed == ()


def test_a_phrase_that_is_answered_explains_its_numbers_and_dates():
    glossary = load_glossary("news", source_language="fr", target_language="en")

    def failed(source, target):
        found = check_translation(
            source,
            candidate(target),
            source_language="fr",
            target_language="en",
            terms=glossary.occurring(source),
        )
        return [(check.name, *check.values) for check in found]

    source = "Le défilé du 14 juillet a lieu dans quinze jours, a dit le ministre."
    assert failed(source, "The Bastille Day parade is in two weeks, the minister said.") == []
    lost = failed(source, "The parade is soon, the minister said.")
    assert lost == [("numbers", "14", "15"), ("dates", "July")]
    assert failed(source, "The Bastille Day parade is in 3 weeks, the minister said.") == [
        ("numbers", "15"),
        ("numbers", "3"),
    ]
    source = "La mère a porté plainte, selon les avocats."
    assert failed(source, "The mother filed a complaint, according to 1 lawyer.") == [
        ("numbers", "1")
    ]


@pytest.mark.parametrize(
    ("suggested", "target"),
    [
        ("subsidiary", "Two Subsidiaries closed."),
        ("front man", "They are front men."),
        ("midwife", "The midwives strike."),
        ("bus", "The buses stop."),
        ("buses", "The bus stops."),
        ("tax breaks", "A tax break ends."),
        ("boss", "The bosses met."),
        ("day", "Days passed."),
        ("German", "Germans voted."),
    ],
)
def test_a_phrase_is_answered_in_singular_or_plural(suggested, target):
    phrase = Term("x", suggested, "phrase")
    assert answered((phrase,), target) == (phrase,)
    assert answered((phrase,), "Nothing of it.") == ()


def test_names_in_a_phrase_are_missed_where_it_is_not_answered():
    glossary = Glossary((Term("parquet de Nanterre", "Nanterre prosecutor's office", "phrase"),))
    source = "Le suspect a été entendu, selon le parquet de Nanterre."
    for target, lost in (
        ("The suspect was questioned, according to the Nanterre prosecutor's office.", False),
        ("The suspect was questioned, according to prosecutors.", True),
    ):
        found = check_translation(
            source,
            candidate(target),
            source_language="fr",
            target_language="en",
            terms=glossary.terms,
        )
        assert any(check.values == ("Nanterre",) for check in found) == lost


def test_bundled_glossary_is_for_one_direction():
    assert load_glossary("news", source_language="fr", target_language="en").terms
    assert not load_glossary("news", source_language="en", target_language="fr").terms


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("L'Assemblée populaire nationale a voté.", []),
        ("L'Assemblée populaire nationale de Chine.", ["National People's Congress of China"]),
        ("Le Conseil d’État chinois a voté.", ["Chinese State Council"]),
        ("Le tribunal a jugé que la plainte est recevable.", ["court ruled that"]),
        ("Le premier ministre du Québec hésite.", ["premier of Quebec"]),
        ("Elle l'a dit à TVA Nouvelles.", []),
        ("Dans un communiqué conjoint, ils hésitent.", ["in a joint statement"]),
        ("Au lendemain de la guerre froide, ils hésitent.", ["after the Cold War"]),
    ],
)
def test_the_bundled_glossary_tells_what_is_meant_here(source, told):
    glossary = load_glossary("news", source_language="fr", target_language="en")
    assert [term.target for term in glossary.occurring(source)] == told


def test_inflected_forms_are_found():
    found = Glossary(TERMS).occurring("Les chefs de la diplomatie se sont vus.")
    assert [term.target for term in found] == ["foreign minister"]


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("député", "Deux députés parlent."),
        ("député", "La députée parle."),
        ("député", "Deux députées parlent."),
        ("bureau de vote", "Les bureaux de vote ouvrent."),
        ("l'ONU", "Il va à l’ONU."),
        ("à l'issue de", "A l'issue de la réunion, il parle."),
        ("à l'issue de", "« A l'issue de la réunion, je parle. »"),
        ("A ce sujet", "À ce sujet, il parle."),
        ("A ce sujet", "Il parle à ce sujet."),
        ("a jugé", "A jugé."),
        ("a jugé que", "Il a jugé que tout va."),
        ("a jugé que", "Elle a jugé qu’elle perd."),
        ("a level", "A level playing field"),
        ("A level", "a level playing field"),
        ("C++", "Il écrit en C++."),
        ("§", "Le § 12 change."),
    ],
)
def test_a_term_is_found_with_any_ending_and_without_any_letters(term, text):
    assert [each.source for each in Glossary((Term(term, "x"),)).occurring(text)] == [term]


def test_a_plural_is_no_other_words_plural():
    glossary = Glossary((Term("devis", "estimate"), Term("mis en examen", "charged")))
    found = glossary.occurring("Le député, mis en examen, change des devises.")
    assert [each.source for each in found] == ["mis en examen"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Le maire de Sentier parle à Christian Clavier.", []),
        ("Il marche sur le sentier.", ["sentier"]),
        ("Sentiers fermés. Clavier volé.", ["sentier", "clavier"]),
        ("« Clavier cassé », dit-il.", ["clavier"]),
        ("INCENDIE SUR LE SENTIER", ["sentier"]),
    ],
)
def test_a_suggestion_of_one_word_is_not_found_in_names(text, found):
    glossary = Glossary((Term("sentier", "path", "phrase"), Term("clavier", "keyboard", "phrase")))
    assert [term.source for term in glossary.occurring(text)] == found


def test_a_term_can_ask_for_its_case():
    glossary = Glossary((Term("Orange", "Orange", same_case=True),))
    assert glossary.occurring("Le groupe Orange recrute.")
    assert not glossary.occurring("Une orange par jour.")


def test_a_glossary_of_tsv_with_all_its_columns(tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_text(
        "source\ttarget\tkind\tnote\tcase\nOrange\tOrange\tterm\ta firm\tsame\n\nbail\tlease\n"
    )
    glossary = load_glossary(str(path), source_language="fr", target_language="en")
    assert glossary.terms == (Term("Orange", "Orange", "term", True), Term("bail", "lease"))


def test_a_glossary_of_tbx(tmp_path):
    path = tmp_path / "law.tbx"
    path.write_text(TBX)
    glossary = load_glossary(str(path), source_language="fr", target_language="en")
    assert glossary.terms == (Term("bail", "lease"),)
    assert load_glossary(str(path), source_language="en", target_language="fr").terms == (
        Term("lease", "bail"),
    )


def test_the_bundled_glossary_has_no_term_twice_and_none_that_another_one_hides():
    glossary = load_glossary("news", source_language="fr", target_language="en")
    terms = glossary.terms
    assert len({term.source for term in terms}) == len(terms)
    assert [term for term in terms if glossary.occurring(term.source) != (term,)] == []
    assert sum(term.kind == "term" for term in terms) >= 150


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bad.tsv", "one\ttwo\na\tb\n", "columns source and target"),
        ("bad.tsv", "source\ttarget\na\tb\n\nc\n", "line 4 is not a term: 'c'"),
        ("bad.tsv", "source\ttarget\na\tb\tc\n", "line 2 is not a term"),
        ("bad.tsv", "source\ttarget\tkind\na\tb\tverb\n", "line 2: kind is"),
        ("bad.tsv", "\udcff", "utf-8"),
        ("bad.tbx", "<tbx><unclosed>", "no element found: line 1"),
    ],
)
def test_a_broken_glossary_is_refused_with_the_line(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=message):
        load_glossary(str(path), source_language="fr", target_language="en")


def test_a_glossary_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"absent\.tsv: No such file"):
        load_glossary(str(tmp_path / "absent.tsv"), source_language="fr", target_language="en")


def test_of_thousands_of_terms_those_that_occur_are_found():
    terms = (*(Term(f"terme{number} premier", "x") for number in range(5000)), Term("gare", "y"))
    found = Glossary(terms).occurring("Le terme42 premier, les gares et le terme4999 premier.")
    assert [term.source for term in found] == ["terme42 premier", "gare", "terme4999 premier"]


def load(path, text):
    path.write_bytes(text.encode("utf-8"))
    return load_glossary(str(path), source_language="fr", target_language="en")


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_glossary_is_a_table_with_commas(tmp_path, separator, mark):
    rows = [
        ("source", "target", "kind", "case", "note"),
        ('"pont, le"', "bridge", "", "", '"a note, ""quoted"""'),
        ("Pont", "Pontus", "phrase", "same", ""),
    ]
    table = "\r\n".join(separator.join(row) for row in rows)
    glossary = load(tmp_path / "mine.csv", f"{mark}{table}\r\n\r\n")
    assert glossary.terms == (
        Term("pont, le", "bridge"),
        Term("Pont", "Pontus", "phrase", same_case=True),
    )
    assert (glossary.name, glossary.digest[:7]) == ("mine", "sha256:")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no terms"),
        ("source,target\n", "holds no terms"),
        ("français,anglais\npont,bridge\n", "not a CSV file with the columns source and target"),
        ("source,target\npont,\n", "row 1 is not a term: 'pont | '"),
        ("source,target\npont\n", "row 1 is not a term"),
        ("source,target,kind\npont,bridge,noun\n", "row 1: kind is 'term' or 'phrase', not 'noun'"),
        ("source,target\npont,bridge,x\n", "row 1 has more cells than the header"),
        ('source,target\n"pont,bridge\n', "row 1 is not valid CSV"),
    ],
)
def test_a_row_that_is_no_term_is_named(tmp_path, text, message):
    with pytest.raises(UsageError, match=message.replace("|", r"\|")):
        load(tmp_path / "bad.csv", text)


def test_an_earlier_name_of_the_bundled_glossary_is_known():
    earlier, current = (
        load_glossary(name, source_language="fr", target_language="en")
        for name in ("diplomacy", "news")
    )
    assert earlier.digest == current.digest


def test_an_unknown_glossary_says_which_files_are_read():
    with pytest.raises(UsageError, match=r"\.tsv, \.csv or \.tbx"):
        load_glossary("mine.txt", source_language="fr", target_language="en")


def test_a_word_of_the_translation_answers_for_one_term_only():
    terms = (
        Term("ministre russe des Affaires étrangères", "Russian Foreign Minister"),
        Term("chefs de la diplomatie", "foreign ministers"),
    )
    assert lost_terms("The Russian foreign minister met the heads of state.", terms) == [terms[1]]
    assert lost_terms("The Russian foreign minister met the foreign ministers.", terms) == []


def test_where_terms_stand_is_told_on_both_sides():
    terms = ("Conseil d'État", "the Council of State"), ("OTAN", "NATO"), ("ministre", "minister")
    glossary = Glossary(tuple(Term(*each) for each in terms))
    source = "Les ministres de l'OTAN saisissent le Conseil d’État, dit un ministre."
    target = "Ministers of NATO (nato) go to the council of state, a minister says."
    found = [
        (each.side, (source if each.side == "source" else target)[each.start : each.end])
        for each in glossary.uses(source, target)
    ]
    assert found == [
        ("source", "ministres"),
        ("source", "OTAN"),
        ("source", "Conseil d’État"),
        ("source", "ministre"),
        ("target", "Ministers"),
        ("target", "NATO"),
        ("target", "council of state"),
        ("target", "minister"),
    ]
    assert {(each.source, each.target) for each in glossary.uses(source, target)} == set(terms)
    assert glossary.uses("Il pleut.", target) == ()


@pytest.mark.parametrize("target", ["…", "s", "SS", "the", "a+(b", "ſ"])
def test_a_term_is_told_whatever_its_translation_looks_like(target):
    found = Glossary((Term("mot", target),)).uses("Un mot.", f"({target}) sss …")
    assert found[0].source == "mot"
    assert [each.side for each in found[1:]] == ["target"] * any(map(str.isalpha, target))


def test_terms_may_stand_in_the_place_of_a_name():
    for lines in ("chat\tcat\n\nchien\tdog\r\n", "source\ttarget\nchat\tcat\nchien\tdog"):
        glossary = load_glossary(f"tsv:{lines}", source_language="fr", target_language="en")
        assert [term.target for term in glossary.occurring("Le chien voit le chat.")] == [
            "dog",
            "cat",
        ]
        assert glossary.name == "inline"
        assert glossary.digest.startswith("sha256:")
    with pytest.raises(UsageError, match="glossary: line 2 is not a term"):
        load_glossary("tsv:chat\tcat\nchien", source_language="fr", target_language="en")
