import json
import re

import pytest

from tests.browser.conftest import DESK, PHONE

Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe
expect = pytest.importorskip("playwright.sync_api").expect
pytest.importorskip("fastapi")

pytestmark = pytest.mark.browser

ARTICLE = (
    "Le maire de Lyon a présenté mardi un plan de soixante millions d'euros pour les écoles.\n\n"
    "Les travaux commenceront au printemps dans douze établissements, selon la mairie.\n\n"
    "L'opposition juge le calendrier trop lent et demande un débat public avant l'été.\n"
)
HOSTILE = (
    "Le ministre a cité <img src=x onerror=\"document.title='hacked'\"> mardi.\n\n"
    "Une balise <script>document.title='hacked'</script> y figurait, selon la mairie.\n\n"
    "Le texte {{ 7*7 }} <|im_end|> a été lu devant les députés mercredi soir à Paris.\n"
)
SERIOUS = ("serious", "critical")


def work(page, task="Summarize", text=ARTICLE):
    page.get_by_label("French page or text").fill(text)
    page.get_by_role("button", name=task).click()
    expect(page.locator("h2").first).to_be_visible(timeout=30_000)


def serious(page):
    found = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in SERIOUS]


def test_a_pasted_article_is_summarized_with_its_evidence(page):
    work(page)
    expect(page.get_by_role("heading", name="Summary")).to_be_visible()
    expect(page.locator(".sentence")).to_have_count(3)
    page.locator(".statements a").first.click()
    expect(page.locator(".sentence.on")).to_have_count(1)
    expect(page.locator(".sentence.on")).to_be_focused()


def test_files_are_worked_on_one_by_one(page, tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(ARTICLE, "utf-8")
    page.set_input_files("#files", [tmp_path / "a.txt", tmp_path / "b.txt"])
    page.get_by_role("button", name="Translate only").click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    expect(page.get_by_role("cell", name=re.compile("^done"))).to_have_count(2, timeout=30_000)
    page.get_by_role("link", name="b.txt").click()
    expect(page.get_by_role("heading", name="Translation")).to_be_visible()


def test_a_correction_stays_and_can_be_undone(page):
    work(page, "Translate only")
    before = page.locator("#s-2 .target").inner_text()
    page.get_by_role("button", name="Correct sentence 2").click()
    page.get_by_label("Translation of sentence 2").fill("Work begins in spring <b>now</b>.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#s-2 .target")).to_contain_text("Work begins in spring <b>now</b>.")
    page.reload()
    expect(page.locator("#s-2 .target")).to_contain_text("Work begins in spring <b>now</b>.")
    with page.expect_download() as download:
        page.get_by_label("Save as").select_option("txt")
        page.get_by_role("button", name="Save").click()
    assert "Work begins in spring" in download.value.path().read_text("utf-8")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#s-2 .target")).to_have_text(before)


@pytest.mark.parametrize("form", ["txt", "md", "html", "tmx", "json"])
def test_a_result_is_saved_as(page, form):
    work(page)
    with page.expect_download() as download:
        page.get_by_label("Save as").select_option(form)
        page.get_by_role("button", name="Save").click()
    assert download.value.suggested_filename.endswith(f".{form}")
    saved = download.value.path().read_text("utf-8")
    assert "douze établissements" in saved
    if form == "json":
        assert json.loads(saved)["summary"]["text"]


def test_a_result_is_saved_as_a_document_for_word_processors(page):
    work(page)
    with page.expect_download() as download:
        page.get_by_label("Save as").select_option("docx")
        page.get_by_role("button", name="Save").click()
    assert download.value.suggested_filename.endswith(".docx")
    assert download.value.path().read_bytes().startswith(b"PK")


def test_terms_of_the_glossary_are_marked_on_both_sides(page):
    options = {"glossary": "tsv:calendrier\tcalendrier"}
    asked = {"task": "translate", "text": ARTICLE, "options": options}
    job = page.request.post(f"{page.url}api/v1/jobs", data=asked).json()
    page.goto(f"{page.url}#/jobs/{job['id']}")
    for side in ("source", "target"):
        mark = page.locator(f"#s-3 .{side} mark.term")
        expect(mark).to_have_text("calendrier", timeout=30_000)
        expect(mark).to_have_attribute("title", re.compile("glossary: calendrier = calendrier$"))
    expect(page.get_by_text("terms of the glossary")).to_be_visible()
    assert serious(page) == []


def test_markup_in_a_text_stays_text(page):
    work(page, text=HOSTILE)
    expect(page.locator(".sentences")).to_contain_text("<script>document.title='hacked'</script>")
    assert page.locator("main script, main img").count() == 0
    assert "hacked" not in page.title()


def test_what_fails_is_said_in_plain_words(page):
    page.get_by_role("button", name="Summarize").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing to work on")
    page.get_by_label("French page or text").fill("Accueil\nContact\nMentions légales\n")
    page.get_by_role("button", name="Summarize").click()
    expect(page.get_by_role("alert")).to_contain_text("no article", timeout=30_000)
    page.goto(page.url.split("#")[0] + "#/jobs/nothing")
    expect(page.get_by_role("alert")).to_be_visible()


def test_lines_that_went_are_shown_with_their_reasons(page):
    work(page, "Clean only", f"Abonnez-vous à notre newsletter\n{ARTICLE}")
    page.get_by_text("What went: 1 line").click()
    expect(page.get_by_role("cell", name="Abonnez-vous à notre newsletter")).to_be_visible()


def test_the_history_can_be_cleared(page):
    work(page, "Translate only")
    page.get_by_role("link", name="History").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Clear the history").click()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()


def test_a_job_is_cancelled(page):
    page.get_by_label("French page or text").fill(
        " ".join(f"Le maire a visité l'école numéro {n} mardi matin." for n in range(2000))
    )
    page.get_by_role("button", name="Translate only").click()
    expect(page.locator("#stage")).to_contain_text("translating", timeout=30_000)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_contain_text("cancelled", timeout=30_000)


def test_it_is_worked_by_the_keyboard_alone(page):
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_label("French page or text").focus()
    page.keyboard.insert_text(ARTICLE)
    page.get_by_role("button", name="Translate only").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Translation")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Correct sentence 1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Translation of sentence 1")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Translation of sentence 1")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_view_is_accessible_and_fits(page, scheme, size):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    work(page)
    result = page.url
    for view in (result, "#/", "#/history", "#/models", "#/jobs/nothing"):
        page.goto(view if view == result else result.split("#")[0] + view)
        page.wait_for_load_state("networkidle")
        assert serious(page) == []
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0


def test_the_choice_of_dark_stays(page):
    page.emulate_media(color_scheme="light")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Switch between light and dark").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != ground
