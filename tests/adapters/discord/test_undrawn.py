"""Progress as people see it on a simulated Discord: drawn, and as text where embeds are not allowed."""

import pytest

from adapters.discord.channel import DiscordChannel, discord_channel
from adapters.discord.undrawn import FORGOTTEN_SECONDS
from bot.clock import SystemClock
from bot.conversation.adapter import ChannelBusy, MessageGone, Undeliverable
from bot.models import Action, Inbound, Mark, MessageId, Progress, ProgressStage, UserId
from bot.simulators.discord import DiscordSimulator, Message, Permission, dropped_reply
from tests.adapters.discord.conftest import STOP, Store, ask, delivered, direct_message, part_of, shown

POST = "POST /channels/{channel_id}/messages"
EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
ASKED = "> what is this?"
LINK = "https://x.test/a"
AT_WORK = Progress(
    title="Research", stages=(ProgressStage(label=f"Reading @everyone {LINK}", mark=Mark.RUNNING),), facts=("0:10",)
)
LATER = AT_WORK.model_copy(update={"facts": ("0:20",)})
Actions = tuple[Action, ...] | None
TEXT = "At work (0:10)."


def last(simulator: DiscordSimulator, channel_id: str) -> Message:
    return simulator.messages(channel_id)[-1]


def drawn(message: Message) -> list[tuple[str, str]]:
    """Title and footer of each embed that people see."""
    return [(one["title"], one["footer"]["text"]) for one in message.shown_embeds]


@pytest.fixture
def to(simulator: DiscordSimulator, ada: str) -> Inbound:
    return direct_message(simulator, ada)


@pytest.mark.parametrize("place", ["thread", "direct"])
async def test_progress_is_drawn_follows_and_gives_way_to_text(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, to: Inbound, place: str
) -> None:
    to, where = (mention, mention.message) if place == "thread" else (to, to.thread.channel)

    posted = await channel.post(to, part_of(to, TEXT, progress=AT_WORK, actions=(STOP,)))
    assert (last(simulator, where).content, drawn(last(simulator, where))) == ("", [("Research", "0:10")])

    await channel.edit(to, posted, part_of(to, TEXT, progress=LATER, actions=(STOP,), final=False))
    assert drawn(last(simulator, where)) == [("Research", "0:20")]

    await channel.edit(to, posted, part_of(to, f"Done: {LINK}", actions=()))
    assert (last(simulator, where).content, last(simulator, where).embeds) == (f"Done: {LINK}", [])

    await channel.edit(to, posted, part_of(to, TEXT, progress=AT_WORK))
    assert (last(simulator, where).content, drawn(last(simulator, where))) == ("", [("Research", "0:10")])
    assert simulator.ledger.of("preview", author_id=simulator.bot.id) == []


async def test_nobody_hears_of_progress_but_whom_it_calls(simulator: DiscordSimulator, general: str, ada: str) -> None:
    to = direct_message(simulator, ada)
    part = part_of(to, TEXT, progress=AT_WORK).model_copy(update={"notifies": UserId(ada)})

    async with discord_channel(simulator.token, api_url=simulator.api_url, clock=SystemClock()) as channel:
        await channel.post(to, part)

    rung = simulator.ledger.of("notification", author_id=simulator.bot.id)
    assert [(one["user_id"], one["channel_id"]) for one in rung if one["reason"] == "user"] == [
        (ada, to.thread.channel)
    ]
    assert last(simulator, to.thread.channel).content == f"<@{ada}>"


