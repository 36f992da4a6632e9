"""What the API's own tools did, typed, from steps that stay as they came.

A step of a tool is signed and has to go back unchanged when a history is replayed, so its fields are kept
and this is a view of them. Results come as a list or as one object; both are read.

Source: "Grounding with Google Search", "Code execution", "URL context", "Interactions API", Gemini API docs.
"""

from dataclasses import dataclass

from bot.interactions.citations import Review, read_reviews
from bot.interactions.steps import OtherStep
from bot.interactions.wire import Json, JsonObject, entries, entry, text


@dataclass(frozen=True, slots=True)
class CodeCall:
    id: str
    code: str
    language: str


@dataclass(frozen=True, slots=True)
class CodeResult:
    call_id: str
    text: str
    is_error: bool
    blocks: tuple[JsonObject, ...] = ()  # images and the like, as they came


@dataclass(frozen=True, slots=True)
class SearchCall:
    """Queries to Google Search or Google Maps."""

    id: str
    queries: tuple[str, ...]
    search_type: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`suggestions` is ready HTML that has to be shown as it is, next to the answer; it is foreign code.

    Images found have to be linked to the pages in `sources`.
    """

    call_id: str
    suggestions: str
    sources: tuple[Source, ...]
    is_error: bool


@dataclass(frozen=True, slots=True)
class UrlCall:
    id: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FetchedUrl:
    url: str
    status: str  # success, error, paywall, unsafe


@dataclass(frozen=True, slots=True)
class UrlResult:
    call_id: str
    urls: tuple[FetchedUrl, ...]
    is_error: bool


@dataclass(frozen=True, slots=True)
class Place:
    place_id: str
    name: str
    url: str
    reviews: tuple[Review, ...] = ()


@dataclass(frozen=True, slots=True)
class MapsResult:
    call_id: str
    places: tuple[Place, ...]
    widget_context_token: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class FileSearchCall:
    id: str


@dataclass(frozen=True, slots=True)
class FileSearchResult:
    """What was found is opaque; for people there are file citations."""

    call_id: str
    found: tuple[JsonObject, ...]
    is_error: bool


@dataclass(frozen=True, slots=True)
class McpCall:
    id: str
    server_name: str
    name: str
    arguments: JsonObject


@dataclass(frozen=True, slots=True)
class McpResult:
    call_id: str
    server_name: str
    name: str
    result: Json
    is_error: bool


ToolStep = (
    CodeCall
    | CodeResult
    | SearchCall
    | SearchResult
    | UrlCall
    | UrlResult
    | MapsResult
    | FileSearchCall
    | FileSearchResult
    | McpCall
    | McpResult
)


def read_tool_step(step: OtherStep) -> ToolStep | None:
    """What a step of a known tool says; None for any other."""
    return _read_call(step.type, step.fields) or _read_result(step.type, step.fields)


def _read_call(kind: str, fields: JsonObject) -> ToolStep | None:
    arguments, call_id = entry(fields, "arguments"), text(fields, "id")
    match kind:
        case "code_execution_call":
            return CodeCall(call_id, text(arguments, "code"), text(arguments, "language") or "python")
        case "google_search_call" | "google_maps_call":
            return SearchCall(call_id, _texts(arguments, "queries"), text(fields, "search_type"))
        case "url_context_call":
            return UrlCall(call_id, _texts(arguments, "urls"))
        case "file_search_call":
            return FileSearchCall(call_id)
        case "mcp_server_tool_call":
            return McpCall(call_id, text(fields, "server_name"), text(fields, "name"), arguments)
        case _:
            return None


def _read_result(kind: str, fields: JsonObject) -> ToolStep | None:  # noqa: PLR0911  (a table)
    call_id, is_error = text(fields, "call_id"), fields.get("is_error") is True
    results = entries(fields, "result")
    match kind:
        case "code_execution_result":
            said = text(fields, "result") or "".join(text(item, "text") for item in results)
            return CodeResult(call_id, said, is_error, tuple(item for item in results if text(item, "type") != "text"))
        case "google_search_result":
            return SearchResult(call_id, _suggestions(fields, results), _sources(results), is_error)
        case "url_context_result":
            fetched = tuple(FetchedUrl(text(item, "url"), text(item, "status")) for item in results)
            return UrlResult(call_id, fetched, is_error)
        case "google_maps_result":
            places = tuple(_place(item) for result in results for item in entries(result, "places"))
            token = next((found for result in results if (found := text(result, "widget_context_token"))), "")
            return MapsResult(call_id, places, token, is_error)
        case "file_search_result":
            return FileSearchResult(call_id, tuple(results), is_error)
        case "mcp_server_tool_result":
            named = text(fields, "server_name"), text(fields, "name")
            return McpResult(call_id, *named, fields.get("result"), is_error)
        case _:
            return None


def _texts(fields: JsonObject, key: str) -> tuple[str, ...]:
    values = fields.get(key)
    return tuple(item for item in values if isinstance(item, str)) if isinstance(values, list) else ()


def _suggestions(fields: JsonObject, results: list[JsonObject]) -> str:
    """The first edition called them rendered content, and had them beside the result too."""
    found = (text(item, key) for item in (*results, fields) for key in ("search_suggestions", "rendered_content"))
    return next((html for html in found if html), "")


def _sources(results: list[JsonObject]) -> tuple[Source, ...]:
    return tuple(Source(text(item, "url"), text(item, "title")) for item in results if text(item, "url"))


def _place(fields: JsonObject) -> Place:
    return Place(text(fields, "place_id"), text(fields, "name"), text(fields, "url"), read_reviews(fields))
