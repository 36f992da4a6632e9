"""Remote MCP, simulated: a tool of the server is used on paper, the server itself is never called.

Source: "Remote Model Context Protocol", Interactions API guide.
"""

from bot.simulators.gemini.pieces import ToolUse
from bot.simulators.gemini.tools.used import Used
from bot.simulators.gemini.wire import JsonObject, objects

_QUERY_CHARS = 200


def ask_server(tool: JsonObject, question: str) -> Used | None:
    if not question.strip():
        return None
    server, name = str(tool["name"]), _allowed(tool)
    who: JsonObject = {"name": name, "server_name": server}
    result: list[JsonObject] = [{"type": "text", "text": f"Simulated result of {name}; {server} was not called."}]
    call: JsonObject = {**who, "arguments": {"query": " ".join(question.split())[:_QUERY_CHARS]}}
    use = ToolUse("mcp_server_tool", call, {**who, "result": [*result]})
    return Used(use, f"The tool `{name}` of the server `{server}` was simulated; the server was not called.")


def _allowed(tool: JsonObject) -> str:
    """The first tool that is allowed by name; a server's own are not known here."""
    for each in objects(tool.get("allowed_tools")):
        names = each.get("tools")
        if isinstance(names, list) and names:
            return str(names[0])
    return "lookup"
