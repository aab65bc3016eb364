from contextlib import contextmanager

from toolkit.engines import tryout
from toolkit.models.catalogue import find_spec
from toolkit.pipeline import pulling
from toolkit.pipeline.pulling import pull_model
from toolkit.settings import make_settings


def test_a_model_is_tried_out_in_its_turn_as_it_will_be_asked(monkeypatch, tmp_path):
    events, asked = [], []

    def install(spec, models_folder, *, try_out, on_message, on_bytes, from_folder, form):
        on_bytes(1, 1)
        on_message(try_out("model"))
        return models_folder / spec.id

    @contextmanager
    def turn():
        events.append("turn")
        yield
        events.append("over")

    def try_out(model, chat):
        asked.append(chat)
        events.append("tried")
        return "The president came."

    monkeypatch.setattr(pulling, "install", install)
    monkeypatch.setattr(tryout, "try_out", try_out)
    settings = make_settings(models_folder=tmp_path)
    for model in ("hy-mt2-1.8b", "qwen3-4b"):
        made = pull_model(
            find_spec(model),
            settings,
            on_message=events.append,
            on_bytes=lambda done, total: events.append((done, total)),
            turn=turn,
        )
        assert made == tmp_path / model
    assert events == [(1, 1), "turn", "tried", "over", "The president came."] * 2
    assert asked[0] != asked[1] == tryout.PLAIN, "its makers prescribe a prompt for the first"
