from bot.playground.html import Html, element, join, text


def test_what_is_not_markup_is_escaped() -> None:
    assert element("b", "<i>&") == "<b>&lt;i&gt;&amp;</b>"


def test_markup_is_nested_as_it_is() -> None:
    assert element("p", element("b", "x"), text("<")) == "<p><b>x</b>&lt;</p>"


def test_attributes_are_quoted_and_named_as_in_html() -> None:
    made = element("a", href='"><script>', aria_label="x", class_="y", hidden=True, title=None, download=False)

    assert made == '<a href="&quot;&gt;&lt;script&gt;" aria-label="x" class="y" hidden></a>'


def test_void_elements_have_no_end() -> None:
    assert element("input", name="x") == '<input name="x">'


def test_joined_markup_stays_markup() -> None:
    assert isinstance(join([text("a"), text("b")]), Html)
