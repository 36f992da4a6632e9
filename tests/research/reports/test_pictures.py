"""Images fit a document, whatever they are."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from bot.research.reports.pictures import Unreadable, shrink

MakeImage = Callable[..., bytes]


def noise(width: int, height: int) -> bytes:
    buffer = BytesIO()
    Image.effect_noise((width, height), 80).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_large_image_is_scaled_down_in_proportion(make_image: MakeImage) -> None:
    picture = shrink(make_image("PNG", 4000, 1000), limit_bytes=1_000_000)

    assert (picture.width, picture.height) == (1600, 400)
    assert Image.open(BytesIO(picture.jpeg)).size == (1600, 400)


def test_a_small_image_keeps_its_size(make_image: MakeImage) -> None:
    picture = shrink(make_image("WEBP", 30, 20), limit_bytes=1_000_000)

    assert (picture.width, picture.height) == (30, 20)


def test_an_image_over_its_budget_gets_smaller_until_it_fits() -> None:
    picture = shrink(noise(1600, 1200), limit_bytes=150_000)

    assert len(picture.jpeg) <= 150_000
    assert picture.width == 600


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "CMYK", "I;16"])
def test_every_kind_of_pixels_is_shown(make_image: MakeImage, mode: str) -> None:
    data = make_image("TIFF" if mode == "CMYK" else "PNG", mode=mode) if mode != "I;16" else sixteen_bits()

    assert Image.open(BytesIO(shrink(data, limit_bytes=10_000).jpeg)).mode == "RGB"


def sixteen_bits() -> bytes:
    buffer = BytesIO()
    Image.new("I;16", (20, 20), 40_000).save(buffer, "PNG")
    return buffer.getvalue()


def test_what_is_transparent_is_white() -> None:
    buffer = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(buffer, "PNG")

    picture = Image.open(BytesIO(shrink(buffer.getvalue(), limit_bytes=10_000).jpeg))

    assert picture.getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("height", [4000, 10_000, 20_000])  # ours, Pillow's warning, Pillow's error
def test_an_image_of_too_many_pixels_is_not_unpacked(height: int) -> None:
    buffer = BytesIO()
    Image.new("1", (12_000, height)).save(buffer, "PNG")

    with pytest.raises(Unreadable, match="too large"):
        shrink(buffer.getvalue(), limit_bytes=10_000)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n" + b"x" * 90, b"%!PS-Adobe"])
def test_what_is_no_image_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        shrink(data, limit_bytes=10_000)
