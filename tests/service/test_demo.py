"""`parley demo` as a newcomer starts it, with nothing set."""

import asyncio
import re
from pathlib import Path

import httpx

from tests.service.processes import parley, url_in


async def write(http: httpx.AsyncClient, text: str, thread: str = "") -> None:
    form = {"place": "slack", "channel": "C0GENERAL", "thread": thread, "text": text}
    answer = await http.post("/messages", files={name: (None, value) for name, value in form.items()})
    assert answer.is_success or answer.is_redirect


async def page_shows(http: httpx.AsyncClient, words: str) -> str:
    async with asyncio.timeout(10):
        while words not in (page := (await http.get("/")).text):
            await asyncio.sleep(0.1)
    return page


async def test_a_mention_is_answered_in_its_thread_and_remembered(tmp_path: Path) -> None:
    async with parley("demo", "--no-open", "--port", "0", folder=tmp_path) as demo:
        url = await url_in(demo)
        async with httpx.AsyncClient(base_url=url) as http:
            await write(http, "@Parley my name is Phil")
            page = await page_shows(http, "Nice to meet you, <strong>Phil</strong>")

            root = re.search(r'name="thread" value="([\d.]+)"', page)
            assert root is not None
            await write(http, "what is my name?", thread=root[1])

            await page_shows(http, "Your name is <strong>Phil</strong>")
