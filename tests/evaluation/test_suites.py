import json

import pytest

from toolkit.errors import UsageError
from toolkit.evaluation.suites import Suite, list_suites, load_suite


def test_bundled_suites_can_be_read():
    assert {"seeds", "translation", "summaries", "facts", "cleaning", "speed"} <= set(list_suites())
    for name in list_suites():
        assert load_suite(name).parts


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"metrics": ["bleu"]}, "no metric bleu"),
        ({"task": "poetry"}, "translation"),
        ({"systems": [{"name": "a"}, {"name": "a"}]}, "one name"),
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
