from bot.playground.mrkdwn import literal, title, typed

NAMES = (("@U1", "@Ada"), ("#C1", "#general"))


def test_tokens_are_decoded_for_people() -> None:
    shown = literal("<@U1> in <#C1|>: 1 &lt; 2 &amp; <!channel>", NAMES)

    assert '<span class="mention">@Ada</span> in <span class="mention">#general</span>: 1 &lt; 2 &amp; ' in shown
    assert '<span class="mention">@channel</span>' in shown


def test_links_are_links() -> None:
    shown = literal("see <https://example.com/?a=1&amp;b=2|the docs>", NAMES)

    assert 'href="https://example.com/?a=1&amp;b=2"' in shown
    assert 'rel="noopener noreferrer"' in shown
    assert ">the docs</a>" in shown


def test_other_addresses_are_only_text() -> None:
    assert "<a" not in literal("<javascript:alert(1)|click> <data:text/html,x>", NAMES)


def test_markup_and_markdown_stay_as_typed() -> None:
    assert literal("&lt;svg onload=alert(1)&gt; **x**", NAMES) == (
        '<p class="literal">&lt;svg onload=alert(1)&gt; **x**</p>'
    )


def test_raw_markup_that_slack_would_never_send_is_escaped_too() -> None:
    assert "<script>" not in literal("<script>alert(1)</script>", NAMES)


def test_a_title_is_the_first_words_in_one_line() -> None:
    assert title("<@U1>  one\ntwo &amp; <https://example.com|three>", NAMES) == "@Ada one two & three"
    assert title("word " * 40, NAMES) == "word " * 11 + "word…"


def test_what_was_typed_has_names_for_ids_and_plain_signs() -> None:
    source = "<@U1> in <#C1|>:\n1 &lt; 2, <!channel>, <https://example.com/?a=1&amp;b=2>"

    assert typed(source, NAMES) == "@Ada in #general:\n1 < 2, @channel, https://example.com/?a=1&b=2"
