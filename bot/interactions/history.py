"""Going on from an answer: by its id, or by sending all that was said again.

Only what was said is inherited along a chain. Tools, instructions and settings belong to each request, so they
are carried over here. A model may go on where an agent ended, and the reverse.

Source: "Interactions API", "Function calling", "Thinking", Gemini API docs.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.interactions.interaction import Interaction
from bot.interactions.requests import Block, FunctionResult, Item, Request, UserTurn
from bot.interactions.steps import Step, Thought, UserInput
from bot.interactions.wire import JsonObject

FOREIGN = Thought(signature="skip_thought_signature_validator")
"""Put before a function call that another model made, whose thoughts are not there to be checked."""

Result = str | JsonObject | tuple[Block, ...]


def follow_up(request: Request, answer: Interaction, *said: Item) -> Request:
    """The request that says something after the answer to `request`.

    A stored answer is named by its id. One that is not is sent again with everything before it: its thoughts,
    signatures and tool steps as they came.
    """
    if request.store is False or answer.id is None:
        whole = (*replayed(request, answer), *said)
        return replace(request, input=whole, continuation_token=None)
    return replace(request, input=said, previous_interaction_id=answer.id, continuation_token=None)


def replayed(request: Request, answer: Interaction) -> tuple[Item, ...]:
    """The history with the answer at its end. A POST answers without the question, so that is taken from here."""
    return (*_as_turns(request.items), *(step for step in answer.steps if not isinstance(step, UserInput)))


def _as_turns(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The same history, in which content side by side is one turn of its own."""
    turns: list[Item] = []
    said: list[Block] = []
    for item in items:
        if isinstance(item, UserTurn | FunctionResult | Step):
            turns += [*_turn(said), item]
            said = []
        else:
            said.append(item)
    return (*turns, *_turn(said))


def _turn(said: list[Block]) -> tuple[UserTurn, ...]:
    return (UserTurn(tuple(said)),) if said else ()


def answer_calls(
    request: Request, answer: Interaction, results: Mapping[str, Result], *, failed: frozenset[str] = frozenset()
) -> Request:
    """The request that brings the results of all calls in an answer, by the ids of the calls.

    `failed` names the calls whose result tells an error. Raises ValueError when a result is missing, since the
    API takes all of them together or none.
    """
    missing = [call.name for call in answer.function_calls if call.id not in results]
    if missing or not answer.function_calls:
        raise ValueError(f"no result for {', '.join(missing)}" if missing else "the answer calls no function")
    given = [
        FunctionResult(
            call_id=call.id, name=call.name, result=results[call.id], is_error=True if call.id in failed else None
        )
        for call in answer.function_calls
    ]
    return follow_up(request, answer, *given)


def handed_to_model(request: Request, model: str) -> Request:
    """The same request to a model, without what only an agent takes."""
    return replace(
        request, model=model, agent=None, agent_config=None, environment=None, background=None, webhook_config=None
    )


def handed_to_agent(request: Request, agent: str) -> Request:
    """The same request to an agent, in the background, without what only a model takes."""
    return replace(
        request,
        agent=agent,
        model=None,
        generation_config=None,
        system_instruction=None,
        tools=(),
        response_format=(),
        background=True,
    )
