"""The plan of a research, on every platform: shown, changed, approved or dropped before it costs more."""

from copy import copy

import pytest

from bot.service.settings import Settings
from bot.simulators.gemini import Ends, GeminiSimulator
from bot.simulators.slack import SlackSimulator
from tests.contract.behaviors import behavior
from tests.contract.on_slack import SlackPlatform, buttons_of
from tests.contract.platforms import Platform, Said, asked, creates, makes_plan, polled

QUESTION = "research What do otters eat?"


@pytest.fixture
async def gemini() -> GeminiSimulator:
    return GeminiSimulator(research_seconds=0.5)


@pytest.fixture
def consent() -> bool:
    return True


@pytest.fixture
def approvers() -> str:
    return "asker"


@pytest.fixture
async def settings(settings: Settings, approvers: str) -> Settings:
    return settings.model_copy(update={"approvers": approvers})


async def proposed(platform: Platform) -> Said:
    """A research whose plan waits for somebody."""
    mention = await platform.mention(QUESTION)
    await platform.until(lambda: "Approve" in platform.buttons(mention))
    return mention


@behavior("research:plan")
async def test_a_research_shows_its_plan_and_its_price_and_runs_nothing_else(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await proposed(platform)

    [card] = platform.replies(mention)
    assert "Research plan" in card
    assert "otters" in card
    assert "1 to 3 USD" in card
    assert "up to 20 minutes" in card
    assert "within a day" in card
    assert platform.buttons(mention) == ["Approve", "Change", "Cancel"]
    assert [makes_plan(one) for one in creates(gemini)] == [True]


@behavior("research:plan:approve")
@pytest.mark.parametrize("by", ["word", "button"])
async def test_an_approved_plan_is_carried_out_and_reported(
    platform: Platform, gemini: GeminiSimulator, by: str
) -> None:
    mention = await proposed(platform)

    await (platform.press(mention, "Approve") if by == "button" else platform.write("approve", under=mention))

    await platform.replied(mention, "done (0:0")
    assert platform.buttons(mention) == []
    planning, carried_out = creates(gemini)
    assert (makes_plan(planning), makes_plan(carried_out)) == (True, False)
    assert carried_out.previous_interaction_id == polled(gemini)[0]


@behavior("research:plan:approve")
async def test_a_plan_that_is_approved_twice_is_carried_out_once(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await proposed(platform)

    await platform.press(mention, "Approve")
    await platform.write("approve", under=mention)

    await platform.replied(mention, "done (0:0")
    await platform.write("approve", under=mention)
    await platform.until(lambda: "no plan here" in platform.replies(mention)[-1])
    assert [makes_plan(one) for one in creates(gemini)] == [True, False]


@behavior("research:plan:change")
async def test_words_without_a_mention_change_the_plan_in_its_message(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await proposed(platform)

    await platform.write("change: only Europe", under=mention)

    await platform.replied(mention, "only Europe")
    await platform.until(lambda: "Approve" in platform.buttons(mention))
    assert platform.replies(mention)[1:] == ["I am changing the plan."]
    _, changed = creates(gemini)
    assert makes_plan(changed)
    assert changed.previous_interaction_id == polled(gemini)[0]


@behavior("research:plan:change")
async def test_what_is_approved_is_the_plan_as_it_was_changed(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await proposed(platform)
    await platform.write("change: only Europe", under=mention)
    await platform.replied(mention, "only Europe")
    await platform.until(lambda: "Approve" in platform.buttons(mention))

    await platform.press(mention, "Approve")

    await platform.replied(mention, "done (0:0")
    assert [makes_plan(one) for one in creates(gemini)] == [True, True, False]
    assert creates(gemini)[-1].previous_interaction_id == polled(gemini)[1]


@behavior("research:plan:approve")
async def test_a_press_on_an_earlier_plan_approves_none_that_was_not_seen(
    platform: Platform, slack: SlackSimulator, gemini: GeminiSimulator
) -> None:
    """On Discord the simulator lets nobody press what is no longer there."""
    if not isinstance(platform, SlackPlatform):
        pytest.skip("Slack alone")
    mention = await proposed(platform)
    [earlier] = [copy(one) for one in slack.thread(mention.channel, mention.root) if one.user_id != "U0ADA"]
    [approve] = [str(button["action_id"]) for button in buttons_of(earlier) if button["text"]["text"] == "Approve"]
    await platform.write("change: only Europe", under=mention)
    await platform.replied(mention, "only Europe")
    await platform.until(lambda: "Approve" in platform.buttons(mention))

    await slack.press(earlier, approve, "U0ADA")

    await platform.replied(mention, "an earlier plan", number=3)
    assert [makes_plan(one) for one in creates(gemini)] == [True, True]
    await platform.press(mention, "Approve")
    await asked(gemini, 3)


@behavior("research:plan:change")
async def test_the_button_for_a_change_asks_for_the_words(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await proposed(platform)

    await platform.press(mention, "Change")

    await platform.replied(mention, "Tell me what to change", number=2)
    assert "Approve" in platform.buttons(mention)
    assert len(creates(gemini)) == 1
    await platform.write("only Europe", under=mention)
    await platform.replied(mention, "only Europe")
    await platform.until(lambda: "Approve" in platform.buttons(mention))
    assert [makes_plan(one) for one in creates(gemini)] == [True, True]


@behavior("research:plan:who")
async def test_who_may_not_decide_is_not_asked_what_to_change(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await proposed(platform)

    await platform.press(mention, "Change", by_another=True)

    await platform.replied(mention, "Only who asked", number=2)
    assert len(creates(gemini)) == 1


@behavior("research:plan:cancel")
@pytest.mark.parametrize("by", ["word", "button"])
async def test_a_plan_that_is_dropped_runs_nothing(platform: Platform, gemini: GeminiSimulator, by: str) -> None:
    mention = await proposed(platform)

    await (platform.press(mention, "Cancel") if by == "button" else platform.write("cancel", under=mention))

    await platform.replied(mention, "cancelled (0:0")
    assert platform.buttons(mention) == ["Retry"]
    assert len(creates(gemini)) == 1


@behavior("research:plan:cancel")
@behavior("research:retry")
async def test_a_plan_that_was_dropped_is_shown_again_by_retry(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await proposed(platform)
    await platform.press(mention, "Cancel")
    await platform.replied(mention, "cancelled (0:0")

    await platform.press(mention, "Retry")

    await platform.until(lambda: "Approve" in platform.buttons(mention))
    assert "Research plan" in platform.replies(mention)[0]
    assert len(creates(gemini)) == 1


@behavior("research:plan:approve")
@behavior("research:plan:change")
@behavior("research:plan:cancel")
async def test_said_outside_of_threads_it_is_meant_for_ones_own_newest_plan_of_the_channel(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    older, newer = await proposed(platform), await proposed(platform)
    await platform.mention("tell me about otters", place=1)

    change = await platform.mention("change: only Europe")
    await platform.replied(change, "I am changing the plan.")
    await platform.replied(newer, "only Europe")
    await platform.until(lambda: "Approve" in platform.buttons(newer))
    approval = await platform.mention("approve")
    await platform.replied(approval, "Approved.")
    await platform.replied(newer, "done (0:0")
    elsewhere = await platform.mention("cancel", place=1)
    await platform.replied(elsewhere, "There is no plan here")
    cancellation = await platform.mention("cancel")

    await platform.replied(cancellation, "Cancelled.")
    await platform.replied(older, "cancelled (0:0")


@behavior("research:plan:who")
@pytest.mark.parametrize("by", ["word", "button"])
async def test_only_who_asked_may_decide(platform: Platform, gemini: GeminiSimulator, by: str) -> None:
    mention = await proposed(platform)

    if by == "button":
        await platform.press(mention, "Approve", by_another=True)
    else:
        await platform.write("approve", under=mention, by_another=True)

    await platform.replied(mention, "Only who asked", number=2)
    assert "Approve" in platform.buttons(mention)
    assert len(creates(gemini)) == 1


@behavior("research:plan:who")
@pytest.mark.parametrize("approvers", ["anyone"])
async def test_where_that_is_set_anybody_may_decide(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await proposed(platform)
    assert "Anybody here" in platform.replies(mention)[0]

    await platform.press(mention, "Approve", by_another=True)

    await platform.replied(mention, "done (0:0")
    assert len(creates(gemini)) == 2


@behavior("research:plan")
@pytest.mark.parametrize("consent", [False])
async def test_where_no_consent_is_needed_it_starts_at_once(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention(QUESTION)

    await platform.replied(mention, "done (0:0")
    assert [makes_plan(one) for one in creates(gemini)] == [False]


@behavior("research:retry")
async def test_a_research_that_failed_is_tried_again_without_another_consent(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await proposed(platform)
    gemini.fails(Ends(status="failed"))
    await platform.press(mention, "Approve")
    await platform.until(lambda: platform.buttons(mention) == ["Retry"])

    await platform.press(mention, "Retry")

    await platform.replied(mention, "done (0:0")
    assert [makes_plan(one) for one in creates(gemini)] == [True, False, False]
    assert creates(gemini)[1].previous_interaction_id == creates(gemini)[2].previous_interaction_id == polled(gemini)[0]


@behavior("research:retry")
async def test_only_who_asked_may_have_it_tried_again(platform: Platform, gemini: GeminiSimulator) -> None:
    gemini.fails(Ends(status="failed"))
    mention = await platform.mention(QUESTION)
    await platform.until(lambda: platform.buttons(mention) == ["Retry"])

    await platform.press(mention, "Retry", by_another=True)

    await platform.replied(mention, "Only who asked", number=2)
    assert platform.buttons(mention) == ["Retry"]
    assert len(creates(gemini)) == 1