async def test_the_answer_to_a_command_is_drawn_below_what_was_asked_before_and_after_its_token(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    asked = await ask(simulator, general, ada)
    message = await delivered(simulator, heard)

    first = await channel.post(message, part_of(message, TEXT, progress=AT_WORK))
    answer = simulator.original(asked)
    assert answer is not None
    assert (answer.content, drawn(answer)) == (ASKED, [("Research", "0:10")])
    simulator.advance(16 * 60)

    await channel.edit(message, first, part_of(message, TEXT, progress=LATER))
    assert (answer.content, drawn(answer)) == (ASKED, [("Research", "0:20")])
    await channel.edit(message, first, part_of(message, "Done."))
    assert (answer.content, answer.embeds) == (f"{ASKED}\nDone.", [])


async def test_a_link_in_what_was_asked_is_not_fetched(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    await ask(simulator, general, ada)
    message = await delivered(simulator, heard)
    message = message.model_copy(update={"handle": message.handle | {"asked": f"what is {LINK} ?"}})

    await channel.post(message, part_of(message, TEXT, progress=AT_WORK))

    assert last(simulator, general).content == f"> what is <{LINK}> ?"
    assert simulator.ledger.of("preview", author_id=simulator.bot.id) == []


async def test_a_post_that_went_unheard_is_found_and_drawn_as_it_is_now(
    simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound
) -> None:
    simulator.fails(POST, dropped_reply())
    with pytest.raises(ChannelBusy):
        await channel.post(to, part_of(to, TEXT, progress=AT_WORK))

    found = await channel.post(to, part_of(to, TEXT, progress=LATER), again=True)

    (message,) = simulator.messages(to.thread.channel)
    assert (message.id, drawn(message)) == (found, [("Research", "0:20")])


@pytest.mark.parametrize("actions", [None, (STOP,)])
async def test_where_embeds_are_not_allowed_the_status_is_text(
    simulator: DiscordSimulator,
    channel: DiscordChannel,
    mention: Inbound,
    general: str,
    actions: Actions,
) -> None:
    simulator.deny(general, Permission.EMBED_LINKS)

    posted = await channel.post(mention, part_of(mention, TEXT, progress=AT_WORK, actions=actions))
    assert shown(simulator, mention.message) == [TEXT]

    await channel.edit(mention, posted, part_of(mention, "At work (0:20).", progress=LATER, actions=actions))
    assert shown(simulator, mention.message) == ["At work (0:20)."]
    assert [one["content"] for one in simulator.ledger.of("edit")][-1:] == ["At work (0:20)."]
    assert "" not in [one["content"] for one in simulator.ledger.of("edit")]  # no edit showed it empty


@pytest.mark.parametrize("actions", [None, (STOP,)])
async def test_a_permission_that_goes_meanwhile_leaves_the_text(
    simulator: DiscordSimulator,
    channel: DiscordChannel,
    mention: Inbound,
    general: str,
    actions: Actions,
) -> None:
    posted = await channel.post(mention, part_of(mention, TEXT, progress=AT_WORK, actions=actions))
    simulator.deny(general, Permission.EMBED_LINKS)

    await channel.edit(mention, posted, part_of(mention, "At work (0:20).", progress=LATER, actions=actions))

    assert shown(simulator, mention.message) == ["At work (0:20)."]
    assert drawn(last(simulator, mention.message)) == []


async def test_the_answer_to_a_command_is_text_once_its_token_is_over_where_embeds_are_not_allowed(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, general: str, ada: str
) -> None:
    simulator.deny(general, Permission.EMBED_LINKS)
    await ask(simulator, general, ada)
    message = await delivered(simulator, heard)
    first = await channel.post(message, part_of(message, TEXT, progress=AT_WORK))
    assert drawn(last(simulator, general)) == [("Research", "0:10")]  # an answer may have embeds everywhere
    simulator.advance(16 * 60)

    await channel.edit(message, first, part_of(message, "At work (0:20).", progress=LATER))

    assert shown(simulator, general) == [f"{ASKED}\nAt work (0:20)."]


class Jumping(SystemClock):
    jumped_seconds = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.jumped_seconds


async def test_a_permission_that_comes_is_noticed_after_some_minutes(
    simulator: DiscordSimulator, mention: Inbound, general: str
) -> None:
    simulator.deny(general, Permission.EMBED_LINKS)
    clock = Jumping()
    async with discord_channel(simulator.token, api_url=simulator.api_url, clock=clock) as channel:
        posted = await channel.post(mention, part_of(mention, TEXT, progress=AT_WORK))
        simulator.guild.channels[general].denied = Permission(0)
        clock.jumped_seconds = FORGOTTEN_SECONDS

        await channel.edit(mention, posted, part_of(mention, TEXT, progress=LATER))

    assert drawn(last(simulator, mention.message)) == [("Research", "0:20")]


async def test_a_place_that_takes_nothing_takes_no_text_either(
    simulator: DiscordSimulator, channel: DiscordChannel, mention: Inbound, general: str
) -> None:
    simulator.deny(general, Permission.SEND_MESSAGES_IN_THREADS)

    with pytest.raises(Undeliverable):
        await channel.post(mention, part_of(mention, TEXT, progress=AT_WORK))

    assert len(simulator.ledger.of("call", route=POST)) == 2


async def test_progress_of_a_deleted_message_is_told_to_whoever_edits_it(
    simulator: DiscordSimulator, channel: DiscordChannel, to: Inbound
) -> None:
    with pytest.raises(MessageGone):
        await channel.edit(to, MessageId("1"), part_of(to, TEXT, progress=AT_WORK))

    assert len(simulator.ledger.of("call", route=EDIT)) == 1
