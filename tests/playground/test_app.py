"""The page over a real socket: what it shows, and what its forms do."""

import asyncio
import re
from typing import cast

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.playground import playground
from bot.simulators.slack import SlackSimulator
from bot.simulators.slack.server import listen, serving

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


async def _shown(http: httpx.AsyncClient) -> str:
    return (await http.get("/")).text


def _ts(posted: AsyncSlackResponse) -> str:
    return str(cast("dict[str, object]", posted.data)["ts"])


def _sentence(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page.partition("</h1>")[2].partition("</header>")[0])


async def test_the_first_line_says_what_this_is(http: httpx.AsyncClient) -> None:
    said = _sentence(await _shown(http))

    assert said == (
        "You are Mina, in a simulated Slack and Discord. Answers come from the bundled simulator. "
        "Nothing leaves this machine."
    )


async def test_with_a_real_model_it_says_that_messages_go_to_google(slack: SlackSimulator) -> None:
    bound = listen(0)
    async with serving(playground(slack, model="gemini-flash-latest"), bound), httpx.AsyncClient() as client:
        said = _sentence((await client.get(f"http://127.0.0.1:{bound.getsockname()[1]}/")).text)

    assert said.startswith("You are Mina, in a simulated Slack. Answers come from gemini-flash-latest.")
    assert said.endswith("What you write is sent to Google.")


async def test_the_page_asks_nothing_of_the_world(http: httpx.AsyncClient) -> None:
    first = await _shown(http)
    parts = [await http.get(path) for path in re.findall(r'"(/static/[^"]+)"', first) if "icon" not in path]
    pages = [first, *(part.raise_for_status().text for part in parts)]

    addresses = [address for page in pages for address in re.findall(r"(?:https?:)?//[\w.-]+\.\w+", page)]
    assert len(parts) >= 2
    assert addresses == []


async def test_a_message_is_said_by_mina(
    http: httpx.AsyncClient, slack: SlackSimulator, general: dict[str, str]
) -> None:
    answer = await http.post("/messages", data={**general, "text": "@Parley hello\r\nthere"})

    assert answer.status_code == 201
    (said,) = slack.workspace.history("C0GENERAL")
    assert slack.workspace.person(said.user_id).name == "Mina"
    assert said.text == "<@U0PARLEY> hello\nthere"


async def test_a_reply_goes_into_its_thread(
    http: httpx.AsyncClient, slack: SlackSimulator, general: dict[str, str]
) -> None:
    root = await slack.say("C0GENERAL", "hello", user_id="U0ADA")

    await http.post("/messages", data={**general, "thread": root.ts, "text": "and again"})

    assert [one.text for one in slack.thread("C0GENERAL", root.ts)] == ["hello", "and again"]


async def test_a_direct_conversation_is_another_channel(http: httpx.AsyncClient, slack: SlackSimulator) -> None:
    (direct,) = (channel for channel in slack.workspace.channels.values() if channel.kind == "im")

    page = (await http.get(f"/channels/slack/{direct.id}")).text
    await http.post("/messages", data={"place": "slack", "channel": direct.id, "text": "hello"})

    assert 'aria-label="Conversation with Parley"' in page
    assert [one.text for one in slack.workspace.history(direct.id)] == ["hello"]


async def test_an_empty_message_is_not_sent(
    http: httpx.AsyncClient, slack: SlackSimulator, general: dict[str, str]
) -> None:
    answer = await http.post("/messages", data={**general, "text": " \n"})

    assert answer.status_code == 400
    assert answer.json() == {"problem": "There is nothing in it yet."}
    assert slack.workspace.history("C0GENERAL") == []


async def test_a_reply_to_what_is_gone_says_so(http: httpx.AsyncClient, general: dict[str, str]) -> None:
    answer = await http.post("/messages", data={**general, "thread": "1.000001", "text": "hello"})

    assert answer.status_code == 400
    assert "not there any more" in answer.json()["problem"]


@pytest.mark.parametrize("fields", [{}, {"place": "slack", "channel": "C0RANDOM"}, {"place": "x", "channel": "y"}])
async def test_a_channel_that_is_not_on_the_page_is_not_found(http: httpx.AsyncClient, fields: dict[str, str]) -> None:
    answer = await http.post("/messages", data={**fields, "text": "hello"})

    assert answer.status_code == 404


async def test_a_message_of_100000_characters_is_taken(
    http: httpx.AsyncClient, slack: SlackSimulator, general: dict[str, str]
) -> None:
    answer = await http.post("/messages", data={**general, "text": "ß" * 100_000})

    assert answer.status_code == 201
    assert len(slack.workspace.history("C0GENERAL")[0].text) == 100_000


