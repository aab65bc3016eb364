from toolkit.summarization.checks import check_form


def test_what_is_wrong_with_the_form_is_named():
    def names(summary):
        return [each.name for each in check_form(summary, language="en", max_words=12)]

    assert names("") == ["empty"]
    assert names("They met. " * 10) == ["length", "repetition"]
    assert names("Les deux pays ont signé un accord de coopération lundi.") == ["language"]
    assert names("- Both countries signed.\n- They met on the same day again.") == []
