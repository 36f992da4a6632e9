"""A picture with the prompt's words on it, in the asked ratio and size: real pixels, and plainly no photograph.

Source: "Image generation", Gemini API docs.
"""

import base64
import colorsys
import hashlib
import io
import math
import textwrap

from PIL import Image, ImageDraw, ImageFont

from bot.simulators.gemini.formats import ImageFormat
from bot.simulators.gemini.wire import JsonObject

_LABEL = "Simulated image"
_WORDS_CHARS = 240
_FILE_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}


def draw(words: str, wanted: ImageFormat) -> JsonObject:
    """An image block with a picture of these words. Takes up to a second for the largest size."""
    picture = _picture(" ".join(words.split())[:_WORDS_CHARS], *pixels(wanted))
    file = io.BytesIO()
    picture.save(file, _FILE_FORMATS.get(wanted.mime_type, "JPEG"))
    return {"type": "image", "mime_type": wanted.mime_type, "data": base64.b64encode(file.getvalue()).decode()}


def pixels(wanted: ImageFormat) -> tuple[int, int]:
    """Width and height: exactly the ratio, about as many pixels as the square of this size has."""
    width, height = wanted.width_to_height
    unit = round(wanted.side / math.sqrt(width * height))
    return width * unit, height * unit


def _picture(words: str, width: int, height: int) -> Image.Image:
    picture = Image.new("RGB", (width, height), _colour(words, 0.93))
    pencil = ImageDraw.Draw(picture)
    short = min(width, height)
    for ring in range(5, 0, -1):
        radius = short * ring // 11
        centre = (width // 2, height // 2)
        pencil.circle(centre, radius, fill=_colour(f"{words}{ring}", 0.95 - ring * 0.06))
    size = max(short // 18, 9)
    columns = max(int(width / size * 1.5), 8)
    font = ImageFont.load_default(size)
    text = "\n".join(textwrap.wrap(words, columns)[:8]) or _LABEL
    pencil.multiline_text((width / 2, height / 2), text, fill="black", font=font, anchor="mm", align="center")
    pencil.text((width / 2, height - size), _LABEL, fill="black", font=font, anchor="mm")
    return picture


def _colour(seed: str, lightness: float) -> tuple[int, int, int]:
    """A pale colour of its own for every seed, light enough for black letters."""
    hue = hashlib.sha256(seed.encode()).digest()[0] / 256
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.7)
    return round(red * 255), round(green * 255), round(blue * 255)
