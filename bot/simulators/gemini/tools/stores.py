"""File search, simulated: it finds one file that does not exist in each store it is told to look into.

Source: "File Search", Gemini API docs.
"""

from bot.simulators.gemini.pieces import ToolUse
from bot.simulators.gemini.tools.used import Cited, Used
from bot.simulators.gemini.wire import JsonObject, plain

_MOST_STORES = 5


def search_files(tool: JsonObject, question: str) -> Used | None:
    names = tool.get("file_search_store_names")
    stores = [str(name) for name in names][:_MOST_STORES] if isinstance(names, list) else []
    if not stores or not question.strip():
        return None
    found: list[JsonObject] = [
        {"file_search_store": store, "title": f"simulated-{number}.pdf", "text": "This file does not exist."}
        for number, store in enumerate(stores, 1)
    ]
    lines = "\n".join(f"- {each['title']} in {each['file_search_store']}" for each in found)
    cited = [Cited(str(each["title"]), _citation(each)) for each in found]
    use = ToolUse("file_search", {}, {"result": plain(found)})
    return Used(use, f"A simulated file search found files that do not exist:\n\n{lines}", cited)


def _citation(found: JsonObject) -> JsonObject:
    store, title = found["file_search_store"], found["title"]
    document = f"{store}/documents/{title}"
    return {"type": "file_citation", "file_name": title, "document_uri": document, "source": title, "page_number": 1}
