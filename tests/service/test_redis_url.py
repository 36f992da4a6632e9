"""`REDIS_URL`: how it is read, and TLS with the certificates that providers have, in processes of their own."""

import asyncio
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.service.redis_url import read_redis_url
from bot.simulators.gemini import GeminiSimulator
from bot.simulators.slack import SlackSimulator
from bot.state.store import connect
from tests.contract.on_slack import SlackPlatform
from tests.service.certificates import identity, tls_in_front_of
from tests.service.processes import parley, url_in

HEROKU = "rediss://:p%40ss@ec2-10-1-2-3.compute-1.amazonaws.com:9999"


@pytest.mark.parametrize("url", ["redis://host", "unix:///run/redis.sock?db=1", "rediss://:p%40ss@host:1/2"])
def test_a_plain_one_stays_as_it_is(url: str) -> None:
    assert read_redis_url(url) == url


@pytest.mark.parametrize("written", ["none", "None", "CERT_NONE"])
def test_other_clients_words_for_no_verification_are_understood(written: str) -> None:
    assert read_redis_url(f"rediss://host?ssl_cert_reqs={written}") == "rediss://host?ssl_cert_reqs=none"


@pytest.mark.parametrize(
    ("url", "fix"),
    [
        ("http://:canary@host", "must begin with redis://, rediss://, unix://"),
        ("redis://:canary#x@host", "percent-encode special characters of the password"),
        ("redis://:canary@host?ssl=true", "an option after the ? that is not known"),
        ("rediss://:canary@host?ssl_cert_reqs=maybe", "none, optional, required"),
        ("rediss://:canary@host?ssl_ca_certs=/canary/ca.pem", "names a file in ssl_ca_certs that is not there"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(url: str, fix: str) -> None:
    with pytest.raises(ValueError, match=re.escape(fix)) as caught:
        read_redis_url(url)

    assert "canary" not in str(caught.value)


def test_herokus_own_redis_is_not_verified_and_any_other_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DYNO", raising=False)
    elsewhere = read_redis_url(HEROKU)

    monkeypatch.setenv("DYNO", "web.1")

    assert elsewhere == HEROKU
    assert read_redis_url(HEROKU) == f"{HEROKU}?ssl_cert_reqs=none"
    assert read_redis_url(f"{HEROKU}?ssl_cert_reqs=required") == f"{HEROKU}?ssl_cert_reqs=required"
    assert read_redis_url("rediss://a-store.upstash.test") == "rediss://a-store.upstash.test"
    assert read_redis_url("redis://10.0.0.1") == "redis://10.0.0.1"


@pytest.mark.parametrize("trust", ["not verified", "on Heroku", "own authority"])
async def test_a_mention_is_answered_over_tls(tmp_path: Path, redis_url: str, trust: str) -> None:
    """By one process that receives, stores, wakes and answers: our own client of Redis, and the engine's."""
    authority = identity("authority")
    server = identity("server", issuer=authority) if trust == "own authority" else identity("server")
    options = {"not verified": "?ssl_cert_reqs=none", "on Heroku": ""}.get(
        trust, f"?ssl_ca_certs={quote(str(authority.save(tmp_path)))}"
    )
    gemini = GeminiSimulator()
    async with (
        tls_in_front_of(redis_url, server.save(tmp_path)) as port,
        gemini.serve() as gemini_url,
        SlackSimulator().serve() as slack,
    ):
        gemini.answers("Paris.")
        variables = {
            "GEMINI_API_KEY": "simulated",
            "GOOGLE_GEMINI_BASE_URL": gemini_url,
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": slack.api_url,
            "REDIS_URL": f"rediss://127.0.0.1:{port}{options}",
            "HOST": "127.0.0.1",
            "PORT": "0",
        } | ({"DYNO": "web.1"} if trust == "on Heroku" else {})
        async with parley("run", folder=tmp_path, **variables) as process:
            slack.subscribe(f"{await url_in(process)}/slack/events")
            people = SlackPlatform(slack)
            await people.replied(await people.mention("Which city is it?"), "Paris.")


@pytest.mark.parametrize("command", [["web"], ["worker"], ["discord"], ["run"], ["explain", "P-7F3K2"]])
async def test_a_self_signed_certificate_is_refused_with_the_fix(
    tmp_path: Path, redis_url: str, command: list[str]
) -> None:
    server = identity("server").save(tmp_path)
    async with (
        tls_in_front_of(redis_url, server) as port,
        parley(*command, folder=tmp_path, **credentials(f"rediss://:canary@127.0.0.1:{port}")) as process,
    ):
        stdout, stderr = await asyncio.wait_for(process.communicate(), 15)

    assert process.returncode == 2
    said = stderr.decode()
    assert len(said.splitlines()) == 1
    for words in ("self-signed certificate", "?ssl_cert_reqs=none", "?ssl_ca_certs=FILE"):
        assert words in said
    assert b"canary" not in stdout + stderr


async def test_a_certificate_for_somewhere_else_is_refused(tmp_path: Path, redis_url: str) -> None:
    authority = identity("authority")
    server = identity("server", issuer=authority, address="127.0.0.9").save(tmp_path)
    async with tls_in_front_of(redis_url, server) as port:
        trusted = f"rediss://127.0.0.1:{port}?ssl_ca_certs={quote(str(authority.save(tmp_path)))}"
        async with parley("web", folder=tmp_path, **credentials(trusted)) as process:
            _, stderr = await asyncio.wait_for(process.communicate(), 15)

    assert process.returncode == 2
    assert "certificate is not valid for '127.0.0.1'" in stderr.decode()


async def test_a_refused_password_is_said_plainly(tmp_path: Path, redis_url: str) -> None:
    async with connect(redis_url) as redis:
        await redis.config_set("requirepass", "another")
        try:
            async with parley("web", folder=tmp_path, **credentials(redis_url)) as process:
                _, stderr = await asyncio.wait_for(process.communicate(), 15)
        finally:
            await redis.config_set("requirepass", "")

    assert process.returncode == 2
    assert stderr.decode() == "REDIS_URL: the server refuses this user name or password.\n"


def credentials(redis_url: str) -> dict[str, str]:
    return {
        "GEMINI_API_KEY": "k",
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "s",
        "DISCORD_TOKEN": "t",
        "DISCORD_API_URL": "http://127.0.0.1:1/api/v10",
        "REDIS_URL": redis_url,
        "HOST": "127.0.0.1",
        "PORT": "0",
    }
