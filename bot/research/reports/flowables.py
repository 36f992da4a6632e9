"""What the PDF library does not draw by itself, or not as we need it."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable, Paragraph

from bot.research.reports import styles
from bot.research.reports.pictures import Picture


class Bookmark(Flowable):
    """An entry of the outline beside the pages; takes no room."""

    def __init__(self, key: str, title: str, level: int) -> None:
        super().__init__()
        self._key, self._title, self._level = key, title, level

    def draw(self) -> None:
        self.canv.bookmarkHorizontal(self._key, 0, 24)
        self.canv.addOutlineEntry(self._title, self._key, self._level, closed=self._level > 0)


class Photo(Flowable):
    """An image, as large as it is told to be."""

    def __init__(self, picture: Picture, width: float, height: float) -> None:
        super().__init__()
        self._jpeg = picture.jpeg
        self.width, self.height = width, height

    def draw(self) -> None:
        self.canv.drawImage(PackedJpeg(self._jpeg), 0, 0, self.width, self.height)


class PackedJpeg(ImageReader):
    """A JPEG that stays packed. The library unpacks one only to tell it from others, and keeps that to the end."""

    def __init__(self, jpeg: bytes) -> None:
        super().__init__(BytesIO(jpeg))
        self._jpeg = jpeg
        self._dataA = None  # no mask

    def getRGBData(self) -> bytes:  # noqa: N802
        return self._jpeg


def quoted(style: styles.ParagraphStyle, bars: Sequence[int]) -> styles.ParagraphStyle:
    """The style with upright bars, at points from the left edge of the text."""
    return styles.ParagraphStyle(f"{style.name} quoted", style, textColor=styles.FAINT, bars=tuple(bars))


class Barred(Paragraph):
    """A paragraph of a quote. What it is split into is barred too, since its style is kept."""

    def draw(self) -> None:
        self.canv.saveState()
        self.canv.setStrokeColor(styles.LINE)
        self.canv.setLineWidth(2)
        for x in getattr(self.style, "bars", ()):
            self.canv.line(x, -self.style.spaceAfter, x, self.height)
        self.canv.restoreState()
        super().draw()
