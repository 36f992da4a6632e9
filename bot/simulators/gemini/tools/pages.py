"""URL context, simulated: addresses are taken from the prompt and never opened; what they are called decides.

Source: "URL context", Gemini API docs.
"""

from urllib.parse import urlsplit

from bot.simulators.gemini import prompt
from bot.simulators.gemini.pieces import ToolUse
from bot.simulators.gemini.tools.used import Cited, Used
from bot.simulators.gemini.wire import JsonObject, plain

_MOST_URLS = 20
_TELLING = {"paywall": "paywall", "unsafe": "unsafe", "error": "error", "missing": "error"}


def read_pages(_tool: JsonObject, question: str) -> Used | None:
    """A status for each address in the prompt: `success`, unless a word in it asks for another."""
    urls = prompt.urls(question)[:_MOST_URLS]
    if not urls:
        return None
    result: list[JsonObject] = [{"url": url, "status": status(url)} for url in urls]
    lines = "\n".join(f"- {each['url']} ({each['status']})" for each in result)
    text = f"I was asked to read these pages, and simulated it; none was opened:\n\n{lines}"
    cited = [Cited(url, {"type": "url_citation", "url": url, "title": urlsplit(url).netloc}) for url in urls]
    failed = all(each["status"] != "success" for each in result)
    use = ToolUse("url_context", {"arguments": {"urls": [*urls]}}, {"result": plain(result), "is_error": failed})
    return Used(use, text, cited)


def status(url: str) -> str:
    """`https://example.invalid/paywall` has the status `paywall`, and so on."""
    return next((status for word, status in _TELLING.items() if word in url.lower()), "success")
