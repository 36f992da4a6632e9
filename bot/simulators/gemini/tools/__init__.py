"""The tools of the service, simulated: each says that it is, and names no source that exists.

Source: "Tools", Interactions API guide.
"""

from collections.abc import Callable, Mapping, Sequence

from bot.simulators.gemini.tools.code import execute
from bot.simulators.gemini.tools.maps import look_up
from bot.simulators.gemini.tools.pages import read_pages
from bot.simulators.gemini.tools.remote import ask_server
from bot.simulators.gemini.tools.search import search
from bot.simulators.gemini.tools.stores import search_files
from bot.simulators.gemini.tools.used import Used
from bot.simulators.gemini.wire import JsonObject

_TOOLS: Mapping[str, Callable[[JsonObject, str], Used | None]] = {
    "google_search": search,
    "google_maps": look_up,
    "code_execution": execute,
    "url_context": read_pages,
    "file_search": search_files,
    "mcp_server": ask_server,
}


def use_tools(tools: Sequence[JsonObject], question: str) -> list[Used]:
    """What the tools of this request bring to the question, in their order; a tool with nothing to do is left alone."""
    used = [_TOOLS[str(tool["type"])](tool, question) for tool in tools if tool.get("type") in _TOOLS]
    return [each for each in used if each is not None]
