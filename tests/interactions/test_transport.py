"""The transport: which failures mean that nothing was sent, and which do not."""

import asyncio
import socket

import httpx
import pytest

from bot.interactions.transport import open_http
from tests.interactions.conftest import KEY, Recorder, Reply, answer, sse

GARBAGE = [
    b"\x00\x01\x02\r\n\r\n",
    b"SMTP ready\r\n\r\n",
    b"HTTP/1.1 abc\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
]


async def test_a_refused_connection_means_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"

        async with open_http(url, KEY) as http:
            with pytest.raises(httpx.ConnectError):
                await http.post("/v1/interactions")


@pytest.mark.parametrize("end", ["close", "reset"])
async def test_a_connection_lost_after_the_request_is_a_read_error(
    recorder: Recorder, http: httpx.AsyncClient, end: str
) -> None:
    recorder.answers(Reply(end="reset" if end == "reset" else "close"))

    with pytest.raises(httpx.ReadError):
        await http.post("/v1/interactions", content=b"{}")

    assert len(recorder.requests) == 1


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_a_reply_that_is_not_http_is_a_read_error(
    recorder: Recorder, http: httpx.AsyncClient, garbage: bytes
) -> None:
    recorder.answers(Reply((garbage,), "close"))

    with pytest.raises(httpx.ReadError):
        await http.post("/v1/interactions", content=b"{}")


async def test_silence_is_a_read_timeout(recorder: Recorder) -> None:
    recorder.answers(Reply(end="silence"))

    async with open_http(recorder.url, KEY, read_timeout_seconds=0.1) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.post("/v1/interactions", content=b"{}")


async def test_silence_between_chunks_is_a_read_timeout(recorder: Recorder) -> None:
    recorder.answers(sse("data: a\n\n", end="silence", complete=False))

    async with open_http(recorder.url, KEY, read_timeout_seconds=0.1) as http, http.stream("GET", "/") as response:
        with pytest.raises(httpx.ReadTimeout):
            await response.aread()


@pytest.mark.parametrize("end", ["close", "reset"])
async def test_an_answer_cut_in_its_middle_is_a_read_error(
    recorder: Recorder, http: httpx.AsyncClient, end: str
) -> None:
    recorder.answers(sse("data: a\n\n", end="reset" if end == "reset" else "close", complete=False))

    with pytest.raises(httpx.ReadError):
        await http.get("/")


async def test_redirects_are_not_followed_and_cookies_not_kept(recorder: Recorder, http: httpx.AsyncClient) -> None:
    recorder.answers(answer(302, "", location="/elsewhere", set_cookie="a=b; Path=/"))

    first = await http.get("/here")
    await http.get("/here")

    assert first.status_code == 302
    assert [request.path for request in recorder.requests] == ["/here", "/here"]
    assert "cookie" not in recorder.requests[1].headers


async def test_a_hundred_and_fifty_streams_do_not_queue(recorder: Recorder, http: httpx.AsyncClient) -> None:
    recorder.answers(Reply(end="silence"))

    streams = [asyncio.create_task(http.get("/")) for _ in range(150)]
    async with asyncio.timeout(5):
        await recorder.received(150)
    for stream in streams:
        stream.cancel()

    results = await asyncio.gather(*streams, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
