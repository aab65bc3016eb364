from toolkit.engines.prefill import PrefillProgress


def prompts(step_tokens=8):
    return PrefillProgress(page_tokens=4, step_tokens=step_tokens)


def test_a_page_is_awaited_from_its_prompt_to_the_step_that_reads_it():
    read = prompts()
    long = list(range(20))
    assert not read.awaits(long)
    read.add(long)
    assert read.awaits([*range(4), 99])
    read.step(written=0)
    assert not read.awaits([*range(8), 99])
    assert read.awaits([*range(12), 99])
    read.step(written=0)
    assert not read.awaits(long)


def test_what_is_not_a_whole_page_or_is_the_last_token_is_not_awaited():
    read = prompts()
    read.add(range(4))
    assert not read.awaits(range(10))
    read.add([50, 51, 52])
    assert not read.awaits([50, 51, 52, 53, 54])


def test_pages_that_another_prompt_has_read_are_not_awaited_again():
    read = prompts()
    read.add([*range(8), 1])
    read.step(written=0)
    read.step(written=0)
    read.add([*range(8), 2])
    assert not read.awaits([*range(8), 3])


def test_what_is_written_leaves_less_of_a_step_for_prompts():
    read = prompts()
    read.add(range(9))
    read.step(written=4)
    assert read.awaits(range(9))
    read.step(written=4)
    assert not read.awaits(range(9))
