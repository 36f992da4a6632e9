"""Sizes read from headers, and nothing raised for damaged files."""

import pytest

from bot.simulators.gemini.dimensions import pixels

JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc0\x00\x11\x08\x01\x02\x03\x04\x03"


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x02\x80\x00\x00\x01\xe0", (640, 480)),
        (b"GIF89a\x0a\x00\x14\x00", (10, 20)),
        (JPEG, (772, 258)),
        (b"BM1234", None),
        (b"", None),
    ],
)
def test_the_pixel_size_comes_from_the_header(data: bytes, size: tuple[int, int] | None) -> None:
    assert pixels(data) == size


def test_a_damaged_header_has_no_size() -> None:
    for length in range(len(JPEG) - 2):
        assert pixels(JPEG[:length]) is None
    assert pixels(b"\xff\xd8" + b"\xff\xe0\x00\x00" * 100) is None
    assert pixels(b"\x89PNG\r\n\x1a\n") is None
