"""Whatever comes is answered in words: no body makes the simulator fall over."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

MODEL = "gemini-3.8-flash"
JUNK: list[Any] = [None, 0, -1, 1.5, True, "", "x", [], {}, [1], [None], {"a": [{}]}, "https://[::1"]
PLACES: list[Callable[[Any], dict[str, Any]]] = [
    lambda junk: {"input": junk},
    lambda junk: {"input": [{"type": junk, "text": "x"}]},
    lambda junk: {"input": [{"role": "user", "content": junk}]},
    lambda junk: {"input": [{"type": "image", "data": "eA==", "mime_type": junk}]},
    lambda junk: {"input": [{"type": "image", "uri": junk, "mime_type": "image/png"}]},
    lambda junk: {"input": [{"type": "function_result", "call_id": "c", "name": "f", "result": junk}]},
    lambda junk: {"input": "x", "tools": [{"type": junk}]},
    lambda junk: {"input": "f f", "tools": [{"type": "function", "name": "f", "parameters": junk}]},
    lambda junk: {"input": "f f", "tools": [{"type": "function", "name": "f", "parameters": {"properties": junk}}]},
    lambda junk: {"input": "x", "tools": [{"type": "file_search", "file_search_store_names": junk}]},
    lambda junk: {"input": "x", "tools": [{"type": "google_search", "search_types": junk}]},
    lambda junk: {"input": "x", "generation_config": junk},
    lambda junk: {"input": "x", "generation_config": {"tool_choice": junk, "speech_config": junk}},
    lambda junk: {"input": "x", "response_format": junk},
    lambda junk: {"input": "x", "response_format": {"type": junk}},
    lambda junk: {"input": "x", "response_format": {"type": "text", "schema": junk}},
    lambda junk: {"input": "x", "response_format": {"type": "text", "schema": {"properties": {"a": junk}}}},
    lambda junk: {"input": "x", "response_format": {"type": "image", "aspect_ratio": junk, "image_size": junk}},
    lambda junk: {"input": "x", "response_format": {"type": "audio", "mime_type": junk, "sample_rate": junk}},
]


@pytest.mark.parametrize("path", ["/v1", "/outputs/v1beta"])
@pytest.mark.parametrize("place", PLACES)
async def test_junk_is_refused_or_lived_with(api: httpx.AsyncClient, place: Any, path: str) -> None:
    root = str(api.base_url.copy_with(path="")).rstrip("/")

    for junk in JUNK:
        response = await api.post(f"{root}{path}/interactions", json={"model": MODEL, **place(junk)})
        assert response.status_code in (200, 400), (junk, response.text)
