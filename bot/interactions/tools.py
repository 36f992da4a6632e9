"""Tools a model may use: functions of ours, and those the API runs by itself.

They are not inherited along a chain: send them with every request, also with the results of a call.

Source: "Tools", "Function calling", Gemini API docs.
"""

from dataclasses import dataclass, field
from typing import Literal

from bot.interactions.settings import AllowedTools
from bot.interactions.wire import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Function:
    """A function of ours; `parameters` is the JSON schema of its arguments."""

    name: str
    description: str
    parameters: JsonObject = field(default_factory=dict[str, Json])
    type: Literal["function"] = field(default="function", init=False)


@dataclass(frozen=True, slots=True)
class GoogleSearch:
    search_types: tuple[Literal["web_search", "image_search", "enterprise_web_search"], ...] = ()  # empty: the web
    type: Literal["google_search"] = field(default="google_search", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleMaps:
    latitude: float | None = None
    longitude: float | None = None
    enable_widget: bool | None = None
    type: Literal["google_maps"] = field(default="google_maps", init=False)


@dataclass(frozen=True, slots=True)
class CodeExecution:
    type: Literal["code_execution"] = field(default="code_execution", init=False)


@dataclass(frozen=True, slots=True)
class UrlContext:
    """Pages are read whose addresses stand in the prompt."""

    type: Literal["url_context"] = field(default="url_context", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputerUse:
    environment: Literal["browser", "mobile", "desktop"] = "browser"
    excluded_predefined_functions: tuple[str, ...] = ()
    disabled_safety_policies: tuple[str, ...] = ()
    enable_prompt_injection_detection: bool | None = None
    type: Literal["computer_use"] = field(default="computer_use", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSearch:
    file_search_store_names: tuple[str, ...]  # as in "fileSearchStores/<id>"
    top_k: int | None = None
    metadata_filter: str | None = None
    type: Literal["file_search"] = field(default="file_search", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class McpServer:
    """A remote server of tools, over streamable HTTP. The API takes no "-" in its name."""

    name: str
    url: str
    headers: JsonObject = field(default_factory=dict[str, Json])
    allowed_tools: tuple[AllowedTools, ...] = ()
    type: Literal["mcp_server"] = field(default="mcp_server", init=False)


@dataclass(frozen=True, slots=True)
class OtherTool:
    """A tool not named here, as the API wants it."""

    fields: JsonObject


Tool = (
    Function | GoogleSearch | GoogleMaps | CodeExecution | UrlContext | ComputerUse | FileSearch | McpServer | OtherTool
)
