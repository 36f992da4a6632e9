"""Interactions from the press of a key to the last follow-up: three seconds to answer, fifteen minutes to go on.

Source: "Receiving and Responding", Discord developer docs.
"""

import asyncio
import hmac

from bot.simulators.discord import message_rules
from bot.simulators.discord.bodies import (
    AllowedMentions,
    CallbackBody,
    ChoicesBody,
    EditBody,
    MessageBody,
    ModalBody,
    checked,
)
from bot.simulators.discord.drafts import change_of, draft_of
from bot.simulators.discord.errors import Mistake, invalid, refused
from bot.simulators.discord.gateway import Gateway
from bot.simulators.discord.invocations import AUTOCOMPLETE, COMMAND, COMPONENT, Invocations
from bot.simulators.discord.ledger import Ledger, Payload
from bot.simulators.discord.nouns import Interaction, InteractionState, Message, MessageFlag, MessageType, Upload
from bot.simulators.discord.posting import Draft, Posting
from bot.simulators.discord.world import World

ANSWER_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0
FOLLOWUPS_OF_USER_INSTALLS = 5
PONG, MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
FITTING = {  # kinds of answer to each kind of interaction
    2: (MESSAGE, DEFER, MODAL),
    3: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE, MODAL),
    4: (CHOICES,),
    5: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE),
}
ONLY_USERS = AllowedMentions(parse=["users"])  # what answers may mention unless they say otherwise


