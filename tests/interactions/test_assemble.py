"""Events back to the interaction they tell of, however they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interactions.assemble import Assembler
from bot.interactions.editions import decode_event
from bot.interactions.sse import Splitter
from bot.interactions.types import (
    Annotated,
    ArgumentsDelta,
    Created,
    Event,
    Finished,
    FunctionCall,
    Interaction,
    MediaDelta,
    MediaOutput,
    ModelOutput,
    OtherDelta,
    OtherOutput,
    OtherStep,
    StatusChanged,
    Step,
    StepStarted,
    StepStopped,
    TextDelta,
    TextOutput,
    Thought,
    ThoughtDelta,
    ThoughtSigned,
    Usage,
    UserInput,
)
from tests.interactions.conftest import capture

DONE = Finished(Interaction(id=None, status="completed"))
IMAGE = MediaOutput(type="image", mime_type="image/png", data=b"x")


def sound(data: bytes) -> MediaOutput:
    return MediaOutput(type="audio", mime_type="audio/l16", data=data, sample_rate=24000, channels=1)


def events_of(name: str) -> list[Event]:
    frames = Splitter().feed(capture(name).response.encode())
    return [event for frame in frames if (event := decode_event(frame))]


def assembled(*events: Event) -> Interaction:
    assembler = Assembler()
    last = [assembler.feed(event) for event in events][-1]
    assert isinstance(last, Finished)
    return last.interaction


def steps_of(*events: Event) -> tuple[Step, ...]:
    return assembled(*events, DONE).steps


def test_a_recorded_stream_becomes_the_interaction_a_get_would_give() -> None:
    streamed = assembled(*events_of("create-stream"))

    assert streamed.id == "v1_stub_1"
    assert streamed.output_text == "Hello stream."
    assert streamed.steps[0] == Thought((TextOutput("brief"),), "c2ln")
    assert streamed.usage.total_tokens == 13


def test_arguments_in_pieces_become_one_call() -> None:
    streamed = assembled(*events_of("stream-function-args"))

    assert streamed.status == "requires_action"
    assert streamed.steps == (FunctionCall("c1", "get_weather", {"location": "Paris"}),)


def test_unknown_kinds_are_kept_as_they_came() -> None:
    assert assembled(*events_of("stream-unknown-types")).steps == (OtherStep("brand_new_step", {"x": 1, "y": 2}),)


def test_a_call_without_arguments_has_empty_ones() -> None:
    assert steps_of(StepStarted(0, FunctionCall("c", "f", {})), StepStopped(0)) == (FunctionCall("c", "f", {}),)


def test_arguments_that_broke_off_are_no_call() -> None:
    steps = steps_of(StepStarted(0, FunctionCall("c", "f", {})), ArgumentsDelta(0, '{"a": '))

    assert steps == (OtherStep("function_call", {"id": "c", "name": "f", "arguments": '{"a": ', "signature": None}),)


def test_each_change_of_kind_under_one_index_starts_a_block() -> None:
    steps = steps_of(
        StepStarted(0, ModelOutput()),
        TextDelta(0, "a "),
        TextDelta(0, "cat:"),
        MediaDelta(0, IMAGE),
        MediaDelta(0, IMAGE),
        TextDelta(0, "there"),
        OtherDelta(0, "sparkle", {"n": 1}),
    )

    sparkle = OtherOutput({"type": "sparkle", "n": 1})
    assert steps == (ModelOutput((TextOutput("a cat:"), IMAGE, IMAGE, TextOutput("there"), sparkle)),)


def test_pieces_of_audio_are_one_block() -> None:
    steps = steps_of(MediaDelta(0, sound(b"ab")), MediaDelta(0, sound(b"cd")), TextDelta(0, "!"))

    assert steps == (ModelOutput((sound(b"abcd"), TextOutput("!"))),)


def test_annotations_belong_to_the_text_before_them() -> None:
    cited = {"type": "url_citation", "start_index": 0, "end_index": 5}

    steps = steps_of(TextDelta(0, "Paris"), Annotated(0, (cited,)), TextDelta(0, " is."))

    assert steps == (ModelOutput((TextOutput("Paris is.", (cited,)),)),)


def test_a_step_may_open_with_its_first_content() -> None:
    opened = StepStarted(0, ModelOutput((TextOutput("Hel"),)))

    assert steps_of(opened, TextDelta(0, "lo")) == (ModelOutput((TextOutput("Hello"),)),)


@pytest.mark.parametrize(
    ("delta", "step"),
    [
        (TextDelta(7, "a"), ModelOutput((TextOutput("a"),))),
        (ThoughtDelta(7, TextOutput("hm")), Thought((TextOutput("hm"),))),
        (ThoughtSigned(7, "c2ln"), Thought((), "c2ln")),
        (ArgumentsDelta(7, '{"a": 1}'), FunctionCall("", "", {"a": 1})),
        (OtherDelta(7, "google_search_result", {"result": []}), OtherStep("google_search_result", {"result": []})),
    ],
)
def test_a_delta_for_an_index_nobody_opened_opens_its_step(delta: Event, step: Step) -> None:
    assert steps_of(delta) == (step,)


def test_a_delta_that_does_not_fit_its_step_opens_another() -> None:
    steps = steps_of(StepStarted(0, Thought()), TextDelta(0, "answer"))

    assert steps == (Thought(), ModelOutput((TextOutput("answer"),)))


def test_what_the_user_wrote_never_comes_back_as_an_answer() -> None:
    assembler = Assembler()
    assembler.feed(StepStarted(0, UserInput()))

    event = assembler.feed(TextDelta(0, "my question"))

    assert not isinstance(event, TextDelta)
    assert assembler.interaction().steps == (UserInput((TextOutput("my question"),)),)


def test_a_replay_from_the_start_replaces_what_came_before() -> None:
    once = events_of("create-stream")

    assert assembled(*once[:8], *once) == assembled(*once)


@given(cut=st.integers(0, 10))
def test_going_on_after_a_cut_gives_the_same_as_one_stream(cut: int) -> None:
    events = events_of("create-stream")
    assembler = Assembler()
    for event in events[:cut]:
        assembler.feed(event)

    rest = [assembler.feed(event) for event in events[cut:]]

    assert rest[-1] == Finished(assembled(*events), "evt_10")


def test_the_newest_event_id_is_remembered() -> None:
    assembler = Assembler()
    assembler.feed(TextDelta(0, "a", "evt_1"))
    assembler.feed(TextDelta(0, "b"))

    assert assembler.last_event_id == "evt_1"


def test_what_the_final_event_leaves_out_is_taken_from_before() -> None:
    whole = assembled(
        Created(Interaction(id="v1_a", status="in_progress", model="m")),
        StatusChanged("v1_a", "in_progress", Usage(total_tokens=3)),
        Finished(Interaction(id=None, status="")),
    )

    assert whole == Interaction(id="v1_a", status="completed", model="m", usage=Usage(total_tokens=3))
