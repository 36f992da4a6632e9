"""What must never be in the logs, however the day goes."""

import asyncio
import signal
from pathlib import Path

import pytest

from bot.simulators.gemini import GeminiSimulator
from bot.simulators.gemini.script import Cut, Dropped, HttpError
from bot.simulators.slack import Refusal, SlackSimulator
from tests.contract.on_slack import SlackPlatform
from tests.service.processes import parley, url_in

TEXT, ANSWER, KEY, TOKEN = "canary-question", "canary-answer", "canary-key", "xoxb-canary-token"
SIGNING_SECRET = "canary-signing-secret"


@pytest.mark.parametrize("style", ["json", "console"])
async def test_no_text_and_no_secret_is_logged(tmp_path: Path, redis_url: str, style: str) -> None:
    gemini = GeminiSimulator()
    async with gemini.serve() as url, SlackSimulator(token=TOKEN, signing_secret=SIGNING_SECRET).serve() as slack:
        gemini.answers(ANSWER)
        gemini.fails(HttpError(status=401, message=TEXT))
        gemini.fails(Dropped())
        gemini.fails(Cut(after_events=0))
        slack.fails("chat.update", Refusal(error="not_in_channel"))
        variables = {
            "GEMINI_API_KEY": KEY,
            "GOOGLE_GEMINI_BASE_URL": url,
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": slack.api_url,
            "REDIS_URL": redis_url,
            "HOST": "127.0.0.1",
            "PORT": "0",
            "PARLEY_LOG": style,
        }
        async with parley("run", folder=tmp_path, **variables) as process:
            slack.subscribe(f"{await url_in(process)}/slack/events")
            people = SlackPlatform(slack)
            mentions = [await people.mention(TEXT, place=number) for number in range(5)]
            for mention in mentions:
                await people.replied(mention, "")
            process.send_signal(signal.SIGTERM)
            stdout, stderr = await asyncio.wait_for(process.communicate(), 20)

    logged = (stdout + stderr).decode()
    assert "turn_failed" in logged
    for secret in (TEXT, ANSWER, KEY, TOKEN, SIGNING_SECRET):
        assert secret not in logged
