"""The splitter: any chunking, any line end, and what is not an event at all."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.interactions.sse import Frame, Splitter
from tests.interactions.conftest import capture

STREAM = (
    'event: step.delta\ndata: {"delta": {"text": "Liège — 日本 🎈"}}\n\n'
    ": ping\n\n"
    'event: error\r\ndata: {"error":\r\ndata: {}}\r\n\r\n'
    "data: third\r\rid: 7\n\n"
    '{"error": {"code": "prohibited_content"}}\n\n'
    "event: done\ndata: [DONE]\n\n"
).encode()
FRAMES = [
    Frame(b"step.delta", '{"delta": {"text": "Liège — 日本 🎈"}}'.encode()),
    Frame(b"error", b'{"error":\n{}}'),
    Frame(b"", b"third"),
    Frame(b"", b'{"error": {"code": "prohibited_content"}}'),
    Frame(b"done", b"[DONE]"),
]


def split(*chunks: bytes) -> list[Frame]:
    splitter = Splitter()
    return [frame for chunk in chunks for frame in splitter.feed(chunk)] + splitter.close()


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=40).map(sorted))
def test_frames_are_the_same_however_the_bytes_are_cut(cuts: list[int]) -> None:
    edges = [0, *cuts, len(STREAM)]

    chunks = [STREAM[start:end] for start, end in pairwise(edges)]

    assert split(*chunks) == FRAMES


def test_frames_are_the_same_byte_by_byte() -> None:
    assert split(*(STREAM[i : i + 1] for i in range(len(STREAM)))) == FRAMES


def test_a_byte_order_mark_is_not_part_of_the_first_line() -> None:
    assert split(b"\xef\xbb", b"\xbfdata: a\n\n") == [Frame(b"", b"a")]


def test_a_frame_is_given_as_soon_as_its_blank_line_is_there() -> None:
    splitter = Splitter()

    assert splitter.feed(b"data: a\r\r") == [Frame(b"", b"a")]
    assert splitter.feed(b"\ndata: b\n\n") == [Frame(b"", b"b")]


def test_a_last_frame_without_its_blank_line_is_not_lost() -> None:
    assert split(b"event: e\ndata: a") == [Frame(b"e", b"a")]


def test_bare_json_over_several_lines_is_one_frame() -> None:
    assert split(b'{\n  "error": {\n    "code": "safety"\n  }\n}\n') == [
        Frame(b"", b'{\n  "error": {\n    "code": "safety"\n  }\n}')
    ]


def test_a_page_instead_of_events_gives_no_frame() -> None:
    assert split(b"<html><body>Bad gateway: try later</body></html>\n") == []


def test_a_megabyte_in_one_line_arrives_whole() -> None:
    line = b"data: " + b"A" * 2_000_000

    frames = split(*(line[i : i + 1000] for i in range(0, len(line), 1000)), b"\n\n")

    assert frames == [Frame(b"", b"A" * 2_000_000)]


def test_a_recorded_stream_has_all_its_frames() -> None:
    body = capture("create-stream").response

    assert [frame.event for frame in split(body.encode())][-2:] == [b"interaction.completed", b"done"]


PARTS = st.sampled_from(
    [
        b"event: step.delta\ndata: {}\n\n",
        b"event: a\ndata: 1\ndata: 2\n\n",
        b"data: {}\n\n",
        b"event: b\n\n",
        b"event: c\r\ndata: x\r\n\r\n",
        b"data: y\nevent: d\n\n",
        b": ping\n\n",
        b'{"error":\n{}}\n\n',
        b"event: e\n: aside\ndata: z\n\n",
        b"\n",
        b"\r",
        b"data: rest",
    ]
)


@given(parts=st.lists(PARTS, max_size=8), data=st.data())
def test_however_it_comes_it_is_split_as_byte_by_byte(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=4)))
    slow, fast = Splitter(), Splitter()

    singly = [frame for at in range(len(stream)) for frame in slow.feed(stream[at : at + 1])]
    edges = [0, *cuts, len(stream)]
    together = [frame for start, end in pairwise(edges) for frame in fast.feed(stream[start:end])]

    assert [*together, *fast.close()] == [*singly, *slow.close()]
