from tests.reading.helpers import one


def test_html_without_a_main_text_gives_all_of_its_text():
    document = one("page.html", b"<html><body><div>Bonjour</div><script>x()</script></body></html>")
    assert document.text == "Bonjour"
