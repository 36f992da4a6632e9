"""How a report looks on A4. Sizes are in points."""

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle

MARGIN = 64
PAGE_WIDTH, PAGE_HEIGHT = A4
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
TEXT_HEIGHT = PAGE_HEIGHT - 2 * MARGIN

INK = HexColor("#1f2328")
FAINT = HexColor("#656d76")
LINE = HexColor("#d0d7de")
SHADE = HexColor("#f6f8fa")

REGULAR = "NotoSans_Regular"
MONO = "CascadiaMono_Regular"

BODY = ParagraphStyle(
    "body",
    fontName=REGULAR,
    bulletFontName=REGULAR,
    fontSize=10,
    bulletFontSize=10,
    leading=14.5,
    spaceAfter=7,
    textColor=INK,
    splitLongWords=1,
)
ITEM = ParagraphStyle("item", BODY, spaceAfter=3)
CELL = ParagraphStyle("cell", BODY, fontSize=8.5, leading=11.5, spaceAfter=0)
NOTE = ParagraphStyle("note", BODY, textColor=FAINT, fontSize=9, leading=12)
CAPTION = ParagraphStyle("caption", NOTE, spaceBefore=2, spaceAfter=10)
CODE = ParagraphStyle("code", BODY, fontName=MONO, fontSize=8, leading=11, spaceAfter=0)
CODE_LETTER = 8 * 0.586  # width of each letter in code
HEADINGS = tuple(
    ParagraphStyle(f"h{level}", BODY, fontSize=size, leading=size * 1.3, spaceBefore=before, spaceAfter=6)
    for level, size, before in ((1, 20, 6), (2, 15, 14), (3, 12.5, 11), (4, 11, 9), (5, 10, 8), (6, 10, 8))
)
RIGHT = ParagraphStyle("right", CELL, alignment=TA_RIGHT)
CENTER = ParagraphStyle("center", CELL, alignment=TA_CENTER)
FOOTER = ParagraphStyle("footer", NOTE, fontSize=8, leading=10, spaceAfter=0)
FOOTER_Y = 40
PICTURE_HEIGHT = TEXT_HEIGHT * 0.6
POINTS_PER_PIXEL = 0.6  # at most: small images are not blown up
