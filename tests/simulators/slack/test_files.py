"""Files up and down, as Slack's own client does it."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.simulators.slack import SlackSimulator


async def test_a_file_of_the_bot_is_shared_in_the_thread(simulator: SlackSimulator, client: Any) -> None:
    question = await simulator.say("C0GENERAL", "draw", user_id="U0ADA")

    await client.files_upload_v2(
        channel="C0GENERAL", thread_ts=question.ts, filename="a.png", content=b"picture", initial_comment="here"
    )

    reply = simulator.thread("C0GENERAL", question.ts)[1]
    assert (reply.text, reply.files[0].content, reply.files[0].mimetype) == ("here", b"picture", "image/png")


async def test_a_file_may_be_shared_later_than_its_upload_ends(simulator: SlackSimulator, client: Any) -> None:
    simulator.timeline.share_seconds = 0.1
    question = await simulator.say("C0GENERAL", "draw", user_id="U0ADA")

    uploaded = await client.files_upload_v2(
        channel="C0GENERAL", thread_ts=question.ts, filename="a.png", content=b"picture"
    )

    file_id = uploaded["file"]["id"]
    assert (await client.files_info(file=file_id))["file"]["shares"] == {}
    reply = (await simulator.wait_for(lambda: simulator.thread("C0GENERAL", question.ts)[1:]))[0]
    shares = (await client.files_info(file=file_id))["file"]["shares"]
    assert shares == {"public": {"C0GENERAL": [{"ts": reply.ts}]}}


async def test_a_deleted_file_takes_a_message_along_that_was_nothing_else(
    simulator: SlackSimulator, client: Any
) -> None:
    question = await simulator.say("C0GENERAL", "draw", user_id="U0ADA")
    for words in ("here", None):
        uploaded = await client.files_upload_v2(
            channel="C0GENERAL", thread_ts=question.ts, filename="a.png", content=b"picture", initial_comment=words
        )
        await client.files_delete(file=uploaded["file"]["id"])

    [left] = simulator.thread("C0GENERAL", question.ts)[1:]
    assert (left.text, left.files) == ("here", [])


async def test_only_own_files_can_be_deleted(simulator: SlackSimulator, client: Any) -> None:
    files = [("notes.txt", b"some notes", None)]
    message = await simulator.say("C0GENERAL", "read", user_id="U0ADA", files=files)

    for file, error in ((message.files[0].id, "cant_delete_file"), ("F0NOWHERE", "file_not_found")):
        with pytest.raises(SlackApiError, match=error):
            await client.files_delete(file=file)


async def test_a_file_of_a_person_is_fetched_with_the_token(
    simulator: SlackSimulator, app: Any, client: Any, http: aiohttp.ClientSession
) -> None:
    files = [("notes.txt", b"some notes", None)]
    await simulator.say("C0GENERAL", "@Parley read", user_id="U0ADA", files=files, until_delivered=True)
    described = app.of("app_mention")[0]["files"][0]
    assert [event["subtype"] for event in app.of("message")] == ["file_share"]

    headers = {"Authorization": f"Bearer {simulator.token}"}
    async with http.get(described["url_private_download"], headers=headers) as response:
        content = await response.read()

    assert (content, response.content_type, described["size"]) == (b"some notes", "text/plain", 10)
    assert (await client.files_info(file=described["id"]))["file"]["name"] == "notes.txt"


async def test_without_the_token_there_is_a_login_page_and_no_error(
    simulator: SlackSimulator, http: aiohttp.ClientSession
) -> None:
    message = await simulator.say("C0GENERAL", "", user_id="U0ADA", files=[("a.png", b"picture", None)])
    url = str(simulator.payloads.file(message.files[0])["url_private_download"])

    async with http.get(url) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert b"picture" not in await response.read()
