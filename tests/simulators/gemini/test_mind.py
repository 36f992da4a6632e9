"""What the simulator's model says: only what it was told, and that it is a simulator."""

import base64
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.simulators.gemini.mind import deltas
from bot.simulators.gemini.wire import text

Json = dict[str, Any]
Create = Callable[..., Awaitable[Json]]
Said = Callable[[Json], str]


@pytest.fixture
def talk(create: Create, said: Said) -> Callable[..., Awaitable[str]]:
    """Send messages one after the other in one conversation: the last answer."""

    async def call(*messages: object) -> str:
        interaction: Json = {"id": None}
        for message in messages:
            interaction = await create(message, previous_interaction_id=interaction["id"])
        return said(interaction)

    return call


Talk = Callable[..., Awaitable[str]]


@pytest.mark.parametrize("greeting", ["Hello", "hi there", "Who are you?", "Are you Gemini?", "help"])
async def test_it_says_that_it_is_a_simulator(talk: Talk, greeting: str) -> None:
    assert "**Parley's simulator**, not Gemini" in await talk(greeting)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("My name is Phil.", "Phil"),
        ("hey, my name's phil and I have a question", "phil"),
        ("I am called Ana María Ruiz", "Ana María Ruiz"),
        ("You can call me Zoë!", "Zoë"),
        ("My name is Ann. No, my name is Bob.", "Bob"),
    ],
)
async def test_it_knows_the_name_it_was_told(talk: Talk, told: str, name: str) -> None:
    assert f"Your name is **{name}**" in await talk(told, "Write a long answer", "So what is my name?")


async def test_it_does_not_know_what_it_was_not_told(talk: Talk) -> None:
    assert "not told me your name" in await talk("Hello", "What is my name?")
    assert "not told me your favourite fish" in await talk("What is my favourite fish?")
    assert "Nothing yet" in await talk("What did I tell you?")
    assert "not Gemini" in await talk("What is the capital of France?")


async def test_it_lists_what_it_was_told(talk: Talk) -> None:
    told = ["My name is Phil", "my favorite colour is sea green.", "Remember that the launch is on Friday"]

    answer = await talk(*told, "What did I tell you?")

    assert answer.splitlines()[-3:] == [
        "- your name is **Phil**",
        "- your favourite colour is **sea green**",
        "- the launch is on Friday",
    ]
    assert "**sea green**" in await talk(*told, "What's my favourite colour?")


async def test_it_counts_messages_and_what_it_was_sent(talk: Talk) -> None:
    assert "3 messages" in await talk("One", "Two", "How many messages have I sent?")
    assert "10 characters in 2 words; this is message 2 of" in await talk("One", "Ünd jetzt!")


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("what is 12*7", "**84**"),
        ("What's 1 / 3?", "**0.3333333333**"),
        ("calculate (2 + 3) × -4", "**-20**"),
        ("what is 0.1+0.2", "**0.3**"),
    ],
)
async def test_it_calculates(talk: Talk, question: str, value: str) -> None:
    assert value in await talk(question)


@pytest.mark.parametrize("question", ["what is 1/0", "what is 2**9999999", "what is 1 1", "what is 9" + "+9" * 500])
async def test_what_is_no_sum_it_only_counts(talk: Talk, question: str) -> None:
    assert "I received" in await talk(question)


async def test_it_counts_to_a_number_but_not_for_ever(talk: Talk) -> None:
    assert await talk("count to 4") == "1, 2, 3, 4"
    assert "there I stop" in await talk("count to 999999999")


async def test_it_says_words_again_and_numbers_them_when_there_are_several(talk: Talk) -> None:
    assert await talk("echo: my name is Phil") == "my name is Phil"
    assert await talk("Hello", "please echo 3 times: T1Q2 what is 1+1") == (
        "1/3 T1Q2 what is 1+1\n2/3 T1Q2 what is 1+1\n3/3 T1Q2 what is 1+1"
    )


async def test_a_long_answer_has_every_element_and_its_length(talk: Talk) -> None:
    long, very_long = await talk("Please write a long answer"), await talk("Write a very long answer")

    assert 3_000 <= len(long) < 4_000
    assert 30_000 <= len(very_long) < 31_000
    for element in ("# A long", "\n- ", "\n1. ", "| ---", "```python", "> "):
        assert element in long
    assert long.count("```") % 2 == 0


async def test_it_tells_what_files_it_received(talk: Talk) -> None:
    png = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
    )
    pdf = b"%PDF-1.4\n1 0 obj << /Type /Pages >> 2 0 obj << /Type /Page >> 3 0 obj << /Type/Page >>"
    content = [
        {"type": "text", "text": "what is 2+2"},
        {"type": "image", "data": base64.b64encode(png).decode(), "mime_type": "image/png"},
        {"type": "document", "data": base64.b64encode(pdf).decode(), "mime_type": "application/pdf"},
        {"type": "video", "uri": "https://example.com/v.mp4"},
    ]

    answer = await talk(content)

    sums = [hashlib.sha256(data).hexdigest()[:12] for data in (png, pdf)]
    assert f"1. **image (image/png)**, {len(png)} bytes, SHA-256 `{sums[0]}…`, 1 x 1 pixels" in answer
    assert f"2. **document (application/pdf)**, {len(pdf)} bytes, SHA-256 `{sums[1]}…`, 2 pages" in answer
    assert "3. video (no MIME type) at an address" in answer
    assert "2+2 = **4**" in answer


async def test_files_of_earlier_messages_are_not_reported_again(talk: Talk) -> None:
    file = [{"type": "audio", "data": "eA==", "mime_type": "audio/wav"}]

    assert "I received:" in await talk(file)
    assert "audio" not in await talk(file, "And now?")


async def test_a_result_of_a_function_reaches_it(talk: Talk) -> None:
    result = {"type": "function_result", "call_id": "c1", "name": "get_weather", "result": {"sky": "clear"}}

    assert '- `get_weather`: {"sky":"clear"}' in await talk("Weather?", [result])


@pytest.mark.parametrize("words", ["", " ", "a", " a  b\n\nc ", "\n```\n  x\n```\n"])
def test_deltas_joined_are_the_text(words: str) -> None:
    pieces = deltas(words)

    assert "".join(pieces) == words
    assert all(len(piece.split()) <= 1 for piece in pieces)


def test_the_text_of_a_step_is_its_text_blocks() -> None:
    step: Json = {"type": "user_input", "content": [{"type": "text", "text": "a"}, {"type": "image"}, 7]}

    assert text(step) == "a"
    assert text({"type": "function_call", "content": None}) == ""
