from toolkit.reading.witness import lines_in

LEAD = "Le ministre a présenté jeudi son plan devant les députés."
TEXT = "Selon lui, le texte sera discuté en mars, puis soumis au Sénat."


def test_lines_are_found_in_a_text_that_breaks_elsewhere():
    lines = ["Accueil", LEAD, "Le plan", TEXT, "Un tout autre texte sur un tout autre sujet."]
    found = lines_in(f"- {LEAD} {TEXT}\nLe plan", lines)
    assert found == [False, True, True, True, False]


def test_short_lines_are_not_found_far_from_long_ones():
    lines = ["Culture", *["Menu"] * 9, LEAD, "Culture", TEXT]
    found = lines_in(f"{LEAD}\nCulture\n{TEXT}", lines)
    assert [index for index, each in enumerate(found) if each] == [10, 11, 12]


def test_soft_hyphens_and_accents_make_no_difference():
    assert lines_in("Le minis\u00adtre a pre\u0301sente\u0301 son plan jeudi.",
                    ["Le ministre a présenté son plan jeudi."]) == [True]  # fmt: skip


def test_nothing_is_found_in_no_text():
    assert lines_in("", [LEAD]) == [False]
