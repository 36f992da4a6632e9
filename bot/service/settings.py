"""Every environment variable the service reads, and what is wrong with them, in plain words.

Names are the platforms' own. Empty means unset. `.env` in the working directory is read; real variables win.
"""

import os
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.interactions.wire import JsonObject, parse_object
from bot.research.scheduling.moments import is_zone
from bot.service.redis_url import read_redis_url

Edition = Literal["steps", "outputs"]
PLACES_THAT_FORGET = ("DYNO", "RENDER", "RAILWAY_ENVIRONMENT", "FLY_APP_NAME", "K_SERVICE")  # their disk is emptied


class Invalid(Exception):
    """The settings cannot be used; one sentence with its fix for each mistake."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must begin with https:// (or http:// for a server on this machine)")
    return value


def _api_url(value: str) -> str:
    return f"{_url(value).rstrip('/')}/"


def _redis_url(value: SecretStr) -> SecretStr:
    return SecretStr(read_redis_url(value.get_secret_value()))


def _time_zone(value: str) -> str:
    if not is_zone(value):
        raise ValueError("must be the name of a time zone, such as Europe/Berlin")
    return value


def _environment_of_agents(value: str) -> str:
    if value.startswith("{"):
        try:
            parse_object(value.encode())
        except ValueError:
            raise ValueError("must be `remote`, the id of an environment, `none`, or a JSON object") from None
    return value


def _bot_token(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith("xoxb-"):
        raise ValueError(
            "must be the Bot User OAuth Token, which begins with xoxb-; see OAuth & Permissions of the app"
        )
    return value


def _data_folder() -> Path:
    match sys.platform:
        case "darwin":
            return Path.home() / "Library" / "Application Support" / "parley"
        case _:
            return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "parley"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        frozen=True, hide_input_in_errors=True, env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    gemini_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        description="Key for the Interactions API.",
    )
    gemini_base_url: Annotated[str, AfterValidator(_url)] = Field(
        default="https://generativelanguage.googleapis.com",
        alias="GOOGLE_GEMINI_BASE_URL",
        description="Where the API is.",
    )
    edition: Edition = Field(
        default="steps",
        alias="PARLEY_API_EDITION",
        description="The edition we send: `steps` is served today, `outputs` was before. Both are understood.",
    )
    api_version: Literal["v1", "v1beta", "beta"] | None = Field(
        default=None,
        alias="GOOGLE_GENAI_API_VERSION",
        description="Its path version; `v1` if unset, `v1beta` with the edition `outputs`.",
    )
    model: str = Field(default="gemini-flash-latest", alias="PARLEY_MODEL", description="The model that answers.")
    agent: str = Field(
        default="deep-research-preview-04-2026", alias="PARLEY_AGENT", description="The agent that does research."
    )
    environment: Annotated[str, AfterValidator(_environment_of_agents)] = Field(
        default="remote",
        alias="PARLEY_ENVIRONMENT",
        description="Where managed agents work: `remote`, a new sandbox for each thread, if unset; the id of one for "
        "all threads; its settings as JSON; `none`.",
    )
    consent: bool = Field(
        default=True,
        alias="PARLEY_RESEARCH_CONSENT",
        description="Somebody approves the plan of a research before it starts; `false`: it starts at once.",
    )
    approvers: Literal["asker", "anyone"] = Field(
        default="asker", alias="PARLEY_RESEARCH_APPROVERS", description="Who may: `asker`, or `anyone` in the thread."
    )
    tasks_of_person: int = Field(
        default=2,
        ge=1,
        alias="PARLEY_RESEARCH_PER_PERSON",
        description="How many run, or are planned, at once for one person; 2.",
    )
    tasks_of_team: int = Field(
        default=10, ge=1, alias="PARLEY_RESEARCH_PER_TEAM", description="And for one workspace or server; 10."
    )
    time_zone: Annotated[str, AfterValidator(_time_zone)] = Field(
        default="UTC",
        alias="PARLEY_TIME_ZONE",
        description="Of the times that people name; UTC if unset.",
    )
    retention_days: int = Field(
        default=55,
        ge=1,
        le=55,
        alias="PARLEY_RETENTION_DAYS",
        description="How long the API keeps interactions: 55 days paid, 1 free.",
    )
    store: bool = Field(
        default=True,
        alias="PARLEY_STORE",
        description="`false`: the API keeps nothing; the whole history is sent each time.",
    )
    slack_bot_token: Annotated[SecretStr, AfterValidator(_bot_token)] | None = Field(
        default=None, alias="SLACK_BOT_TOKEN", description="Token of the Slack app's bot, xoxb-…"
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None, alias="SLACK_SIGNING_SECRET", description="Proves that events are Slack's."
    )
    slack_api_url: Annotated[str, AfterValidator(_api_url)] = Field(
        default="https://slack.com/api/", alias="SLACK_API_URL", description="Base of Slack's Web API."
    )
    discord_token: SecretStr | None = Field(
        default=None, alias="DISCORD_TOKEN", description="Token of the Discord bot."
    )
    discord_api_url: Annotated[str, AfterValidator(_url)] | None = Field(
        default=None,
        alias="DISCORD_API_URL",
        description="Base of Discord's REST API, with its version; the public one if unset.",
    )
    public_url: Annotated[str, AfterValidator(_api_url)] | None = Field(
        default=None,
        alias="PARLEY_PUBLIC_URL",
        description="Our own address; with it the API tells at once when a long task has ended.",
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        alias="GEMINI_WEBHOOK_SECRET",
        description="Secret of a webhook registered for the project.",
    )
    redis_url: Annotated[SecretStr, AfterValidator(_redis_url)] | None = Field(
        default=None,
        alias="REDIS_URL",
        description="Redis or Valkey; `rediss://` for TLS. Without it, `demo` and `run` start their own.",
    )
    data: Path = Field(
        default_factory=_data_folder, alias="PARLEY_DATA", description="Folder of that own Valkey's data."
    )
    port: int | None = Field(default=None, ge=0, le=65535, alias="PORT", description="Where to listen; 8000 if unset.")
    host: str | None = Field(
        default=None, alias="HOST", description="127.0.0.1 if unset, or 0.0.0.0 once `PORT` is set."
    )
    log: Literal["json", "console"] | None = Field(
        default=None, alias="PARLEY_LOG", description="`json` or `console`; by terminal if unset."
    )

    @property
    def api_path(self) -> str:
        """The version as it stands in the path; the official SDK calls one of them `beta`."""
        if self.api_version is None:
            return "v1beta" if self.edition == "outputs" else "v1"
        return "v1beta" if self.api_version == "beta" else self.api_version

    @property
    def sandbox(self) -> str | JsonObject | None:
        """The environment as the API takes it."""
        if self.environment.startswith("{"):
            return parse_object(self.environment.encode())
        return None if self.environment == "none" else self.environment

    @property
    def webhook_url(self) -> str | None:
        return None if self.public_url is None else f"{self.public_url}gemini/webhooks"

    @property
    def listen(self) -> tuple[str, int]:
        """Host and port. Loopback unless a PaaS, or somebody, says where to listen."""
        return self.host or ("127.0.0.1" if self.port is None else "0.0.0.0"), 8000 if self.port is None else self.port  # noqa: S104

    @property
    def disk_forgets(self) -> bool:
        """Runs where the disk is known to be emptied with each restart."""
        return any(os.environ.get(name) for name in PLACES_THAT_FORGET)


def load(*, needs: tuple[str, ...] = ()) -> Settings:
    """The settings, with at least the variables of `needs` set. Raises Invalid with every mistake at once."""
    environment = _environment()
    mistakes = [*_missing(environment, needs), *_unknown(environment)]
    try:
        settings = Settings()
    except ValidationError as error:
        raise Invalid([*mistakes, *_invalid(error)]) from None
    if mistakes:
        raise Invalid(mistakes)
    return settings


def is_set(name: str) -> bool:
    return name in _environment()


def variables() -> dict[str, str]:
    """Every variable, and what it is for."""
    return {name: field.description or "" for field in Settings.model_fields.values() for name in _names(field)}


def _names(field: FieldInfo) -> list[str]:
    if isinstance(field.validation_alias, AliasChoices):
        return [str(choice) for choice in field.validation_alias.choices]
    return [str(field.validation_alias)]


def _environment() -> dict[str, str]:
    return {name: value for name, value in {**dotenv_values(".env"), **os.environ}.items() if value}


def _missing(environment: dict[str, str], needs: tuple[str, ...]) -> list[str]:
    meanings = variables()
    alternatives = {name: _names(field) for field in Settings.model_fields.values() for name in _names(field)}
    return [
        f"{name} is missing: {meanings[name]} Set it in the environment or in a file .env here."
        for name in needs
        if not any(alternative in environment for alternative in alternatives[name])
    ]


def _unknown(environment: dict[str, str]) -> list[str]:
    known = variables()
    mistakes: list[str] = []
    for name in environment:
        if name.startswith("PARLEY_") and name not in known:
            near = get_close_matches(name, known, n=1)
            mistakes.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "; remove it."))
    return mistakes


def _invalid(error: ValidationError) -> list[str]:
    return [
        f"{detail['loc'][0]} {detail['msg'].removeprefix('Value error, ').removeprefix('Input ').rstrip('.')}."
        for detail in error.errors(include_url=False, include_input=False)
    ]
