import json

import pytest

from toolkit.errors import UsageError
from toolkit.evaluation.suites import Suite, list_suites, load_suite


def test_bundled_suites_can_be_read():
    assert {"seeds", "translation", "summaries", "facts", "cleaning", "speed", "models"} <= set(
        list_suites()
    )
    for name in list_suites():
        assert load_suite(name).parts


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"metrics": ["bleu"]}, "no metric bleu"),
        ({"task": "poetry"}, "translation"),
        ({"systems": [{"name": "a"}, {"name": "a"}]}, "one name"),
        ({"task": "cleaning", "each_model": True}, "each_model is for"),
    ],
)
def test_a_suite_that_cannot_be_run_is_refused(tmp_path, changed, said):
    part = {"name": "a", "task": "translation"} | changed
    path = tmp_path / "bad.toml"
    lines = [f"{key} = {json.dumps(value)}" for key, value in part.items() if key != "systems"]
    systems = [f'[[parts.systems]]\nname = "{each["name"]}"' for each in part.get("systems", [])]
    path.write_text("\n".join(['description = "x"', "[[parts]]", *lines, *systems]), "utf-8")
    with pytest.raises(UsageError, match=said):
        load_suite(str(path))
    with pytest.raises(UsageError, match="there are: cleaning"):
        load_suite("nothing")


def test_a_matrix_is_every_combination():
    part = {"name": "a", "task": "translation", "matrix": {"route": ["x", "y"], "model": ["m"]}}
    suite = Suite.model_validate({"name": "s", "description": "d", "parts": [part]})
    assert [each.name for each in suite.parts[0].all_systems] == [
        "route=x, model=m",
        "route=y, model=m",
    ]


def test_a_suite_of_models_is_extended_by_more_models_and_by_nothing_else():
    def suite(*names, **part):
        systems = [{"name": name, "settings": {"translator": name}} for name in names]
        parts = [
            {"name": "a", "task": "translation", "each_model": True, "systems": systems} | part
        ]
        return Suite.model_validate({"name": "s", "description": "d", "parts": parts})

    assert suite("x", "y").extends(suite("x"))
    assert not suite("y").extends(suite("x"))
    assert not suite("x", "y", data=("mine.tsv",)).extends(suite("x"))
    assert not suite("x", "y", each_model=False).extends(suite("x", each_model=False))
