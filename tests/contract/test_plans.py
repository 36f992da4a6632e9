"""The plan of a research, on every platform: shown, changed, approved or dropped before it costs more."""

import re
from copy import copy
from html import unescape

import pytest

from bot.playground import discord_markup, markup
from bot.service.settings import Settings
from bot.simulators.gemini import Ends, GeminiSimulator
from bot.simulators.slack import SlackSimulator
from tests.contract.behaviors import behavior
from tests.contract.on_slack import SlackPlatform, buttons_of
from tests.contract.platforms import Platform, asked, creates, makes_plan, polled
from tests.contract.researches import QUESTION, proposed


@pytest.fixture
def research_seconds() -> float:
    return 0.5


@pytest.fixture
def consent() -> bool:
    return True


@pytest.fixture
def approvers() -> str:
    return "asker"


@pytest.fixture
async def settings(settings: Settings, approvers: str) -> Settings:
    return settings.model_copy(update={"approvers": approvers})


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

    await platform.replied(mention, "done (0:")
    assert platform.buttons(mention) == []
    planning, carried_out = creates(gemini)
    assert (makes_plan(planning), makes_plan(carried_out)) == (True, False)
    assert carried_out.previous_interaction_id == polled(gemini)[0]


@behavior("research:plan:approve")
async def test_a_plan_that_is_approved_twice_is_carried_out_once(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await proposed(platform)

    await platform.press(mention, "Approve")
    await platform.write("approve", under=mention)

    await platform.replied(mention, "done (0:")
    await platform.write("approve", under=mention)
    await platform.until(lambda: "no plan here" in platform.replies(mention)[-1])
    assert [makes_plan(one) for one in creates(gemini)] == [True, False]


@behavior("research:plan:approve")
@pytest.mark.parametrize("research_seconds", [3600])
async def test_a_word_about_a_plan_that_does_not_wait_for_it_is_answered_with_what_is_the_case(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention(QUESTION)
    await platform.until(lambda: "making a plan" in "".join(platform.replies(mention)))

    await platform.write("approve", under=mention)
    await platform.until(lambda: "not ready yet" in platform.replies(mention)[-1])
    gemini.advance(3600)
    await platform.until(lambda: "Approve" in platform.buttons(mention))
    await platform.press(mention, "Approve")
    await platform.until(lambda: platform.buttons(mention) == ["Stop"])
    await platform.write("cancel", under=mention)

    await platform.until(lambda: "has begun already" in platform.replies(mention)[-1])


@behavior("research:limits")
@pytest.mark.parametrize("research_seconds", [3600])
async def test_a_third_plan_of_a_person_waits_and_is_made_when_another_is_ready(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    first, _ = [await platform.mention(f"research What do {who} eat?") for who in ("otters", "seals")]
    await asked(gemini, 2)
    third = await platform.mention("research What do whales eat?")
    await platform.replied(third, "next in line")
    assert platform.buttons(third) == ["Stop"]
    listing = await platform.mention("tasks")
    await platform.replied(listing, "waiting in line")

    gemini.advance(3600)

    await platform.until(lambda: "Approve" in platform.buttons(first))
    await platform.replied(third, "making a plan")
    await asked(gemini, 3)
    assert [makes_plan(one) for one in creates(gemini)] == [True, True, True]


@behavior("research:plan")
async def test_a_question_is_seen_as_it_was_written(platform: Platform) -> None:
    mention = await platform.mention("research What is 2*3*4_5_? <b> &lt;@U0ADA> @everyone in https://a.example/b_c")
    await platform.until(lambda: "Approve" in platform.buttons(mention))
    listing = await platform.mention("tasks")
    await platform.replied(listing, "waits for approval")

    for said in (platform.replies(mention)[0], platform.replies(listing)[0]):
        seen = words(said, platform)
        assert "What is 2*3*4_5_? <b> " in seen
        assert "@U0ADA> ＠everyone in https://a.example/b_c" in seen
        assert "\\" not in seen


def words(said: str, platform: Platform) -> str:
    """What the page of the demo shows of a message."""
    markdown = markup.markdown if isinstance(platform, SlackPlatform) else discord_markup.markdown
    return unescape(re.sub("<[^>]*>", "", "".join(map(str, markdown(said)))))


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

    await platform.replied(mention, "done (0:")
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

    await platform.replied(mention, "cancelled (0:")
    assert platform.buttons(mention) == ["Retry"]
    assert len(creates(gemini)) == 1


@behavior("research:plan:cancel")
@behavior("research:retry")
async def test_a_plan_that_was_dropped_is_shown_again_by_retry(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await proposed(platform)
    await platform.press(mention, "Cancel")
    await platform.replied(mention, "cancelled (0:")

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
    await platform.replied(newer, "done (0:")
    elsewhere = await platform.mention("cancel", place=1)
    await platform.replied(elsewhere, "There is no plan here")
    cancellation = await platform.mention("cancel")

    await platform.replied(cancellation, "Cancelled.")
    await platform.replied(older, "cancelled (0:")


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

    await platform.replied(mention, "done (0:")
    assert len(creates(gemini)) == 2


@behavior("research:plan")
@pytest.mark.parametrize("consent", [False])
async def test_where_no_consent_is_needed_it_starts_at_once(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention(QUESTION)

    await platform.replied(mention, "done (0:")
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

    await platform.replied(mention, "done (0:")
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
