import pytest

from toolkit.errors import UsageError
from toolkit.prompts import list_prompts, load_prompt

PROMPT = """\
task: translation
languages: [fr, en]
description: for tests
system: Translate.
user: "{% if note is defined %}{{ note }}: {% endif %}{{ source }}"
examples:
  - inputs: {source: Un chat.}
    output: " A cat. "
"""


@pytest.fixture
def own(tmp_path):
    def write(text):
        path = tmp_path / "own.yaml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


def test_a_name_is_its_newest_version_and_a_version_is_itself():
    versions = [path.stem for _, path in list_prompts("translation") if path.stem[:5] == "news."]
    assert len(versions) > 1
    assert load_prompt("translation", "news").name == versions[-1]
    assert load_prompt("translation", "news.v1").name == "news.v1"
    digests = {load_prompt("translation", each).digest for each in versions}
    assert len(digests) == len(versions)


def test_the_direction_chooses_the_prompt():
    chosen = load_prompt("translation", "news", languages=("en", "fr"))
    assert chosen.content.languages == ("en", "fr")
    with pytest.raises(UsageError, match="is for fr to en, not for en to de"):
        load_prompt("translation", "news", languages=("en", "de"))


GIVEN = {"source": "Oui.", "before": "", "terms": [], "faults": [], "hints": []}


def test_prompts_that_makers_prescribe_are_theirs_to_the_letter():
    (message,) = load_prompt("translation", "translategemma").render(**GIVEN)
    assert message.content == (
        "You are a professional French (fr) to English (en) translator. Your goal is to accurately "
        "convey the meaning and nuances of the original French text while adhering to English "
        "grammar, vocabulary, and cultural sensitivities.\nProduce only the English translation, "
        "without any additional explanations or commentary. Please translate the following French "
        "text into English:\n\n\nOui."
    )
    plain = (
        "Translate the following text into English. Note that you should only output the "
        "translated result without any additional explanation:\n\nOui."
    )
    for name in ("hy-mt2", "hy-mt2-careful"):
        (message,) = load_prompt("translation", name).render(**GIVEN)
        assert message.content == plain
    known = GIVEN | {"terms": [{"source": "OCS", "target": "SCO"}]}
    (message,) = load_prompt("translation", "hy-mt2").render(**known)
    terms = "Reference the following translations:\nOCS translates to SCO\n\n"
    assert message.content == terms + plain
    hints = [{"word": "fonte", "meanings": ["melting", "cast iron"]}]
    (message,) = load_prompt("translation", "hy-mt2-careful").render(**known | {"hints": hints})
    assert "\nfonte translates to melting or cast iron\n\nTranslate" in message.content


def test_what_is_not_there_is_named_with_what_is():
    with pytest.raises(UsageError, match=r"no translation prompt named 'poem' \(there are: .*news"):
        load_prompt("translation", "poem")
    with pytest.raises(UsageError, match=r"absent\.yaml: No such file"):
        load_prompt("translation", "absent.yaml")


def test_examples_stand_between_the_instruction_and_the_question(own):
    chat = load_prompt("translation", own(PROMPT)).render(source="Un chien.", note="court")
    assert [(each.role, each.content) for each in chat] == [
        ("system", "Translate."),
        ("user", "Un chat."),
        ("assistant", "A cat."),
        ("user", "court: Un chien."),
    ]


def test_the_digest_is_of_every_byte(own):
    first = load_prompt("translation", own(PROMPT)).digest
    assert first.startswith("sha256:")
    assert load_prompt("translation", own(PROMPT + "# a remark\n")).digest != first


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("task: translation", "task: summarization"), "is for summarization, not for translation"),
        (("system: ", "colour: red\nsystem: "), "colour: "),
        (("user: ", "users: "), "user: Field required"),
        (('" A cat. "', '&a "x"\n  - inputs: {source: *a}\n    output: "y"'), "aliases"),
        (("{source: Un chat.}", "{source: "), "is not valid YAML"),
    ],
)
def test_a_file_that_is_no_prompt_is_refused(own, changed, said):
    path = own(PROMPT.replace(*changed))
    with pytest.raises(UsageError, match=said) as error:
        load_prompt("translation", path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ sauce }}", "'sauce' is undefined"),
        ("{{ source", "TemplateSyntaxError"),
        ("{{ source.upper() }}", "SecurityError"),
        ("{{ source * 9 }}", "SecurityError"),
    ],
)
def test_a_template_that_fails_is_the_prompts_fault(own, template, said):
    prompt = load_prompt("translation", own(PROMPT.replace("{{ source }}", template)))
    with pytest.raises(UsageError, match=f"prompt own: .*{said}"):
        prompt.render(source="Un chien.")
