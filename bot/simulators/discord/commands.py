"""Registered application commands, judged by the documented limits.

Source: "Application Commands", Discord developer docs.
"""

import re
from collections import Counter
from typing import Annotated, Literal

from pydantic import BaseModel, Field, RootModel, StringConstraints

from bot.simulators.discord.bodies import Choice, checked
from bot.simulators.discord.errors import Mistake, Path, bad_length, invalid, refused
from bot.simulators.discord.ledger import Ledger, Payload
from bot.simulators.discord.world import World

NAME = re.compile(r"^[-_'\w]{1,32}$", re.UNICODE)
MOST = {1: 100, 2: 15, 3: 15}  # commands of each type, globally and again per guild
CHARACTERS = 8000  # names, descriptions and values of one command
CREATES_A_DAY = 200
DAY_SECONDS = 24 * 3600.0
SUBCOMMAND, GROUP = 1, 2

Described = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Option(BaseModel):
    type: Annotated[int, Field(ge=1, le=11)]
    name: str
    description: Described
    required: bool = False
    autocomplete: bool = False
    choices: Annotated[list[Choice], Field(max_length=25)] = []
    options: Annotated[list["Option"], Field(max_length=25)] = []
    min_length: Annotated[int, Field(ge=0, le=6000)] | None = None
    max_length: Annotated[int, Field(ge=1, le=6000)] | None = None
    min_value: int | float | None = None
    max_value: int | float | None = None
    channel_types: list[int] | None = None

    @property
    def characters(self) -> int:
        own = len(self.name) + len(self.description)
        values = sum(len(choice.name) + len(str(choice.value)) for choice in self.choices)
        return own + values + sum(option.characters for option in self.options)


class CommandBody(BaseModel):
    name: str
    type: Literal[1, 2, 3] = 1
    description: Annotated[str, StringConstraints(max_length=100)] = ""
    options: Annotated[list[Option], Field(max_length=25)] = []
    default_member_permissions: str | None = None
    nsfw: bool = False
    integration_types: list[Literal[0, 1]] | None = None
    contexts: list[Literal[0, 1, 2]] | None = None
    dm_permission: bool | None = None

    @property
    def characters(self) -> int:
        return len(self.name) + len(self.description) + sum(option.characters for option in self.options)


