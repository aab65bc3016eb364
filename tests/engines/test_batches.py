from collections import deque
from dataclasses import replace

import pytest

from tests.engines.helpers import CONFIG
from toolkit.engines.base import Candidate, GenerationRequest, Output
from toolkit.engines.batches import in_batches


class Library:
    """Answers batches, and notes what is begun and when it is waited for."""

    def __init__(self):
        self.notes = []

    def begin(self, sources, config):
        self.notes.append(("begun", list(sources), config))

        def pending():
            self.notes.append(("waited for", list(sources), config))
            for place, source in reversed(list(enumerate(sources))):
                self.notes.append(("finished", [source], config))
                answer = Candidate(text=source, log_prob=0.0, new_tokens=1, finished=True)
                yield place, Output(candidates=(answer,), source_tokens=1)

        return pending

    @property
    def begun(self):
        return [(sources, config) for what, sources, config in self.notes if what == "begun"]


@pytest.fixture
def library():
    return Library()


def request(source, **settings):
    return GenerationRequest(source=source, config=replace(CONFIG, **settings), key=f"key {source}")


def pull_from(requests):
    return lambda: requests.popleft() if requests else None


def test_batches_are_of_one_kind_and_lose_nothing(library):
    requests = [request(f"{place}", num_beams=1 + place % 2) for place in range(11)]
    found = list(in_batches(library.begin, pull_from(deque(requests)), size=3))
    assert sorted(each.key for each, _ in found) == sorted(each.key for each in requests)
    assert all(each.source == output.text for each, output in found)
    for sources, config in library.begun:
        assert len(sources) <= 3
        assert {1 + int(each) % 2 for each in sources} == {config.num_beams}
    assert max(len(sources) for sources, _ in library.begun) == 3


def test_a_batch_has_the_highest_limit_of_its_requests(library):
    requests = deque(request(f"{limit}", max_new_tokens=limit) for limit in (5, 90, 20))
    assert len(list(in_batches(library.begin, pull_from(requests), size=8))) == 3
    assert library.begun == [(["5", "90", "20"], replace(CONFIG, max_new_tokens=90))]


def test_what_comes_of_outputs_is_taken_up(library):
    waiting = deque([request("a"), request("b")])
    found = []
    for each, _ in in_batches(library.begin, pull_from(waiting), size=2):
        found.append(each.source)
        if len(each.source) < 3:
            waiting.append(request(each.source * 2))
    assert sorted(found) == ["a", "aa", "aaaa", "b", "bb", "bbbb"]


def test_the_next_batch_is_begun_before_the_first_output_of_one_is_handed_out(library):
    waiting = deque(map(request, "abcd"))
    stream = in_batches(library.begin, pull_from(waiting), size=2)
    next(stream)
    assert [what for what, *_ in library.notes] == ["begun", "begun", "waited for", "finished"]
    assert len(list(stream)) == 3
