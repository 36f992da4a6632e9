"""A report as a PDF, from its Markdown alone.

ReportLab sets the pages: BSD, pure Python, no library of the system, and it is kept (a release every few
months). fpdf2 is LGPL, borb is AGPL, WeasyPrint needs Pango. A long report takes seconds of CPU, so it belongs
into a process of its own.
"""

from collections.abc import Sequence
from datetime import UTC
from functools import partial
from io import BytesIO

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Paragraph

from bot.research.reports import styles
from bot.research.reports.blocks import Blocks
from bot.research.reports.flowables import Photo
from bot.research.reports.fonts import Letters
from bot.research.reports.inline import Inline
from bot.research.reports.markup import escape, find_title, read_markdown
from bot.research.reports.pictures import Unreadable, shrink
from bot.research.reports.report import Figure, Report

PICTURES_BYTES = 6_000_000  # of all figures together; a bot on Discord may send files of 10 MB
MISSING = (
    "{count} characters of this report are not in the fonts of this document and show as \ufffd. "
    "The Markdown file of the report has them."
)
TITLE_CHARS = 80  # in the footer

rl_config.useA85 = 0  # bytes as they are: a quarter smaller than as ASCII


def render_pdf(report: Report, *, pictures_bytes: int = PICTURES_BYTES) -> bytes:
    """The whole report on A4, its figures within `pictures_bytes` in all.

    A figure that cannot be shown becomes a note; what no font has is marked, and said at the end. Errors of the
    library quote the report, so they are not for logs.
    """
    letters = Letters()
    inline = Inline(letters, {source.number: source.url for source in report.sources})
    share = pictures_bytes // max(1, len(report.figures))
    figures = {figure.name: partial(_draw, figure, inline, share) for figure in report.figures}
    story = list(Blocks(inline, figures).set(read_markdown(_titled(report)).children))
    if letters.missing:
        story.append(Paragraph(inline.text(MISSING.format(count=letters.missing)), styles.NOTE))
    return _build(report, story, inline)


def _titled(report: Report) -> str:
    """The Markdown with a title at its head, which most reports have by themselves."""
    if find_title(report.words):
        return report.markdown
    return f"# {escape(report.title)}\n\n{report.markdown}"


def _draw(figure: Figure, inline: Inline, share_bytes: int, width: float) -> Sequence[Flowable]:
    name = f"Figure {figure.number}"
    if figure.data is None:
        return [Paragraph(inline.linked(f"[{name} is not in this document.]", figure.uri or ""), styles.NOTE)]
    try:
        picture = shrink(figure.data, limit_bytes=share_bytes)
    except Unreadable as error:
        return [Paragraph(inline.text(f"[{name} cannot be shown: {error}.]"), styles.NOTE)]
    scale = min(width / picture.width, styles.PICTURE_HEIGHT / picture.height, styles.POINTS_PER_PIXEL)
    image = Photo(picture, picture.width * scale, picture.height * scale)
    return [KeepTogether([image, Paragraph(inline.text(name), styles.CAPTION)])]


def _build(report: Report, story: list[Flowable], inline: Inline) -> bytes:
    buffer = BytesIO()
    frame = Frame(
        styles.MARGIN,
        styles.MARGIN,
        styles.TEXT_WIDTH,
        styles.TEXT_HEIGHT,
        **dict.fromkeys(("leftPadding", "rightPadding", "topPadding", "bottomPadding"), 0),
    )
    short = report.title if len(report.title) <= TITLE_CHARS else f"{report.title[: TITLE_CHARS - 1]}…"
    footer = inline.text(short)
    document = BaseDocTemplate(
        buffer,
        pagesize=styles.A4,
        pageTemplates=[PageTemplate(frames=[frame], onPageEnd=partial(_furnish, report, footer))],
        title=report.title,
        author="Parley",
        invariant=1,
    )
    document.build(story)
    return buffer.getvalue()


def _furnish(report: Report, footer: str, canvas: Canvas, _: BaseDocTemplate) -> None:
    """What stands on each page beside the text, and what the file says of itself."""
    canvas.setDateFormatter(partial(_format_date, report))
    canvas.setCreator("Parley")
    title = Paragraph(footer, styles.FOOTER)
    title.wrapOn(canvas, styles.TEXT_WIDTH - 40, styles.MARGIN)
    title.drawOn(canvas, styles.MARGIN, styles.FOOTER_Y)
    canvas.setFont(styles.REGULAR, styles.FOOTER.fontSize)
    canvas.setFillColor(styles.FAINT)
    number = str(canvas.getPageNumber())
    canvas.drawRightString(styles.PAGE_WIDTH - styles.MARGIN, styles.FOOTER_Y + 3, number)


def _format_date(report: Report, *_: int) -> str:
    """The report's own date. Source: "Dates", ISO 32000-1, 7.9.4."""
    return f"D:{report.created.astimezone(UTC):%Y%m%d%H%M%S}Z"