class Interactions:
    def __init__(
        self, world: World, invocations: Invocations, posting: Posting, gateway: Gateway, ledger: Ledger
    ) -> None:
        self._world = world
        self._invocations = invocations
        self._posting = posting
        self._gateway = gateway
        self._ledger = ledger
        self._deadlines: dict[str, asyncio.TimerHandle] = {}

    def start(
        self,
        kind: int,
        data: Payload,
        *,
        channel_id: str,
        user_id: str,
        name: str,
        source_message_id: str | None = None,
        user_installed: bool = False,
    ) -> Interaction:
        """Tell the bot over the gateway. Nobody else hears of it, whatever the intents."""
        interaction_id = self._world.snowflakes.next()
        interaction = Interaction(
            interaction_id,
            f"{interaction_id}-{self._world.new_token()}",
            kind,
            channel_id,
            user_id,
            self._world.clock.now(),
            data,
            name=name,
            source_message_id=source_message_id,
            user_installed=user_installed,
        )
        self._world.keep_interaction(interaction)
        self._ledger.record("interaction", **_facts(interaction))
        payload = self._invocations.payload(interaction)
        guild_id = self._world.channel(channel_id).guild_id
        self._gateway.dispatch("INTERACTION_CREATE", lambda _: payload, guild_id=guild_id)
        self._expect_answer(interaction)
        return interaction

    def find(self, token: str) -> Interaction:
        """The interaction a webhook call speaks for. Raises 50027 when there is none or its time is over."""
        interaction = self._world.interactions.get(token.partition("-")[0])
        if interaction is None or not hmac.compare_digest(interaction.token.encode(), token.encode()):
            raise refused(50027)
        if self._world.clock.now() - interaction.created_at > TOKEN_SECONDS:
            raise refused(50027)
        if interaction.state in ("waiting", "failed"):
            raise refused(10015)
        return interaction

    def answer(self, interaction_id: str, token: str, body: CallbackBody, uploads: list[Upload]) -> Interaction:
        """The first response. Raises 10062 when it is late, 40060 when it is the second."""
        interaction = self._world.interaction(interaction_id)
        if not hmac.compare_digest(interaction.token.encode(), token.encode()):
            raise refused(10062)
        self._check_in_time(interaction)
        if body.type not in FITTING[interaction.type]:
            raise invalid(Mistake(("type",), "INTERACTION_APPLICATION_COMMAND_CALLBACK_INVALID_TYPE", "Not for this."))
        state = self._respond(interaction, body, uploads)
        self._settle(interaction, state)
        self._ledger.record(
            "interaction_answered",
            interaction_id=interaction.id,
            type=body.type,
            after_seconds=round(self._world.clock.now() - interaction.created_at, 3),
            message_id=interaction.original_id,
        )
        return interaction

    def message(self, interaction: Interaction, message_id: str) -> Message:
        """One of its messages; `@original` is the first answer. Raises 10008."""
        wanted = interaction.original_id if message_id == "@original" else message_id
        if wanted is None or wanted not in (interaction.original_id, *interaction.followup_ids):
            raise refused(10008)
        return self._world.message(interaction.channel_id, wanted)

    def edit(self, interaction: Interaction, message: Message, body: EditBody, uploads: list[Upload]) -> Message:
        self._posting.edit(message, change_of(message, body, uploads, default=ONLY_USERS))
        if message.id == interaction.original_id:
            self._settle(interaction, "answered")
        return message

    def follow_up(self, interaction: Interaction, body: MessageBody, uploads: list[Upload]) -> Message:
        """A further message. The first one after a deferral fills in the deferred answer. Raises 40094."""
        original = self._original(interaction)
        if original is not None and MessageFlag.LOADING in original.flags:
            return self.edit(interaction, original, body, uploads)
        if interaction.user_installed and len(interaction.followup_ids) >= FOLLOWUPS_OF_USER_INSTALLS:
            raise refused(40094)
        message = self._post(interaction, body, uploads, first=False)
        interaction.followup_ids.append(message.id)
        return message

    def close(self) -> None:
        for deadline in self._deadlines.values():
            deadline.cancel()
        self._deadlines.clear()

    def _respond(self, interaction: Interaction, body: CallbackBody, uploads: list[Upload]) -> InteractionState:
        data = body.data or {}
        match body.type:
            case 4:
                interaction.original_id = self._first(interaction, data, uploads).id
            case 5:
                interaction.original_id = self._loading(interaction, data).id
                return "deferred"
            case 6 | 7:
                self._update_source(interaction, data if body.type == UPDATE else None, uploads)
            case 8:
                interaction.choices = checked(ChoicesBody, data, at=("data",)).model_dump()["choices"]
            case _:
                interaction.modal = checked(ModalBody, data, at=("data",)).model_dump()
        return "answered"

    def _first(self, interaction: Interaction, data: Payload, uploads: list[Upload]) -> Message:
        return self._post(interaction, checked(MessageBody, data, at=("data",)), uploads, first=True)

    def _loading(self, interaction: Interaction, data: Payload) -> Message:
        flags = checked(MessageBody, data, at=("data",)).flags or 0
        body = MessageBody(flags=flags & MessageFlag.EPHEMERAL)
        draft = self._draft(interaction, body, [], first=True)
        draft.flags |= MessageFlag.LOADING
        return self._posting.post(draft)

    def _update_source(self, interaction: Interaction, data: Payload | None, uploads: list[Upload]) -> None:
        source = self._source(interaction)
        if source is None:
            raise refused(10008)
        interaction.original_id = source.id
        if data is not None:
            body = checked(EditBody, data, at=("data",))
            self._posting.edit(source, change_of(source, body, uploads, default=ONLY_USERS))

    def _post(self, interaction: Interaction, body: MessageBody, uploads: list[Upload], *, first: bool) -> Message:
        message_rules.check_body(body, layout=message_rules.is_layout(body.flags))
        message_rules.check_files(uploads)
        message_rules.check_not_empty(body, uploads)
        return self._posting.post(self._draft(interaction, body, uploads, first=first))

    def _draft(self, interaction: Interaction, body: MessageBody, uploads: list[Upload], *, first: bool) -> Draft:
        channel = self._world.channel(interaction.channel_id)
        draft = draft_of(channel, self._world.bot, body, uploads, default=ONLY_USERS)
        draft.type = _message_type(interaction) if first else MessageType.REPLY
        draft.reply_to = self._source(interaction) if first else self._original(interaction)
        draft.interaction_id = interaction.id
        if MessageFlag.EPHEMERAL in draft.flags:
            draft.seen_by = interaction.user_id
        return draft

    def _original(self, interaction: Interaction) -> Message | None:
        channel = self._world.channel(interaction.channel_id)
        return channel.messages.get(interaction.original_id or "")

    def _source(self, interaction: Interaction) -> Message | None:
        channel = self._world.channel(interaction.channel_id)
        return channel.messages.get(interaction.source_message_id or "")

    def _check_in_time(self, interaction: Interaction) -> None:
        if interaction.state in ("deferred", "answered"):
            raise refused(40060)
        if interaction.state == "failed" or self._world.clock.now() - interaction.created_at > ANSWER_SECONDS:
            self._fail(interaction)
            raise refused(10062)

    def _expect_answer(self, interaction: Interaction) -> None:
        loop = asyncio.get_running_loop()
        self._deadlines[interaction.id] = loop.call_later(ANSWER_SECONDS, self._fail, interaction)

    def _fail(self, interaction: Interaction) -> None:
        """The person reads that the application did not respond."""
        if interaction.state == "waiting":
            self._settle(interaction, "failed")
            self._ledger.record("interaction_failed", interaction_id=interaction.id, name=interaction.name)

    def _settle(self, interaction: Interaction, state: InteractionState) -> None:
        interaction.state = state
        deadline = self._deadlines.pop(interaction.id, None)
        if deadline is not None:
            deadline.cancel()


def _message_type(interaction: Interaction) -> MessageType:
    if interaction.type != COMMAND:
        return MessageType.REPLY
    is_slash = interaction.data.get("type", 1) == 1
    return MessageType.CHAT_INPUT_COMMAND if is_slash else MessageType.CONTEXT_MENU_COMMAND


def _facts(interaction: Interaction) -> Payload:
    kinds = {COMMAND: "command", COMPONENT: "component", AUTOCOMPLETE: "autocomplete"}
    return {
        "interaction_id": interaction.id,
        "type": kinds.get(interaction.type, "modal"),
        "name": interaction.name,
        "channel_id": interaction.channel_id,
        "user_id": interaction.user_id,
    }
