"""What an attacker would write, and what a browser would make of it."""

from html.parser import HTMLParser

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><animate onbegin=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>*{display:none}</style>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    '![x" onerror="alert(1)](https://example.com/"onerror="alert(1))',
    '[x](https://example.com "\\" onmouseover=\\"alert(1)")',
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "<@U1|<script>alert(1)</script>>",
    '<#C1|"><svg onload=alert(1)>>',
    "| a |\n| - |\n| <img src=x onerror=alert(1)> |",
    "<form action=/messages><button>Send</button></form>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<math><mtext></p><script>alert(1)</script>",
]
SAFE_TAGS = {
    *("p", "br", "hr", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre", "code"),
    *("em", "strong", "s", "u", "a", "span", "div", "table", "thead", "tbody", "tr", "th", "td"),
    *("small", "time"),
}
SAFE_ATTRIBUTES = {"href", "title", "rel", "target", "class", "start", "datetime", "tabindex"}


class Seen(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.roots = self._depth = 0
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.roots += self._depth == 0
        self._depth += tag not in ("br", "hr")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= 1


def is_harmless(markup: str) -> bool:
    """Only what the page allows, and no address that could run something."""
    seen = Seen(markup)
    schemes = {link.partition(":")[0] for link in seen.links}
    return seen.tags <= SAFE_TAGS and seen.attributes <= SAFE_ATTRIBUTES and schemes <= {"http", "https", "mailto"}
