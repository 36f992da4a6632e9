"""The reference of the turn benchmark: a bare Bolt app that answers a mention with the same calls and no more.

It keeps nothing, so it loses what it was doing when it ends; that is what the rest of Parley is for.
"""

import asyncio
import json
import os

import aiohttp
import uvicorn
import uvloop
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


def text_of(line: bytes) -> str:
    if not line.startswith(b"data: {"):
        return ""
    event = json.loads(line[6:])
    return event["delta"]["text"] if event.get("delta", {}).get("type") == "text" else ""


async def main() -> None:
    async with aiohttp.ClientSession() as slack_session, aiohttp.ClientSession() as gemini:
        client = AsyncWebClient(
            token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"], session=slack_session
        )
        app = AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])

        @app.event("app_mention")
        async def answer(event: dict[str, str]) -> None:  # pyright: ignore[reportUnusedFunction]
            channel, ts = event["channel"], event["ts"]
            await client.assistant_threads_setStatus(channel_id=channel, thread_ts=ts, status="is thinking…")
            body = {"model": "gemini-flash-latest", "input": event["text"], "stream": True}
            url = f"{os.environ['GOOGLE_GEMINI_BASE_URL']}/v1/interactions"
            async with gemini.post(url, json=body, headers={"x-goog-api-key": "simulated"}) as response:
                text = "".join([text_of(line) async for line in response.content])
            await client.chat_postMessage(channel=channel, thread_ts=ts, markdown_text=text)

        @app.event("message")
        async def ignore() -> None:  # pyright: ignore[reportUnusedFunction]
            pass

        config = uvicorn.Config(
            AsyncSlackRequestHandler(app), port=int(os.environ["PORT"]), access_log=False, log_level="error"
        )
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
