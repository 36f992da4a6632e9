"""What the API's own tools did, whether their results come as a list or as one object."""

from typing import Any

import pytest

from bot.interactions.citations import Review
from bot.interactions.steps import OtherStep
from bot.interactions.tool_steps import (
    CodeCall,
    CodeResult,
    FetchedUrl,
    FileSearchCall,
    FileSearchResult,
    MapsResult,
    McpCall,
    McpResult,
    Place,
    SearchCall,
    SearchResult,
    Source,
    ToolStep,
    UrlCall,
    UrlResult,
    read_tool_step,
)

CHIP: dict[str, Any] = {"search_suggestions": "<b>chip</b>"}
PAGE: dict[str, Any] = {"url": "https://a.b", "title": "A"}
PLACES: dict[str, Any] = {
    "places": [{"place_id": "p", "name": "Cafe", "url": "u", "review_snippets": [{"title": "Good", "url": "r"}]}],
    "widget_context_token": "w",
}
MAPS = MapsResult("1", (Place("p", "Cafe", "u", (Review("Good", "r"),)),), "w", is_error=False)
IMAGE = {"type": "image", "mime_type": "image/png", "data": "eA=="}


@pytest.mark.parametrize(
    ("kind", "fields", "typed"),
    [
        ("code_execution_call", {"arguments": {"code": "1+1"}}, CodeCall("1", "1+1", "python")),
        ("code_execution_result", {"result": "2", "is_error": True}, CodeResult("1", "2", is_error=True)),
        (
            "code_execution_result",
            {"result": [{"type": "text", "text": "2"}, IMAGE]},
            CodeResult("1", "2", is_error=False, blocks=(IMAGE,)),
        ),
        ("google_search_call", {"arguments": {"queries": ["a", 1]}}, SearchCall("1", ("a",))),
        ("google_maps_call", {"arguments": {"queries": ["a"]}}, SearchCall("1", ("a",))),
        ("google_search_result", {"result": [CHIP]}, SearchResult("1", "<b>chip</b>", (), is_error=False)),
        (
            "google_search_result",
            {"result": {**CHIP, **PAGE}},
            SearchResult("1", "<b>chip</b>", (Source("https://a.b", "A"),), is_error=False),
        ),
        ("google_search_result", {"signature": "c2ln"}, SearchResult("1", "", (), is_error=False)),
        ("url_context_call", {"arguments": {"urls": ["u"]}}, UrlCall("1", ("u",))),
        (
            "url_context_result",
            {"result": [{"url": "u", "status": "paywall"}]},
            UrlResult("1", (FetchedUrl("u", "paywall"),), is_error=False),
        ),
        ("google_maps_result", {"result": [PLACES]}, MAPS),
        ("google_maps_result", {"result": PLACES}, MAPS),
        ("file_search_call", {}, FileSearchCall("1")),
        ("file_search_result", {"result": [{"x": 1}]}, FileSearchResult("1", ({"x": 1},), is_error=False)),
        (
            "mcp_server_tool_call",
            {"server_name": "s", "name": "t", "arguments": {"a": 1}},
            McpCall("1", "s", "t", {"a": 1}),
        ),
        (
            "mcp_server_tool_result",
            {"server_name": "s", "name": "t", "result": "done"},
            McpResult("1", "s", "t", "done", is_error=False),
        ),
        ("brand_new_result", {"result": []}, None),
    ],
)
def test_a_step_of_a_tool_is_read(kind: str, fields: dict[str, Any], typed: ToolStep | None) -> None:
    assert read_tool_step(OtherStep(kind, {"id": "1", "call_id": "1", **fields})) == typed