class Commands:
    """Global ones under the key None, a guild's own under its id."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self._world = world
        self._ledger = ledger
        self._registered: dict[str | None, dict[str, Payload]] = {None: {}}
        self._created_at: list[float] = []

    def all(self, guild_id: str | None) -> list[Payload]:
        return list(self._registered.get(guild_id, {}).values())

    def get(self, guild_id: str | None, command_id: str) -> Payload:
        """Raises 10063."""
        try:
            return self._registered.get(guild_id, {})[command_id]
        except KeyError:
            raise refused(10063) from None

    def find(self, name: str, kind: int = 1) -> Payload | None:
        """The command a person in the guild gets under this name; the guild's own comes first."""
        offered = [*self.all(self._world.guild.id), *self.all(None)]
        return next((one for one in offered if one["name"] == name and one["type"] == kind), None)

    def overwrite(self, guild_id: str | None, bodies: object) -> list[Payload]:
        """Replace all of them. Those whose name stays keep their id. Raises 50035, 30032, 30034."""
        if not isinstance(bodies, list):
            raise invalid(Mistake((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"))
        commands = [checked_command(body, (index,)) for index, body in enumerate(bodies)]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        _check_count(commands)
        before = {(one["name"], one["type"]): one["id"] for one in self.all(guild_id)}
        self._count_creates(sum((command.name, command.type) not in before for command in commands))
        made = [self._payload(one, guild_id, before.get((one.name, one.type))) for one in commands]
        self._registered[guild_id] = {one["id"]: one for one in made}
        self._ledger.record("commands_registered", guild_id=guild_id, names=[command.name for command in commands])
        return made

    def put(self, guild_id: str | None, body: object) -> Payload:
        """Create one, or replace the one that has this name. Raises 50035, 30032, 30034."""
        command = checked_command(body, ())
        key = (command.name, command.type)
        same = next((one for one in self.all(guild_id) if (one["name"], one["type"]) == key), None)
        if same is None:
            _check_count([command, *(CommandBody.model_validate(one) for one in self.all(guild_id))])
            self._count_creates(1)
        return self._keep(command, guild_id, same["id"] if same else None)

    def change(self, guild_id: str | None, command_id: str, body: object) -> Payload:
        """Replace some fields of one. Raises 10063, 50035."""
        before = self.get(guild_id, command_id)
        changes = checked(RootModel[dict[str, object]], body).root
        return self._keep(checked_command(before | changes, ()), guild_id, command_id)

    def _keep(self, command: CommandBody, guild_id: str | None, command_id: str | None) -> Payload:
        payload = self._payload(command, guild_id, command_id)
        self._registered.setdefault(guild_id, {})[payload["id"]] = payload
        self._ledger.record("commands_registered", guild_id=guild_id, names=[command.name])
        return payload

    def remove(self, guild_id: str | None, command_id: str) -> None:
        self.get(guild_id, command_id)
        del self._registered[guild_id][command_id]

    def _count_creates(self, count: int) -> None:
        now = self._world.clock.now()
        self._created_at = [moment for moment in self._created_at if now - moment < DAY_SECONDS]
        if len(self._created_at) + count > CREATES_A_DAY:
            error = refused(30034)
            error.body |= {"retry_after": DAY_SECONDS, "global": False}
            error.headers["Via"] = "1.1 google"
            raise error
        self._created_at += [now] * count

    def _payload(self, command: CommandBody, guild_id: str | None, command_id: str | None) -> Payload:
        options = [option.model_dump(exclude_unset=True) for option in command.options]
        payload: Payload = {
            "id": command_id or self._world.snowflakes.next(),
            "application_id": self._world.application_id,
            "version": self._world.snowflakes.next(),
            "type": command.type,
            "name": command.name,
            "name_localizations": None,
            "description": command.description,
            "description_localizations": None,
            "default_member_permissions": command.default_member_permissions,
            "nsfw": command.nsfw,
            "options": options,
        }
        if guild_id is not None:
            return payload | {"guild_id": guild_id}
        return payload | {
            "dm_permission": command.contexts is None or 1 in command.contexts,
            "integration_types": command.integration_types or [0],
            "contexts": command.contexts,
        }


def checked_command(body: object, at: Path) -> CommandBody:
    """A command by Discord's rules. Raises 50035 with every mistake at its place."""
    command = checked(CommandBody, body, at=at)
    wrong = _name(command, at)
    if command.type == 1:
        wrong += [] if command.description else [bad_length((*at, "description"), 1, 100)]
        wrong += _options(command.options, (*at, "options"), depth=0)
    elif command.description:
        wrong.append(Mistake((*at, "description"), "APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED", "Must be empty."))
    if command.characters > CHARACTERS:
        wrong.append(Mistake(at, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({CHARACTERS})"))
    if wrong:
        raise invalid(*wrong)
    return command


def _name(command: CommandBody, at: Path) -> list[Mistake]:
    path = (*at, "name")
    if command.type == 1:
        return [] if _is_name(command.name) else [_bad_name(path)]
    return [] if 1 <= len(command.name) <= 32 else [bad_length(path, 1, 32)]


def _is_name(name: str) -> bool:
    return bool(NAME.match(name)) and name == name.lower()


def _bad_name(path: Path) -> Mistake:
    return Mistake(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _options(options: list[Option], at: Path, *, depth: int) -> list[Mistake]:
    wrong: list[Mistake] = []
    optional_seen = False
    names = Counter(option.name for option in options)
    for index, option in enumerate(options):
        path = (*at, index)
        wrong += _option(option, path, depth=depth)
        if option.required and optional_seen:
            sentence = "Required options must be placed before non-required options"
            wrong.append(Mistake(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", sentence))
        optional_seen |= not option.required and option.type not in (SUBCOMMAND, GROUP)
        if names[option.name] > 1:
            wrong.append(Mistake(path, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists"))
    return wrong


def _option(option: Option, at: Path, *, depth: int) -> list[Mistake]:
    wrong = [] if _is_name(option.name) else [_bad_name((*at, "name"))]
    if option.autocomplete and option.choices:
        wrong.append(Mistake((*at, "choices"), "APPLICATION_COMMAND_AUTOCOMPLETE_NO_CHOICES", "Not with autocomplete"))
    nested = option.type in (SUBCOMMAND, GROUP)
    if nested and (depth == 2 or (option.type == GROUP and depth == 1)):
        wrong.append(Mistake((*at, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deeply"))
    return wrong + (_options(option.options, (*at, "options"), depth=depth + 1) if nested else [])


def _check_count(commands: list[CommandBody]) -> None:
    counts = Counter(command.type for command in commands)
    if any(count > MOST[kind] for kind, count in counts.items()):
        raise refused(30032)
    doubled = Counter((command.name, command.type) for command in commands)
    if any(count > 1 for count in doubled.values()):
        sentence = "Application command names must be unique"
        raise invalid(Mistake((), "APPLICATION_COMMANDS_DUPLICATE_NAME", sentence))
