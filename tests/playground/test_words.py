from bot.playground.words import first_words


def test_the_first_words_are_one_line() -> None:
    assert first_words("  one\ntwo ") == "one two"
    assert first_words("word " * 40) == "word " * 11 + "word…"
