"""Annotations of a text as citations: typed, and placed by characters.

The API counts bytes of the text in UTF-8, which would cut any text that is not ASCII in the wrong places.
Either end may be missing, or lie outside of the text or inside a character.

Source: "Annotations", Interactions API reference; "Grounding with Google Maps", Gemini API docs.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.interactions.steps import TextOutput
from bot.interactions.wire import JsonObject, entries, entry, text, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which part of the text is meant, in characters, the end excluded; None where the API does not say."""

    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlCitation(Span):
    url: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCitation(Span):
    file_name: str = ""
    document_uri: str = ""
    source: str = ""
    page_number: int | None = None
    media_id: str = ""
    custom_metadata: JsonObject


@dataclass(frozen=True, slots=True)
class Review:
    title: str
    url: str
    review_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCitation(Span):
    """A place on Google Maps; to be shown with its name, its link and the words "Google Maps"."""

    place_id: str
    name: str
    url: str
    reviews: tuple[Review, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WordInfo(Span):
    """When a word of a transcript was said, and by whom."""

    text: str
    speaker: str = ""
    start_offset: str = ""  # such as "1.2s"
    end_offset: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechMetadata(Span):
    speaker: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCitation(Span):
    fields: JsonObject


Citation = UrlCitation | FileCitation | PlaceCitation | WordInfo | SpeechMetadata | OtherCitation


def read_citations(block: TextOutput) -> tuple[Citation, ...]:
    """The citations of a text, in the order they came."""
    bounds = [(_bound(item, "start_index"), _bound(item, "end_index")) for item in block.annotations]
    places = _characters(block.text, {bound for pair in bounds for bound in pair if bound is not None})
    return tuple(
        _citation(item, None if start is None else places[start], None if end is None else places[end])
        for item, (start, end) in zip(block.annotations, bounds, strict=True)
    )


def _bound(fields: JsonObject, key: str) -> int | None:
    bound = whole(fields, key, -1)
    return None if bound < 0 else bound


def _characters(text: str, offsets: Iterable[int]) -> dict[int, int]:
    """How many characters lie before each byte offset; one inside a character counts as before it."""
    data = text.encode("utf-8", "surrogatepass")
    places: dict[int, int] = {}
    at_byte = at_character = 0
    for offset in sorted(offsets):
        edge = min(offset, len(data))
        while edge < len(data) and data[edge] & 0xC0 == 0x80:  # in the middle of a character
            edge -= 1
        at_character += len(data[at_byte:edge].decode("utf-8", "surrogatepass"))
        at_byte = edge
        places[offset] = at_character
    return places


def _citation(fields: JsonObject, start: int | None, end: int | None) -> Citation:
    match text(fields, "type") or _untyped(fields):
        case "url_citation":
            url = text(fields, "url") or text(fields, "source")
            return UrlCitation(start=start, end=end, url=url, title=text(fields, "title"))
        case "file_citation":
            return FileCitation(
                start=start,
                end=end,
                file_name=text(fields, "file_name"),
                document_uri=text(fields, "document_uri"),
                source=text(fields, "source"),
                page_number=whole(fields, "page_number") or None,
                media_id=text(fields, "media_id"),
                custom_metadata=entry(fields, "custom_metadata"),
            )
        case "place_citation":
            return PlaceCitation(
                start=start,
                end=end,
                place_id=text(fields, "place_id"),
                name=text(fields, "name"),
                url=text(fields, "url"),
                reviews=read_reviews(fields),
            )
        case "word_info":
            return WordInfo(
                start=start,
                end=end,
                text=text(fields, "text"),
                speaker=text(fields, "speaker"),
                start_offset=text(fields, "start_offset"),
                end_offset=text(fields, "end_offset"),
            )
        case "speech_metadata":
            return SpeechMetadata(start=start, end=end, speaker=text(fields, "speaker"), style=text(fields, "style"))
        case _:
            return OtherCitation(start=start, end=end, fields=fields)


def _untyped(fields: JsonObject) -> str:
    """Annotations of the first edition had a source and no type."""
    source = text(fields, "source")
    if not source:
        return ""
    return "url_citation" if source.startswith(("http://", "https://")) else "file_citation"


def read_reviews(fields: JsonObject) -> tuple[Review, ...]:
    snippets = entries(fields, "review_snippets")
    return tuple(Review(text(item, "title"), text(item, "url"), text(item, "review_id")) for item in snippets)
