"""The PDF of a report, read back by another library."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from bot.interactions.types import MediaOutput, TextOutput
from bot.interactions.wire import JsonObject
from bot.research.reports.pdf import render_pdf
from bot.research.reports.report import Report

MakeReport = Callable[..., Report]
CREATED = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
MakeImage = Callable[..., bytes]
Cite = Callable[..., TextOutput]


def read(report: Report) -> PdfReader:
    return PdfReader(BytesIO(render_pdf(report)))


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def links_of(reader: PdfReader) -> list[str]:
    links: list[str] = []
    for page in reader.pages:
        for reference in page.get("/Annots", ArrayObject()):
            action = reference.get_object().get("/A", DictionaryObject())
            if action.get("/S") == "/URI":
                links.append(str(action["/URI"]))
    return links


def test_everything_that_markdown_has_is_there(make_report: MakeReport) -> None:
    report = make_report(
        "# Title\n\nPlain *it* **bold** `code` ~~gone~~\nnext.\n\n"
        "1. one\n   - inner\n     more\n\n   second\n2. two\n\n"
        "> quoted\n>\n> - in it\n\n```py\nx =  1 < 2\n```\n\n| a | b |\n|---|--:|\n| c<br>d | e |\n\n---\n\nEnd & <b>."
    )

    text = text_of(read(report))

    for words in ("Title", "Plain it bold code gone next.", "1. one", "• inner more", "second", "2. two", "quoted"):
        assert words in text
    for words in ("• in it", "x = 1 < 2", "a b", "c d e", "End & <b>."):
        assert words in text


def test_the_file_says_what_it_is_and_from_when(make_report: MakeReport) -> None:
    reader = read(make_report("# Ein *Titel* — о батареях\n\n## Teil\n\nText."))

    assert reader.metadata is not None
    assert reader.metadata.title == "Ein Titel — о батареях"
    assert reader.metadata.creation_date_raw == "D:20261120123000Z"
    assert [str(entry.title) for entry in reader.outline[:1]] == ["Ein Titel — о батареях"]  # type: ignore[union-attr]


def test_the_question_is_the_title_of_a_report_without_one(make_report: MakeReport) -> None:
    text = text_of(read(make_report("Words.", question="What about *this*?")))

    assert text == "What about *this*? Words. What about *this*? 1"


def test_a_heading_that_is_cited_is_still_the_title(make_report: MakeReport, cite: Cite) -> None:
    reader = read(make_report(cite("# Title\n\nWords.", Title="https://a.b")))

    assert text_of(reader).startswith("Title[1] Words.")


def test_each_page_has_its_number_and_the_same_report_the_same_bytes(make_report: MakeReport) -> None:
    report = make_report("# T\n\n" + "A paragraph.\n\n" * 100)

    reader = read(report)

    assert [page.extract_text().split()[-1] for page in reader.pages] == ["1", "2", "3", "4", "5"][: len(reader.pages)]
    assert len(reader.pages) > 2
    assert render_pdf(report) == render_pdf(report)


def test_sources_and_addresses_can_be_followed(make_report: MakeReport, cite: Cite) -> None:
    text = cite("It is so. See [here](https://b.c/d?e=1&f=2), https://g.h/i.", so="https://a.b/ü x")

    reader = read(make_report(text))

    source = "https://a.b/%C3%BC%20x"
    assert links_of(reader) == [source, "https://b.c/d?e=1&f=2", "https://g.h/i", source]
    assert "It is so[1]. See here, https://g.h/i." in text_of(reader)
    assert "Sources 1. About so: https://a.b/ü x" in text_of(reader)


def test_what_no_browser_should_open_is_no_link(make_report: MakeReport, cite: Cite) -> None:
    text = "It is so. [a](javascript:alert(1)) [b](file:///etc/x) ![c](data:image/png;base64,AA) <javascript:x>"

    reader = read(make_report(cite(text, so="javascript:alert(2)")))

    assert links_of(reader) == []
    assert "javascript:alert(2)" in text_of(reader)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_figures_are_shown(make_report: MakeReport, make_image: MakeImage, kind: str) -> None:
    figure = MediaOutput(type="image", mime_type=f"image/{kind.lower()}", data=make_image(kind, 3000, 1500))

    (page,) = read(make_report("Before.", figure, "After.", question="Q")).pages

    (image,) = page.images
    assert image.image is not None
    assert image.image.size == (1600, 800)
    assert page.extract_text().split() == ["Q", "Before.", "Figure", "1", "After.", "Q", "1"]


def test_a_figure_that_cannot_be_shown_is_a_note(make_report: MakeReport, make_image: MakeImage) -> None:
    broken = MediaOutput(type="image", mime_type="image/png", data=make_image()[:50])
    vectors = MediaOutput(type="image", mime_type="image/svg+xml", data=b"<svg/>")
    elsewhere = MediaOutput(type="image", mime_type="image/png", uri="https://files.example/1")

    reader = read(make_report(broken, vectors, elsewhere))

    text = text_of(reader)
    assert "[Figure 1 cannot be shown: it is damaged or of an unknown kind.]" in text
    assert "[Figure 2 cannot be shown: it is damaged or of an unknown kind.]" in text
    assert "[Figure 3 is not in this document.]" in text
    assert links_of(reader) == ["https://files.example/1"]


def test_images_of_other_places_are_links_and_never_fetched(make_report: MakeReport) -> None:
    reader = read(make_report("![A chart](https://a.b/c.png)"))

    assert links_of(reader) == ["https://a.b/c.png"]
    assert "A chart" in text_of(reader)


def test_letters_of_many_scripts_can_be_read(make_report: MakeReport) -> None:
    text = "Zażółć gęślą jaźń, Ξεσκεπάζω, Съешь ещё, Tiếng Việt, e\u0301té, → ≥ € ∑ ✓ ① ﬁ"

    shown = text_of(read(make_report(text)))

    assert "Zażółć gęślą jaźń, Ξεσκεπάζω, Съешь ещё, Tiếng Việt, été, → ≥ € ∑ ✓ 1" in shown
    assert "not in the fonts" not in shown


def test_letters_that_no_font_has_are_marked_and_counted_once(make_report: MakeReport) -> None:
    shown = text_of(read(make_report("漢字 🎈\ufe0f `שלום`")))

    assert "\ufffd\ufffd \ufffd \ufffd\ufffd\ufffd\ufffd" in shown
    assert shown.count("7 characters of this report are not in the fonts of this document") == 1


def test_control_characters_vanish(make_report: MakeReport) -> None:
    assert "one two" in text_of(read(make_report("o\x00n\x07e\u200b \u202etwo\x1b")))


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n|---|---|\n| x | " + "word " * 4000 + "|\n",
        "|" + "a|" * 60 + "\n|" + "-|" * 60 + "\n|" + "b|" * 60,
        "| a |\n|---|\n" + "| b |\n" * 900,
        "```\n" + "x" * 9000 + "\n" + "y\n" * 900 + "```",
        "\n".join("  " * level + "- x" for level in range(60)),
        ">" * 90 + " deep",
        "x" * 9000,
        "1. a\n" + "999999999. b\n" * 9,
        "-\n- \n\n#\n\n>\n\n![]()\n\n[]()\n\n| |\n|---|\n",
        "&nbsp;&lt;font name='x'&gt; <para> </font> <a href='x'> &#0; %s",
    ],
)
def test_nothing_is_too_large_or_too_odd_for_a_page(make_report: MakeReport, text: str) -> None:
    assert read(make_report(text)).pages


@settings(max_examples=60, deadline=None)
@given(st.text("ab1. *_`~[]()<>&|-#!\n\\\"'/:é漢\u200b\x00", max_size=300))
def test_no_text_stops_a_document(text: str) -> None:
    report = Report(title=text[:20], words=text, markdown=text, created=CREATED)

    assert render_pdf(report).startswith(b"%PDF")


def test_a_very_long_report_is_complete(make_report: MakeReport, make_image: MakeImage) -> None:
    content: list[TextOutput | MediaOutput] = []
    for part in range(40):
        words = [f"w{part}x{number}" for number in range(700)]
        text = f"## Part {part}\n\n" + "\n\n".join(" ".join(words[at : at + 70]) + "." for at in range(0, 700, 70))
        cited = range(100, len(text), len(text) // 13)[:13]
        urls = (f"https://example.com/{part}/{number}" for number in range(13))
        annotations: list[JsonObject] = [
            {"type": "url_citation", "url": url, "title": f"Source {url[20:]}", "end_index": end}
            for url, end in zip(urls, cited, strict=True)
        ]
        content += [
            TextOutput(text, tuple(annotations)),
            MediaOutput(type="image", mime_type="image/png", data=make_image(width=100 + part)),
        ]
    report = make_report(*content)
    assert len(report.words) > 200_000

    reader = read(report)

    shown = re.sub(r"\[\d+\]", "", text_of(reader))
    for part in range(40):
        assert all(f"w{part}x{number}" in shown for number in range(0, 700, 50))
        assert f"Figure {part + 1} " in shown
    assert sum(len(page.images) for page in reader.pages) == 40
    assert set(links_of(reader)) == {source.url for source in report.sources}
    assert len(report.sources) == 520
