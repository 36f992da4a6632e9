"""The command line as a person meets it, in processes of its own."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest

from tests.service.processes import parley, url_in


async def answers(url: str) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.get(url)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["web"], ["SLACK_BOT_TOKEN is missing", "SLACK_SIGNING_SECRET is missing", "REDIS_URL is missing"]),
        (["worker"], ["GEMINI_API_KEY is missing", "SLACK_BOT_TOKEN is missing", "REDIS_URL is missing"]),
        (["run"], ["GEMINI_API_KEY is missing", "SLACK_BOT_TOKEN is missing"]),
        (["nonsense"], ["No such command 'nonsense'"]),
        (["demo", "--port", "x"], ["should be a valid integer"]),
    ],
)
async def test_what_is_missing_is_said_plainly(tmp_path: Path, arguments: list[str], said: list[str]) -> None:
    async with parley(*arguments, folder=tmp_path) as process:
        _, stderr = await process.communicate()

    assert process.returncode == 2
    assert b"Traceback" not in stderr
    for words in said:
        assert words in stderr.decode()


async def test_run_refuses_a_store_on_a_disk_that_forgets(tmp_path: Path) -> None:
    credentials = {"GEMINI_API_KEY": "k", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}

    async with parley("run", folder=tmp_path, DYNO="web.1", **credentials) as process:
        _, stderr = await process.communicate()

    assert process.returncode == 2
    assert b"set REDIS_URL" in stderr


async def test_a_port_that_is_taken_is_said_plainly(tmp_path: Path) -> None:
    async with parley("emulator", "--port", "0", folder=tmp_path) as first:
        port = (await url_in(first)).rpartition(":")[2]

        async with parley("emulator", "--port", port, folder=tmp_path) as second:
            _, stderr = await second.communicate()

    assert second.returncode == 2
    assert b"Traceback" not in stderr
    assert b"in use" in stderr


async def test_the_emulator_answers_alone(tmp_path: Path) -> None:
    async with parley("emulator", "--port", "0", "--delay", "0", folder=tmp_path) as process:
        url = await url_in(process)
        async with httpx.AsyncClient(headers={"x-goog-api-key": "k"}) as http:
            answer = await http.post(f"{url}/v1/interactions", json={"model": "m", "input": "what is 6*7"})

        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 10)

    assert answer.json()["status"] == "completed"
    assert process.returncode == 0


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
async def test_run_starts_with_nothing_but_credentials_and_stops_cleanly(tmp_path: Path, stop: signal.Signals) -> None:
    credentials = {"GEMINI_API_KEY": "k", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}
    async with parley(
        "run", folder=tmp_path, PARLEY_DATA=str(tmp_path / "data"), PORT="0", HOST="127.0.0.1", **credentials
    ) as process:
        url = await url_in(process)
        assert (await answers(f"{url}/healthz")).status_code == 200
        async with asyncio.timeout(5):
            while (ready := await answers(f"{url}/readyz")).status_code != 200:
                await asyncio.sleep(0.05)
        assert ready.json() == {"store": "ok", "worker": "ok", "api": "ok", "slack": "ok", "discord": "not set up"}

        process.send_signal(stop)
        stdout, stderr = await asyncio.wait_for(process.communicate(), 10)

    assert process.returncode == 0
    assert b"Traceback" not in stdout + stderr
