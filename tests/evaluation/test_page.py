from toolkit.evaluation.page import report_page


def test_the_page_holds_charts_and_every_output_and_loads_nothing(run):
    page = report_page([run])
    assert page.count("<svg") >= 3
    assert "Quality and time" not in page  # what comes from the store takes no time
    assert page.count("<details>") == 3 + 5
    assert "Le chat dort sur la table." in page
    assert "http" not in page
    assert "<script" not in page
