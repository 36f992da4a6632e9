"""Images made small enough for a document: within a cap of pixels read, and a budget of bytes written."""

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

READ_PIXELS = 40_000_000  # what is unpacked takes four bytes of memory each
TOO_LARGE = "it is too large"
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
ATTEMPTS = ((1600, 88), (1200, 82), (900, 76), (600, 70), (400, 60))  # longest side in pixels, quality of JPEG


class Unreadable(Exception):
    """No image that can be shown. `str(error)` is for the person who reads the document."""


@dataclass(frozen=True, slots=True)
class Picture:
    jpeg: bytes
    width: int  # pixels
    height: int


def shrink(data: bytes, *, limit_bytes: int) -> Picture:
    """The image as JPEG on white, within the budget where any of our sizes is. Raises Unreadable."""
    picture = _read(data)
    jpeg = b""
    for side, quality in ATTEMPTS:
        picture.thumbnail((side, side))  # keeps its proportions, never enlarges
        jpeg = _encode(picture, quality)
        if len(jpeg) <= limit_bytes:
            break
    return Picture(jpeg, picture.width, picture.height)


def _encode(picture: Image.Image, quality: int) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def _read(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(BytesIO(data), formats=FORMATS) as opened:
            fits = opened.width * opened.height <= READ_PIXELS
            shown = _on_white(opened) if fits else None
    except Image.DecompressionBombError as error:
        raise Unreadable(TOO_LARGE) from error
    except (OSError, ValueError, SyntaxError, ArithmeticError, LookupError) as error:
        raise Unreadable("it is damaged or of an unknown kind") from error
    if shown is None:
        raise Unreadable(TOO_LARGE)
    return shown


def _on_white(opened: Image.Image) -> Image.Image:
    longest = ATTEMPTS[0][0]
    opened.draft("RGB", (longest, longest))  # lets JPEG unpack a smaller one at once
    opened.thumbnail((longest, longest))
    if not opened.has_transparency_data:
        return opened.convert("RGB")
    clear = opened.convert("RGBA")
    white = Image.new("RGB", clear.size, "white")
    white.paste(clear, mask=clear.getchannel("A"))
    return white
