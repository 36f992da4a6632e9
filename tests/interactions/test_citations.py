"""Citations stand where they belong in texts of any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interactions.citations import (
    FileCitation,
    OtherCitation,
    PlaceCitation,
    Review,
    SpeechMetadata,
    UrlCitation,
    WordInfo,
    read_citations,
)
from bot.interactions.steps import TextOutput
from bot.interactions.wire import Json

TEXT = "Liège 🎈 is in Belgium."


def cited(text: str, start: Json = None, end: Json = None) -> UrlCitation:
    annotation = {"type": "url_citation", "url": "https://a.b", "start_index": start, "end_index": end}
    (citation,) = read_citations(TextOutput(text, (annotation,)))
    assert isinstance(citation, UrlCitation)
    return citation


def test_bytes_become_characters() -> None:
    start = len("Liège 🎈 is in ".encode())

    citation = cited(TEXT, start, start + len("Belgium"))

    assert TEXT[citation.start : citation.end] == "Belgium"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, (None, None)),
        (None, 6, (None, 5)),
        (0, 10_000, (0, len(TEXT))),
        (3, 4, (2, 3)),  # inside the è
        (-5, "x", (None, None)),
    ],
)
def test_odd_offsets_are_kept_inside_the_text(start: Json, end: Json, expected: tuple[int | None, int | None]) -> None:
    citation = cited(TEXT, start, end)

    assert (citation.start, citation.end) == expected


@given(text=st.text(max_size=20), data=st.data())
def test_every_span_of_characters_is_found_again(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    citation = cited(text, len(text[:start].encode()), len(text[:end].encode()))

    assert (citation.start, citation.end) == (start, end)


def test_every_kind_has_its_fields() -> None:
    place = {"type": "place_citation", "place_id": "p", "name": "Cafe", "url": "u"}
    snippet: Json = {"title": "Good", "url": "r", "review_id": "1"}
    annotations: tuple[dict[str, Json], ...] = (
        {"type": "file_citation", "file_name": "a.pdf", "page_number": 3, "custom_metadata": {"k": 1}},
        {**place, "review_snippets": [snippet]},
        {"type": "word_info", "text": "so", "speaker": "A", "start_offset": "1s", "end_offset": "2s"},
        {"type": "speech_metadata", "speaker": "A", "style": "calm"},
        {"source": "notes.txt"},
        {"type": "brand_new", "x": 1},
    )

    assert read_citations(TextOutput("", annotations)) == (
        FileCitation(file_name="a.pdf", page_number=3, custom_metadata={"k": 1}),
        PlaceCitation(place_id="p", name="Cafe", url="u", reviews=(Review("Good", "r", "1"),)),
        WordInfo(text="so", speaker="A", start_offset="1s", end_offset="2s"),
        SpeechMetadata(speaker="A", style="calm"),
        FileCitation(source="notes.txt", custom_metadata={}),
        OtherCitation(fields={"type": "brand_new", "x": 1}),
    )
