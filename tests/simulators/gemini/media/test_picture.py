"""Pictures in every ratio and size, of the kind that was asked for."""

import base64
import io

import pytest
from PIL import Image

from bot.simulators.gemini.formats import RATIOS, SIZES, ImageFormat
from bot.simulators.gemini.media.picture import draw, pixels


@pytest.mark.parametrize("ratio", sorted(RATIOS))
@pytest.mark.parametrize("side", SIZES.values())
def test_the_ratio_is_exact_and_the_size_about_right(ratio: str, side: int) -> None:
    width_to_height = (int(ratio.split(":", maxsplit=1)[0]), int(ratio.split(":")[1]))

    width, height = pixels(ImageFormat(width_to_height, side))

    assert width * width_to_height[1] == height * width_to_height[0]
    assert width * height == pytest.approx(side**2, rel=0.06)


@pytest.mark.parametrize(("mime_type", "kind"), [("image/jpeg", "JPEG"), ("image/png", "PNG")])
def test_a_picture_is_one(mime_type: str, kind: str) -> None:
    wanted = ImageFormat((1, 1), 512, mime_type)

    first, second = draw("A red bicycle", wanted), draw("A blue car", wanted)

    picture = Image.open(io.BytesIO(base64.b64decode(str(first["data"]))))
    assert (picture.format, picture.size) == (kind, (512, 512))
    assert first["data"] != second["data"]
