"""What Slack is sent for a part of a reply."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue
from slack_sdk.models.blocks import ActionsBlock, Block, ContextBlock, MarkdownBlock, PlanBlock, RichTextBlock

from adapters.slack.blocks import Block as Rendered
from adapters.slack.blocks import render_content
from bot.models import Action, Mark, Part, PartKey, Progress, ProgressStage, UserId
from bot.simulators.slack.limits import message_problem
from bot.simulators.slack.mentions import what_is_fetched, who_is_notified

STOP = Action(label="Stop", says="stop", kind="danger")
HOSTILE = [
    *("<!channel>", "<!here|here>", "<@U0GRACE>", "@channel", "&lt;!everyone&gt;", "<!subteam^S1|@team>"),
    *("https://x.test/a", "mailto:a@x.test", "[x](https://x.test)", "<https://x.test|x>", "&#60;!here&#62;"),
    *("text", " ", "\n", "`"),
]


def words() -> st.SearchStrategy[str]:
    pieces = st.lists(st.sampled_from(HOSTILE)).map("".join)
    return pieces | pieces.map(lambda text: text * 200)


def stages() -> st.SearchStrategy[tuple[ProgressStage, ...]]:
    stage = st.builds(ProgressStage, label=words(), mark=st.sampled_from(Mark), detail=words())
    return st.lists(stage, max_size=60).map(tuple)


def part(
    text: str = "at work",
    *,
    progress: Progress | None = None,
    actions: tuple[Action, ...] | None = None,
    notifies: str | None = None,
) -> Part:
    who = UserId(notifies) if notifies is not None else None
    return Part(key=PartKey("m/0"), text=text, progress=progress, actions=actions, notifies=who)


def blocks(some: Part, *, drawn: bool = True) -> list[Rendered]:
    return render_content(some, drawn=drawn)["blocks"]


def test_a_text_alone_is_markdown() -> None:
    assert render_content(part("**hi**"), drawn=True) == {"markdown_text": "**hi**"}


def test_progress_is_a_plan_with_its_cards_then_the_facts_then_the_buttons() -> None:
    at_work = Progress(
        title="Research: otters",
        stages=(
            ProgressStage(label="Plan", mark=Mark.DONE),
            ProgressStage(label="Search", mark=Mark.RUNNING, detail="Reading\nabout eels"),
            ProgressStage(label="Check", mark=Mark.FAILED),
            ProgressStage(label="Report", mark=Mark.WAITING),
        ),
        facts=("12:05", "14 sources"),
    )

    plan, facts, buttons = blocks(part(progress=at_work, actions=(STOP,)))

    assert plan["title"] == "Research: otters"
    assert [(card["title"], card["status"]) for card in plan["tasks"]] == [
        ("Plan", "complete"), ("Search", "in_progress"), ("Check", "error"), ("Report", "pending")
    ]  # fmt: skip
    assert [card.get("details", {}).get("elements") for card in plan["tasks"]] == [
        None, [{"type": "rich_text_section", "elements": [{"type": "text", "text": "Reading about eels"}]}], None, None
    ]  # fmt: skip
    assert facts == {"type": "context", "elements": [{"type": "plain_text", "text": "Search · 12:05 · 14 sources"}]}
    assert buttons["type"] == "actions"


def test_what_was_found_before_somebody_stopped_it_is_markdown_below_a_card_that_did_not_fail() -> None:
    stopped = ProgressStage(label="Research", mark=Mark.STOPPED, detail="stopped")

    plan, found = blocks(part(progress=Progress(title="t", stages=(stopped,), below="- A: <https://a.example>")))

    assert plan["tasks"][0]["status"] == "pending"
    assert found == {"type": "markdown", "text": "- A: <https://a.example>"}


def test_without_the_drawing_its_text_stands_for_it() -> None:
    some = part("see https://x.test", progress=Progress(title="Research", stages=()), actions=(STOP,))

    markdown, buttons = blocks(some, drawn=False)

    assert markdown == {"type": "markdown", "text": "see https：//x.test"}
    assert buttons["type"] == "actions"


@given(words(), words(), stages(), st.lists(words(), max_size=5).map(tuple), st.booleans())
def test_no_progress_notifies_anybody_fetches_anything_or_is_too_long(
    text: str, title: str, some: tuple[ProgressStage, ...], facts: tuple[str, ...], drawn: bool
) -> None:
    content = render_content(part(text or "a", progress=Progress(title=title, stages=some, facts=facts)), drawn=drawn)
    shown: list[JsonValue] = content["blocks"]

    assert who_is_notified(content["text"], shown) == []
    assert what_is_fetched(content["text"], shown, unfurl_links=None, unfurl_media=None, is_update=True) == []
    assert not drawn or message_problem(content["text"], None, shown, is_update=True) is None


def test_a_plan_stays_open_while_it_is_edited() -> None:
    first = Progress(title="t", stages=(ProgressStage(label="Plan", mark=Mark.RUNNING),))
    then = Progress(title="t", stages=(ProgressStage(label="Plan", mark=Mark.DONE),))

    ids = [
        (plan["block_id"], plan["tasks"][0]["task_id"])
        for [plan] in map(blocks, (part(progress=first), part(progress=then)))
    ]

    assert ids[0] == ids[1]


def test_what_is_too_long_is_cut_with_an_ellipsis() -> None:
    long = Progress(title="t" * 300, stages=(ProgressStage(label="l" * 300, mark=Mark.DONE, detail="d" * 300),))

    [plan] = blocks(part(progress=long))

    [card] = plan["tasks"]
    detail = card["details"]["elements"][0]["elements"][0]["text"]
    assert [(len(one), one[-1]) for one in (plan["title"], card["title"], detail)] == [(256, "…")] * 3


def test_of_many_stages_the_last_are_shown() -> None:
    many = tuple(ProgressStage(label=str(number), mark=Mark.DONE) for number in range(12))

    [plan] = blocks(part(progress=Progress(title="t", stages=many)))

    assert [card["title"] for card in plan["tasks"]] == [str(number) for number in range(2, 12)]


@pytest.mark.parametrize(("kind", "style"), [("plain", None), ("primary", "primary"), ("danger", "danger")])
def test_a_button_looks_like_what_it_leads_to(kind: str, style: str | None) -> None:
    action = Action.model_validate({"label": "Go", "says": "go", "kind": kind})

    [_, buttons] = blocks(part(actions=(action,)))

    [button] = buttons["elements"]
    assert button.get("style") == style
    assert ("style" in button) == (style is not None)


@pytest.mark.parametrize("actions", [None, (STOP,)])
def test_exactly_the_one_person_is_notified(actions: tuple[Action, ...] | None) -> None:
    content = render_content(part("Done, <@U0GRACE> and @channel.", actions=actions, notifies="U0ADA"), drawn=True)

    assert [(one.target, one.certain) for one in who_is_notified(content["text"], content["blocks"])] == [
        ("U0ADA", True)
    ]
    assert content["blocks"][0]["type"] == "rich_text"
    assert content["text"].startswith("<@U0ADA> Done")


@pytest.mark.parametrize("user", ["", "U", "channel", "!channel", "U1>", "U1|x", "u0ada", "123", "U0ADA\n", "B0BOT"])
def test_what_is_no_user_is_not_mentioned(user: str) -> None:
    assert render_content(part("Done.", notifies=user), drawn=True) == {"markdown_text": "Done."}


@given(st.text(st.sampled_from("a&<>\"'`*\n# ")), st.booleans(), st.booleans())
def test_blocks_are_such_as_slacks_own_classes_take(some: str, with_button: bool, with_progress: bool) -> None:
    text = (some or "a") * (12_000 // len(some or "a"))
    stage = ProgressStage(label=text, mark=Mark.RUNNING, detail=text)
    progress = Progress(title=text, stages=(stage,), facts=("1:00",)) if with_progress else None

    parsed = Block.parse_all(blocks(part(text, progress=progress, actions=(STOP,) * with_button, notifies="U0ADA")))

    middle = [PlanBlock, ContextBlock] if with_progress else [MarkdownBlock]
    assert [type(block) for block in parsed] == [RichTextBlock, *middle, *[ActionsBlock] * with_button]
    for block in parsed:
        block.validate_json()


@pytest.mark.parametrize(
    ("mark", "state"),
    [(Mark.RUNNING, "Search"), (Mark.DONE, "Done"), (Mark.FAILED, "Failed"), (Mark.STOPPED, "Stopped")],
)
def test_a_collapsed_plan_still_tells_how_far_it_is(mark: Mark, state: str) -> None:
    stages = (ProgressStage(label="Plan", mark=Mark.DONE), ProgressStage(label="Search", mark=mark))
    progress = Progress(title="Research: otters", stages=stages, facts=("12:05",))

    _, facts = blocks(part(progress=progress))

    assert facts["elements"][0]["text"] == f"{state} · 12:05"
