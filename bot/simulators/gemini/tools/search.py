"""Google Search, simulated: results on a reserved domain, and the chip whose display is a duty.

Source: "Grounding with Google Search", Gemini API docs.
"""

from html import escape
from urllib.parse import quote_plus

from bot.simulators.gemini.pieces import ToolUse
from bot.simulators.gemini.tools.used import Cited, Used
from bot.simulators.gemini.wire import JsonObject, plain

_QUERY_CHARS = 120


def search(tool: JsonObject, question: str) -> Used | None:
    """Two pages for a question with any words in it; images too when `image_search` is asked for."""
    query = " ".join(question.split())[:_QUERY_CHARS]
    if not query:
        return None
    types = tool.get("search_types")
    wanted = [str(each) for each in types] if isinstance(types, list) and types else ["web_search"]
    kind = "image_search" if "image_search" in wanted else wanted[0]
    pages = [_page(number, query) for number in (1, 2)]
    result: list[JsonObject] = [{"search_suggestions": suggestions(query)} | pages[0], pages[1]]
    sentence = f"A simulated search for “{query}” found two pages that do not exist"
    claims = [Cited(sentence, {"type": "url_citation", **page}) for page in pages]
    call: JsonObject = {"arguments": {"queries": [query]}, "search_type": kind}
    use = ToolUse("google_search", call, {"result": plain(result), "is_error": False})
    return Used(use, f"{sentence}: [1], [2]. No search engine was asked.", claims)


def _page(number: int, query: str) -> JsonObject:
    return {"url": f"https://example.invalid/search/{number}", "title": f"Simulated result {number}: {query}"}


def suggestions(query: str) -> str:
    """The chip: inert markup without a script, as the real one has its own styles and a link to the result page."""
    link = f"https://www.google.com/search?q={quote_plus(query)}"
    style = "<style>.chip{border:1px solid #888;border-radius:16px;padding:4px 12px;text-decoration:none}</style>"
    return f'{style}<div class="search-suggestions"><a class="chip" href="{link}">{escape(query)} (simulated)</a></div>'
