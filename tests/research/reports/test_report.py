"""A report is everything the agent wrote, in order, with numbered sources and named figures."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interactions.types import Interaction, MediaOutput, ModelOutput, OtherStep, TextOutput, Thought, UserInput
from bot.interactions.wire import JsonObject
from bot.research.reports.report import Figure, Report, build_report
from bot.research.reports.sources import Source

MakeReport = Callable[..., Report]
Cite = Callable[..., TextOutput]

CREATED = datetime(2026, 11, 20, tzinfo=UTC)
SEARCH = OtherStep("google_search_call", {})


def test_a_source_has_one_number_wherever_it_is_cited(make_report: MakeReport, cite: Cite) -> None:
    text = cite("Żółw one. Two, and three.", one="https://a.b", Two="https://c.d", three="https://a.b")

    report = make_report(text)

    assert report.markdown.startswith("Żółw one[1]. Two[2], and three[1].\n\n## Sources\n\n")
    assert report.sources == (Source(1, "https://a.b", "About one"), Source(2, "https://c.d", "About Two"))


def test_several_sources_of_one_place_stand_together(make_report: MakeReport) -> None:
    urls = ["https://a.b", "https://c.d", "https://a.b"]
    annotations: tuple[JsonObject, ...] = tuple({"type": "url_citation", "url": url, "end_index": 4} for url in urls)

    report = make_report(TextOutput("True.", annotations))

    assert report.markdown.startswith("True[1][2].")


def test_the_sources_are_listed_with_number_title_and_address(make_report: MakeReport, cite: Cite) -> None:
    report = make_report(cite("One. Two.", One="https://a.b/c d", Two="gs://bucket/file"))

    assert report.markdown.endswith(
        "## Sources\n\n1. About One: <https://a.b/c%20d>\n2. About Two: `gs://bucket/file`\n"
    )


def test_a_list_of_sources_of_its_own_is_not_repeated(make_report: MakeReport, cite: Cite) -> None:
    own = "Fact [1].\n\n## Sources\n\n1. [A page](https://a.b)\n"

    report = make_report(cite(own, **{"Fact [1]": "https://a.b"}))

    assert report.markdown == own


def test_a_source_without_a_place_is_listed_all_the_same(make_report: MakeReport) -> None:
    report = make_report(TextOutput("Words.", ({"type": "url_citation", "url": "https://a.b"},)))

    assert report.markdown == "Words.\n\n## Sources\n\n1. <https://a.b>\n"


def test_files_and_places_are_sources_too(make_report: MakeReport) -> None:
    cited: tuple[JsonObject, ...] = (
        {"type": "file_citation", "file_name": "plan.pdf", "end_index": 1},
        {"type": "place_citation", "name": "Café", "url": "https://maps.example/1", "end_index": 1},
        {"type": "speech_metadata", "speaker": "A", "end_index": 1},
    )

    report = make_report(TextOutput("x", cited))

    assert [source.title for source in report.sources] == ["plan.pdf", "Café (Google Maps)"]
    assert report.markdown.startswith("x[1][2]\n")


def test_figures_stand_where_the_agent_put_them(make_report: MakeReport) -> None:
    drawn = MediaOutput(type="image", mime_type="image/jpeg", data=b"1")
    elsewhere = MediaOutput(type="image", mime_type="image/png", uri="https://files.example/2")

    report = make_report("Before.", drawn, "Between.\n", elsewhere)

    assert report.markdown == ("Before.\n\n![Figure 1](figure-1.jpg)\n\nBetween.\n\n![Figure 2](figure-2.png)\n\n")
    assert report.figures == (
        Figure(1, "figure-1.jpg", "image/jpeg", data=b"1"),
        Figure(2, "figure-2.png", "image/png", uri="https://files.example/2"),
    )


def test_tools_in_between_part_the_text_and_thoughts_do_not(make_report: MakeReport) -> None:
    first = ModelOutput((TextOutput("One half,"),))
    thought = Thought((TextOutput("hm"),))
    second = ModelOutput((TextOutput(" still the same."),))
    asked = (UserInput((TextOutput("Go."),)), SEARCH)

    report = make_report(ModelOutput((TextOutput("Earlier."),)), *asked, first, thought, second, SEARCH, "The rest.")

    assert report.markdown == "One half, still the same.\n\nThe rest."


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Words.\n\n# The *whole* `title`\n", "The whole title"),
        ("```\n# no title\n```\n\n## Real\n", "Real"),
        ("Set\n===\n", "Set"),
        ("No heading.", "What is it?"),
        ("", "What is it?"),
    ],
)
def test_the_title_is_the_first_heading_else_the_question(make_report: MakeReport, text: str, title: str) -> None:
    assert make_report(text, question="What\nis it?").title == title


def test_half_characters_do_not_keep_a_report_from_being_a_file(make_report: MakeReport) -> None:
    report = make_report("a\ud800b", question="\udfff")

    assert report.markdown.encode() == "a\ufffdb".encode()


@given(
    st.text("a(b)[]*`~|\n -#>1.\\<:/é🎈"),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5)), max_size=8),
)
def test_no_character_is_lost_wherever_citations_end(text: str, cited: list[tuple[int, int]]) -> None:
    annotations: tuple[JsonObject, ...] = tuple(
        {"type": "url_citation", "url": f"https://x.y/{number}", "end_index": end} for end, number in cited
    )
    output = ModelOutput((TextOutput(text, annotations),))
    interaction = Interaction(id="v1_x", status="completed", steps=(output,))

    report = build_report(interaction, question="", created=CREATED)

    rest = iter(report.markdown)
    assert all(char in rest for char in text)
    assert len(report.sources) == len({number for _, number in cited})


def test_a_note_stands_where_the_words_end_also_where_they_end_in_code(make_report: MakeReport, cite: Cite) -> None:
    report = make_report(cite("Otters.", Otters="https://a.example"), "\n\n```\nfish", note="_Cut._")

    words, _, sources = report.markdown.partition("\n```\n\n_Cut._\n\n")
    assert words.endswith("```\nfish")
    assert "https://a.example" in sources
    assert "Cut" not in report.words


def test_figures_that_come_before_the_title_stand_below_it(make_report: MakeReport) -> None:
    drawn = MediaOutput(type="image", mime_type="image/jpeg", data=b"1")

    report = make_report(drawn, drawn, "# Title\n\nWords.")

    assert report.markdown == "# Title\n\n![Figure 1](figure-1.jpg)\n\n![Figure 2](figure-2.jpg)\n\nWords."
    assert make_report(drawn, "Words.").markdown == "![Figure 1](figure-1.jpg)\n\nWords."


def test_the_files_of_figures_have_the_reference_in_their_names(make_report: MakeReport) -> None:
    drawn = MediaOutput(type="image", mime_type="image/jpeg", data=b"1")

    report = make_report("# Title\n", drawn, reference="P-7F3K2")

    assert report.figures[0].name == "P-7F3K2-figure-1.jpg"
    assert "![Figure 1](P-7F3K2-figure-1.jpg)" in report.markdown