async def test_without_script_the_form_shows_the_page_again(http: httpx.AsyncClient, general: dict[str, str]) -> None:
    headers = {"Accept": "text/html,*/*", "Origin": "null", "Sec-Fetch-Site": "same-origin"}

    answer = await http.post("/messages", data={**general, "text": "hello"}, headers=headers, follow_redirects=True)

    assert '<p class="literal">hello</p>' in answer.text


async def test_files_are_shown_and_can_be_opened(
    http: httpx.AsyncClient, slack: SlackSimulator, general: dict[str, str]
) -> None:
    files = [("files", ("dot.png", PIXEL, "image/png")), ("files", ("a.pdf", b"%PDF-1.7", "application/pdf"))]

    await http.post("/messages", data={**general, "text": ""}, files=files)

    picture, document = slack.workspace.history("C0GENERAL")[0].files
    page = await _shown(http)
    assert f'<img src="/files/slack/{picture.id}"' in page
    assert "a.pdf" in page
    assert "8 bytes" in page
    shown = await http.get(f"/files/slack/{picture.id}")
    assert (shown.headers["Content-Type"], shown.content) == ("image/png", PIXEL)
    saved = await http.get(f"/files/slack/{document.id}")
    assert saved.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a.pdf"


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", ""])
async def test_active_files_are_only_saved(
    http: httpx.AsyncClient, slack: SlackSimulator, general: dict[str, str], media_type: str
) -> None:
    hostile = ('"><script>alert(1)</script>\r\nX: y.svg', b"<svg onload=alert(1)>", media_type)

    await http.post("/messages", data={**general, "text": "x"}, files=[("files", hostile)])

    (file,) = slack.workspace.history("C0GENERAL")[0].files
    answer = await http.get(f"/files/slack/{file.id}")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "<script>alert" not in await _shown(http)


async def test_a_file_that_is_not_there_is_not_found(http: httpx.AsyncClient) -> None:
    assert (await http.get("/files/slack/F0NOTHING")).status_code == 404
    assert (await http.get("/files/elsewhere/F0NOTHING")).status_code == 404


async def test_names_of_people_are_only_text(http: httpx.AsyncClient, slack: SlackSimulator) -> None:
    person = slack.workspace.add_person("<script>alert(1)</script>")
    slack.workspace.channel("C0GENERAL").member_ids.add(person.id)

    root = await slack.say("C0GENERAL", "hello", user_id=person.id)
    await slack.react("C0GENERAL", root.ts, "<b>", user_id=person.id)

    page = await _shown(http)
    assert "<b>&lt;script&gt;alert(1)&lt;/script&gt;</b>" in page
    assert ":&lt;b&gt;: 1" in page


async def test_a_button_is_pressed(
    http: httpx.AsyncClient, slack: SlackSimulator, bot: AsyncWebClient, general: dict[str, str]
) -> None:
    pressed: asyncio.Queue[bytes] = asyncio.Queue()

    async def app(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        await pressed.put(await reader.readexactly(int(length[1]) if length else 0))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(app, "127.0.0.1", 0)
    slack.deliveries.request_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    stop = {"type": "button", "action_id": "stop", "text": {"type": "plain_text", "text": "Stop"}, "style": "danger"}
    posted = await bot.chat_postMessage(
        channel="C0GENERAL",
        text="Working.",
        blocks=[
            {"type": "section", "text": {"type": "mrkdwn", "text": "Working &amp; waiting."}},
            {"type": "actions", "elements": [stop]},
        ],
    )

    page = await _shown(http)
    answer = await http.post("/actions", data={**general, "message": _ts(posted), "action": "stop"})

    assert '<p class="literal">Working &amp; waiting.</p>' in page
    assert '<button name="action" value="stop" class="danger">Stop</button>' in page
    assert answer.status_code == 201
    async with asyncio.timeout(5):
        while b"block_actions" not in await pressed.get():
            pass
    server.close()


async def test_markdown_blocks_and_buttons_are_shown_together(http: httpx.AsyncClient, bot: AsyncWebClient) -> None:
    stop = {"type": "button", "action_id": "stop", "text": {"type": "plain_text", "text": "Stop"}}
    blocks = [{"type": "markdown", "text": "Reading **12** sources"}, {"type": "actions", "elements": [stop]}]

    await bot.chat_postMessage(channel="C0GENERAL", text="Reading 12 sources", blocks=blocks)

    page = await _shown(http)
    assert "<p>Reading <strong>12</strong> sources</p>" in page
    assert '<button name="action" value="stop">Stop</button>' in page


async def test_a_button_that_is_gone_says_so(http: httpx.AsyncClient, general: dict[str, str]) -> None:
    answer = await http.post("/actions", data={**general, "message": "1.000001", "action": "stop"})

    assert answer.status_code == 400
    assert answer.json()["problem"] == "This button is not there any more."
