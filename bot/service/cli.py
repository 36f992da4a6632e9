"""The `parley` command: one function for each way to start, and one way to say what is wrong."""

import asyncio
import sys
from collections.abc import Coroutine, Iterator
from typing import Annotated

import typer
import uvloop

from bot.service import log
from bot.service.settings import Edition, Invalid, Settings, is_set, load
from bot.state.embedded import StoreUnusable

GEMINI = ("GEMINI_API_KEY",)
SLACK = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")
DISCORD = ("DISCORD_TOKEN",)
STORE = ("REDIS_URL",)

cli = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def main() -> None:
    """Run the command line. What a person can mend is said in a sentence on stderr, with exit code 2."""
    mendable = False
    try:
        cli()
    except* (Invalid, StoreUnusable, OSError) as errors:
        mendable = True
        for sentence in dict.fromkeys(str(error) for error in _single(errors)):
            sys.stderr.write(f"{sentence}\n")
    if mendable:
        raise SystemExit(2)


def _single(errors: BaseExceptionGroup[Exception]) -> Iterator[Exception]:
    for error in errors.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _single(error)
        else:
            yield error


@cli.callback()
def parley() -> None:
    """Gemini models and agents where your team already talks."""


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the page is.")] = 8000,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
) -> None:
    """Try it: everything in one process, on simulators, with a page to talk to it. Needs no account."""
    from bot.service.demo import run_demo  # noqa: PLC0415 (production imports no simulator)

    settings = _settings(quiet=True)  # the one address it prints is the page's
    _run(run_demo(settings, port=port, open_browser=open_browser))


@cli.command()
def run(
    ephemeral: Annotated[bool, typer.Option("--ephemeral", help="Accept that a restart forgets everything.")] = False,
) -> None:
    """Everything in one process: every platform that has credentials, web and worker."""
    from bot.service.app import run_all  # noqa: PLC0415 (the other commands start faster without)

    settings = _settings(*GEMINI, *_platforms())
    if settings.redis_url is None and settings.disk_forgets and not ephemeral:
        raise Invalid(
            ["This place empties its disk with each restart: set REDIS_URL, or accept the loss with --ephemeral."]
        )
    _run(run_all(settings))


@cli.command()
def web() -> None:
    """HTTP: Slack's events, buttons and commands; health."""
    from bot.service.app import run_web  # noqa: PLC0415

    _run(run_web(_settings(*(name for name in _platforms() if name in SLACK), *STORE)))


@cli.command()
def worker() -> None:
    """Answers what the other processes have received. Start as many as you like."""
    from bot.service.app import run_worker  # noqa: PLC0415

    _run(run_worker(_settings(*GEMINI, *_platforms(), *STORE)))


@cli.command()
def discord() -> None:
    """Discord's gateway. One is connected; a second one waits until the first has gone."""
    from bot.service.app import run_discord  # noqa: PLC0415

    _run(run_discord(_settings(*DISCORD, *STORE)))


@cli.command()
def explain(
    reference: Annotated[str, typer.Argument(metavar="REF", help="What people were shown, such as P-7F3K2.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """The life of one turn, task or schedule, without anything that people wrote."""
    from bot.service.explain import run_explain  # noqa: PLC0415

    _run(run_explain(_settings(quiet=True), reference, as_json=as_json))


@cli.command()
def tasks(
    with_schedules: Annotated[bool, typer.Option("--schedules", help="What is scheduled, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """All long tasks under way, of all teams; without anything that people wrote."""
    from bot.service.tasks import run_tasks  # noqa: PLC0415

    _run(run_tasks(_settings(quiet=True), with_schedules=with_schedules, as_json=as_json))


@cli.command()
def emulator(
    port: Annotated[int, typer.Option(help="Where to listen; 0 takes a free port.")] = 8001,
    delay: Annotated[float, typer.Option(min=0, help="Seconds between two tokens.")] = 0.02,
    edition: Annotated[
        Edition | None, typer.Option(help="Spoken with callers who do not say which; PARLEY_API_EDITION if unset.")
    ] = None,
) -> None:
    """The simulator of the Interactions API alone."""
    from bot.service.demo import run_emulator  # noqa: PLC0415

    settings = _settings()
    _run(run_emulator(port=port, delay_seconds=delay, edition=edition or settings.edition))


def _platforms() -> tuple[str, ...]:
    """What the platforms that somebody has begun to set up need; Slack's where nobody has."""
    begun = [needs for needs in (SLACK, DISCORD) if any(is_set(name) for name in needs)]
    return tuple(name for needs in begun or [SLACK] for name in needs)


def _settings(*needs: str, quiet: bool = False) -> Settings:
    settings = load(needs=needs)
    log.configure(settings.log, quiet=quiet)
    return settings


def _run(main: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)
