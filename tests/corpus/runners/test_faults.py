from toolkit.corpus.runners.faults import Fault, Faults, Place
from toolkit.errors import OutputError

HERE = Place("node3", "a1", 811)


def test_a_fault_tells_the_machine():
    fault = Fault(7, 1, OutputError("/tmp: No space left on device"), HERE)
    assert fault.reason == "/tmp: No space left on device (on node3)"
    assert (fault.failure.host, fault.failure.reason) == ("node3", fault.reason)


def test_while_one_worker_is_at_work_the_others_may_fail_as_often_as_they_like():
    faults = Faults()
    for _ in range(99):
        faults.add(Fault(7, 1, OutputError(), HERE))
    assert not faults.met(2)
    for tries in range(3):
        assert not faults.met(2), tries
        faults.add(Fault(7, 1, OutputError(), Place("node4", "b2", 811)))
    assert faults.met(2)
    faults.forget()
    assert not faults.met(1)
    assert faults.nodes == {"a1", "b2"}
