import pytest

from dashboard.whatsapp_text import to_html


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("*oi* _já_ ~não~", "<b>oi</b> <em>já</em> <s>não</s>"),
        ("2*3*4 e nome_de_arquivo_x", "2*3*4 e nome_de_arquivo_x"),
        ("```a *b* <c>```", "<code>a *b* &lt;c&gt;</code>"),
        ("* oi *", "* oi *"),
    ],
)
def test_marks_count_at_the_edge_of_words(typed, shown):
    assert to_html(typed) == shown


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "*<img src=x onerror=a>*", "```</code><b>```"])
def test_what_people_write_is_text(typed):
    html = str(to_html(typed))
    for tag in ("<script", "<img", "</code><b>"):
        assert tag not in html


def test_a_link_can_be_followed_and_ends_before_the_full_stop():
    html = to_html("Veja https://example.com/a_b?c=1&d=2.")
    assert 'href="https://example.com/a_b?c=1&amp;d=2"' in html
    assert html.endswith("</a>.")
    assert "noopener" in html


def test_a_link_cannot_leave_its_attribute():
    assert 'onclick="' not in to_html('https://example.com/"onclick="alert(1)')


def test_a_placeholder_of_ours_in_the_text_means_nothing():
    assert to_html("\x000\x00 oi") == "0 oi"
