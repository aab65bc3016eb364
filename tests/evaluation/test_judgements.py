import errno
import json
import os
from datetime import date

import pytest

from toolkit.errors import InputError, OutputError
from toolkit.evaluation.judgements import (
    Judgement,
    Span,
    TranslationError,
    has_major,
    load_judgements,
    occurrences,
    open_judgements,
)

SOURCE = "Le maire de Brest a dit que le port de Brest n’ouvrirait pas."
TARGET = "The mayor of Brest said the harbour of Brest would open."
LINE = {
    "id": "port-1",
    "system": "greedy",
    "source": SOURCE,
    "target": TARGET,
    "errors": [],
    "judge": "anna",
    "judged": "2026-11-26",
}
ERROR = {
    "category": "tense or modality",
    "severity": "critical",
    "source": "n’ouvrirait pas",
    "target": "would open",
}


def judged(*errors, **values):
    return LINE | {"errors": list(errors)} | values


@pytest.fixture
def written(tmp_path):
    def write(*lines):
        path = tmp_path / "judged.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
        return path

    return write


def test_words_become_places_and_are_written_as_they_were(written):
    errors = [
        ERROR,
        {"category": "omission", "severity": "minor", "source": "de Brest", "target": None}
        | {"source_start": 36},
        {"category": "addition", "severity": "minor", "source": None, "target": "Brest"}
        | {"target_start": 13},
    ]
    (found,) = load_judgements(written(judged(*errors)))
    spans = [(error.source, error.target) for error in found.errors]
    assert spans == [
        (Span(45, 60), Span(45, 55)),
        (Span(36, 44), None),
        (None, Span(13, 18)),
    ]
    assert found.judged == date(2026, 11, 26)
    assert found.to_dict() == judged(*errors)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (judged(ERROR | {"category": "typo"}), "errors.0.category"),
        (judged(ERROR | {"severity": "grave"}), "errors.0.severity"),
        (judged(ERROR | {"source": "fermerait"}), "doesn't stand in the source"),
        (judged(ERROR | {"source": "ouvrir"}), "as whole words"),
        (judged(ERROR | {"source": ""}), "doesn't stand in the source"),
        (judged(ERROR | {"target": "Brest"}), "stands 2 times in the target"),
        (judged(ERROR | {"target": "Brest", "target_start": 14}), "doesn't stand at 14"),
        (judged(ERROR | {"target": None, "target_start": 13}), "without words"),
        (judged(ERROR | {"source": None, "target": None}), "no words are marked"),
        (judged(ERROR | {"category": "omission"}), "an omission has words of the source"),
        (judged(ERROR | {"category": "addition"}), "an addition has words of the target"),
        (judged(ERROR | {"category": "fluency"}), "fluency is minor"),
        (judged({"category": "omission"}), "errors.0.severity"),
        (judged(judged="yesterday"), "judged"),
        (judged(judge=""), "judge"),
        (judged(score=1), "score"),
        ({"id": "x"}, "system"),
        ([], "is not a JSON object"),
    ],
)
def test_what_is_not_in_the_format_is_refused_with_its_line(written, line, fault):
    path = written(LINE, line)
    with pytest.raises(InputError) as refused:
        load_judgements(path)
    assert f"{path}:2: " in str(refused.value)
    assert fault in str(refused.value)


def test_a_judge_judges_a_translation_once_and_all_judge_the_same_text(written):
    path = written(LINE, judged(judge="bea"), judged(system="beams"))
    assert len(load_judgements(path)) == 3
    with pytest.raises(InputError, match=r":1: anna has judged port-1 by greedy already"):
        load_judgements(path, path)
    path = written(LINE, judged(judge="bea", target="The port opens."))
    with pytest.raises(InputError, match=r":2: .* with another text"):
        load_judgements(path)


def test_words_are_found_whole():
    assert occurrences("l’an, l’année et l’an 2", "an") == [2, 19]
    assert occurrences("a-t-il dit 5 % ou 5 %", "5 %") == [11, 18]
    assert occurrences("Il a dit a.", " a") == []


@pytest.mark.parametrize(
    ("severities", "misled"),
    [((), False), (("minor",), False), (("minor", "major"), True), (("critical",), True)],
)
def test_minor_errors_mislead_nobody(written, severities, misled):
    errors = [ERROR | {"severity": severity} for severity in severities]
    (found,) = load_judgements(written(judged(*errors)))
    assert has_major(found) is misled


def judgement(name="port-1"):
    return Judgement(
        id=name,
        system="greedy",
        source=SOURCE,
        target=TARGET,
        errors=(
            TranslationError(
                category="omission", severity="major", source=Span(9, 17), target=None
            ),
        ),
        judge="anna",
        judged=date(2026, 11, 26),
    )


def test_what_is_added_can_be_read_and_taken_back(tmp_path):
    path = tmp_path / "new/judged.jsonl"
    with open_judgements(path) as file:
        file.add(judgement("a"))
        file.add(judgement("b"))
        file.take_back()
        file.add(judgement("c"))
    with open_judgements(path) as file:
        assert [each.id for each in file.judgements] == ["a", "c"]
    assert load_judgements(path) == [judgement("a"), judgement("c")]


def test_a_last_line_without_its_end_is_kept_whole(written):
    path = written(judged(id="first"))
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    before = path.read_bytes()
    with open_judgements(path) as file:
        file.add(judgement("a"))
        file.take_back()
        assert path.read_bytes() == before
        file.add(judgement("b"))
    assert [each.id for each in load_judgements(path)] == ["first", "b"]


def test_a_file_is_written_by_one_at_a_time(tmp_path):
    path = tmp_path / "judged.jsonl"
    (tmp_path / "link.jsonl").symlink_to(path)
    with open_judgements(path):
        for name in ("judged.jsonl", "link.jsonl"):
            with pytest.raises(InputError, match="by another process"):
                open_judgements(tmp_path / name).__enter__()
    with open_judgements(tmp_path / "link.jsonl") as file:
        file.add(judgement())
    assert load_judgements(path) == [judgement()]


def test_a_disk_that_is_full_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "judged.jsonl"

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with open_judgements(path) as file:
        file.add(judgement("a"))
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(OutputError, match="No space left"):
                file.add(judgement("b"))
        file.add(judgement("c"))
    assert [each.id for each in load_judgements(path)] == ["a", "c"]


def test_what_is_no_file_is_not_written_to(tmp_path):
    with pytest.raises(InputError, match="not a regular file"):
        open_judgements(tmp_path).__enter__()
