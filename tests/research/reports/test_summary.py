"""The chat gets a few lines of the report's own words."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.research.reports.markup import plain_text, read_markdown
from bot.research.reports.report import Report
from bot.research.reports.summary import LINE_CHARS, LINES, summary

MakeReport = Callable[..., Report]
CREATED = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize("heading", ["## Executive summary", "# 1. Key Findings:", "**x**\n\nTL;DR\n---", "## Résumé"])
def test_the_section_that_sums_up_is_taken(make_report: MakeReport, heading: str) -> None:
    report = make_report(f"# Title\n\nPreface.\n\n{heading}\n\nIt is so.\n\n- One\n- Two\n\n## Next\n\nMore.")

    assert summary(report) == "It is so.\n- One\n- Two"


def test_without_one_it_is_what_the_report_begins_with(make_report: MakeReport) -> None:
    report = make_report(
        "# Title\n\n> A disclaimer.\n\n| a |\n|---|\n| b |\n\nFirst words\nof two lines.\n\n## Next\n\nMore."
    )

    assert summary(report) == "First words of two lines."


def test_our_numbers_stay_in_the_document(make_report: MakeReport, cite: Callable[..., object]) -> None:
    assert summary(make_report(cite("It is so.", so="https://a.b"))) == "It is so."


def test_there_are_five_lines_at_most(make_report: MakeReport) -> None:
    report = make_report("Words:\n\n" + "\n".join(f"{number}. item" for number in range(4, 20)))

    assert summary(report) == "Words:\n4. item\n5. item\n6. item\n7. item"


def test_a_long_paragraph_ends_with_a_sentence(make_report: MakeReport) -> None:
    sentence = "Costs fell by 20 %, e.g. for Dr. No, and that is all there is."

    assert summary(make_report(" ".join([sentence] * 9))) == " ".join([sentence] * 3)


def test_a_long_sentence_ends_with_a_word_and_never_inside_a_mark(make_report: MakeReport) -> None:
    report = make_report("word " * 46 + "**bold words that stay together**" + " word" * 40)

    assert summary(report) == "word " * 46 + "…"


def test_marks_are_kept_links_are_words_and_the_rest_is_text(make_report: MakeReport) -> None:
    report = make_report("**Bold**, *it*, `co de`, [link](https://a.b), ![x](y.png) 2 \\* 3 <b>.")

    assert summary(report) == "**Bold**, *it*, `co de`, link, 2 \\* 3 \\<b\\>."


@pytest.mark.parametrize("text", ["", "```\ncode\n```", "| a |\n|---|\n", "# What is it?"])
def test_a_report_without_sentences_has_its_title(make_report: MakeReport, text: str) -> None:
    assert summary(make_report(text)) == "What is it?"


def test_what_is_only_quoted_is_better_than_nothing(make_report: MakeReport) -> None:
    assert summary(make_report("# T\n\n> Quoted.")) == "Quoted."


@given(st.text("ab .*_`[]()#>-\n1é🎈", max_size=400))
def test_no_word_is_cut_and_no_line_is_long(text: str) -> None:
    report = Report(title="Title", words=text, markdown=text, created=CREATED)

    lines = summary(report).split("\n")

    assert len(lines) <= LINES
    assert all(len(line) <= LINE_CHARS + 8 for line in lines)
    assert _words("\n".join(lines)) <= _words(text) | {"Title", "…"}


def _words(markdown: str) -> set[str]:
    """Words without what may be a mark, since marks are written in one way only."""
    texts = [plain_text(node) for node in read_markdown(markdown).walk() if node.type == "inline"]
    return set(re.sub(r"[-*_`\[\]()#>.1]", " ", " ".join(texts)).split())
