"""What people do with a bot besides writing: commands, buttons, forms, as the data their interactions carry.

Source: "Receiving and Responding" and "Application Commands", Discord developer docs.
"""

from bot.simulators.discord import components, payloads
from bot.simulators.discord.files import Files
from bot.simulators.discord.ledger import Payload
from bot.simulators.discord.message_payloads import MessagePayloads, integration_owners
from bot.simulators.discord.message_rules import FILE_BYTES
from bot.simulators.discord.nouns import EVERYTHING, Interaction, Message, Upload
from bot.simulators.discord.world import World

SUBCOMMAND, GROUP, ATTACHMENT = 1, 2, 11
REFERENCES = {6: "users", 7: "channels", 8: "roles"}  # option types whose value is an id
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
LABEL = 18


class Invocations:
    def __init__(self, world: World, files: Files) -> None:
        self._world = world
        self._files = files
        self._messages = MessagePayloads(world, files)

    def command(
        self,
        command: Payload,
        path: list[str],
        values: Payload,
        files: list[Upload],
        channel_id: str,
        *,
        complete: bool = True,
    ) -> Payload:
        """A slash command's data. Raises ValueError for what the client would not let anybody send."""
        declared, chain = _descend(command, path)
        resolved: Payload = {}
        unfilled = [one["name"] for one in declared if one["type"] == ATTACHMENT and one["name"] not in values]
        given = values | dict(zip(unfilled, files, strict=False))
        _check_names(command["name"], declared, set(given), complete=complete)
        used = [one for one in declared if one["name"] in given]
        options = [self._option(one, given[one["name"]], resolved, channel_id) for one in used]
        for step in reversed(chain):
            options = [step | {"options": options}]
        return _command_data(command, resolved) | {"options": options}

    def message_command(self, command: Payload, message: Message) -> Payload:
        """A message command's data: the message comes whole, whatever the intents."""
        resolved: Payload = {"messages": {message.id: self._messages.message(message, reads_all=True)}}
        return _command_data(command, resolved) | {"target_id": message.id}

    def component(self, message: Message, custom_id: str, values: list[str] | None) -> Payload:
        """A press of a button or a choice in a select. Raises ValueError when there is none to press."""
        part = components.find(message.components, custom_id)
        if part is None or part.get("disabled"):
            raise ValueError(f"message {message.id} has nothing to press with the custom_id {custom_id!r}")
        data: Payload = {"custom_id": custom_id, "component_type": part["type"], "id": part["id"]}
        return data | ({"values": values or []} if part["type"] != components.BUTTON else {})

    def modal(self, modal: Payload, values: dict[str, str]) -> Payload:
        """A form that somebody filled in; what they left out is empty."""
        return {"custom_id": modal["custom_id"], "components": [_filled(part, values) for part in modal["components"]]}

    def payload(self, interaction: Interaction) -> Payload:
        """INTERACTION_CREATE."""
        channel = self._world.channel(interaction.channel_id)
        payload: Payload = {
            "id": interaction.id,
            "application_id": self._world.application_id,
            "type": interaction.type,
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": channel.id,
            "channel": payloads.interaction_channel(channel, self._world),
            "locale": payloads.LOCALE,
            "app_permissions": str(int(self._world.bot_permissions(channel))),
            "entitlements": [],
            "authorizing_integration_owners": integration_owners(interaction, self._world),
            "context": 0 if channel.guild_id else 1,
            "attachment_size_limit": FILE_BYTES,
        }
        if interaction.source_message_id and interaction.type != COMMAND:
            message = self._world.message(channel.id, interaction.source_message_id)
            payload["message"] = self._messages.message(message, reads_all=True)
        return payload | self._person(interaction, channel.guild_id)

    def _person(self, interaction: Interaction, guild_id: str | None) -> Payload:
        person = self._world.users[interaction.user_id]
        if guild_id is None:
            return {"user": payloads.user(person)}
        member = payloads.full_member(person) | {"permissions": str(int(EVERYTHING))}
        guild: Payload = {"id": guild_id, "locale": payloads.LOCALE, "features": []}
        return {"guild_id": guild_id, "guild": guild, "guild_locale": payloads.LOCALE, "member": member}

    def _option(self, declared: Payload, value: object, resolved: Payload, channel_id: str) -> Payload:
        if isinstance(value, Upload):
            attachment = self._files.add(value, channel_id, ephemeral=True)
            resolved.setdefault("attachments", {})[attachment.id] = self._messages.attachment(attachment)
            value = attachment.id
        if declared["type"] in REFERENCES:
            kind = REFERENCES[declared["type"]]
            resolved.setdefault(kind, {})[str(value)] = self._referenced(kind, str(value))
        _check_value(declared, value)
        return {"name": declared["name"], "type": declared["type"], "value": value}

    def _referenced(self, kind: str, identity: str) -> Payload:
        match kind:
            case "users":
                return payloads.user(self._world.user(identity))
            case "channels":
                return payloads.interaction_channel(self._world.channel(identity), self._world)
            case _:
                return payloads.role(self._world.guild.roles[identity])


def focused(data: Payload, name: str) -> Payload:
    """A command that is still being typed, at this option."""
    options = [one | ({"focused": True} if one["name"] == name else {}) for one in data["options"]]
    return data | {"options": options}


def _descend(command: Payload, path: list[str]) -> tuple[list[Payload], list[Payload]]:
    """The options at the end of a path of subcommands, and the steps that lead there."""
    declared: list[Payload] = command.get("options") or []
    chain: list[Payload] = []
    for name in path:
        step = next((one for one in declared if one["name"] == name and one["type"] in (SUBCOMMAND, GROUP)), None)
        if step is None:
            raise ValueError(f"/{command['name']} has no subcommand {name!r}")
        chain.append({"name": name, "type": step["type"]})
        declared = step.get("options") or []
    return declared, chain


def _command_data(command: Payload, resolved: Payload) -> Payload:
    data: Payload = {"id": command["id"], "name": command["name"], "type": command["type"]}
    data |= {"guild_id": command["guild_id"]} if "guild_id" in command else {}
    return data | ({"resolved": resolved} if resolved else {})


def _check_names(command: str, declared: list[Payload], given: set[str], *, complete: bool) -> None:
    missing = {one["name"] for one in declared if one.get("required") and complete} - given
    unknown = given - {one["name"] for one in declared}
    if missing or unknown:
        raise ValueError(f"/{command} lacks {sorted(missing)} and does not take {sorted(unknown)}")


def _check_value(declared: Payload, value: object) -> None:
    """What the client checks while a person types."""
    choices: list[Payload] = declared.get("choices") or []
    offered = [choice["value"] for choice in choices]
    if offered and value not in offered:
        raise ValueError(f"option {declared['name']!r} offers {offered}")
    if isinstance(value, str) and len(value) > (declared.get("max_length") or 6000):
        raise ValueError(f"option {declared['name']!r} takes no such long text")


def _filled(part: Payload, values: dict[str, str]) -> Payload:
    if part["type"] == LABEL:
        return {"type": LABEL, "component": _field(part["component"], values)}
    return {"type": part["type"], "components": [_field(inner, values) for inner in part.get("components", [])]}


def _field(part: Payload, values: dict[str, str]) -> Payload:
    value = values.get(part["custom_id"], "")
    given: Payload = {"value": value} if part["type"] == components.TEXT_INPUT else {"values": [value]}
    return {"type": part["type"], "custom_id": part["custom_id"], **given}
