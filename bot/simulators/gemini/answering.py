"""Who answers an interaction, and from what: the model, the research agent, or a script."""

from collections.abc import Mapping, Sequence

from bot.simulators.gemini import wire
from bot.simulators.gemini.facts import Facts
from bot.simulators.gemini.mind import Heard
from bot.simulators.gemini.model import respond
from bot.simulators.gemini.pieces import Output, Piece, Thought
from bot.simulators.gemini.research import Assignment, plan, research
from bot.simulators.gemini.store import Interaction
from bot.simulators.gemini.wire import JsonObject
from bot.simulators.gemini.working import work

APPROVALS = ("go ahead", "looks good", "ok", "yes", "approve", "start")
Chain = Sequence[Interaction]  # an interaction and its ancestors, oldest first


def pieces(
    chain: Chain, opened: Mapping[str, Facts], *, answers: Sequence[str] | None, research_seconds: float
) -> list[Piece]:
    """What is going to be thought and said in the last interaction of the chain; `opened` is by address."""
    if answers is not None:
        return [Thought("Saying what was scripted."), Output(answers)]
    latest = chain[-1]
    if latest.environment is not None:
        return work(_words(latest), latest.environment, research_seconds)
    if latest.request.agent is not None:
        assignment = _assignment(chain)
        return plan(assignment, research_seconds) if _is_plan(latest) else research(assignment, research_seconds)
    heard = Heard(_steps(chain), latest.input, latest.request.system_instruction, opened)
    return respond(heard, latest.request)


def input_tokens(chain: Chain) -> int:
    """What the last interaction of the chain costs to read: the chain, its own input and its system instruction."""
    return wire.step_tokens(_steps(chain)) + wire.tokens(chain[-1].request.system_instruction or "")


def _steps(chain: Chain) -> list[JsonObject]:
    return [step for interaction in chain for step in (*interaction.input, *interaction.steps)]


def _assignment(chain: Chain) -> Assignment:
    """The question is where its plan began; what was said about the plan since are changes to it."""
    start = len(chain) - 1
    while start > 0 and _is_plan(chain[start - 1]):
        start -= 1
    question, *changes = [_words(one) for one in chain[start:] if one is chain[start] or not _is_approval(one)]
    config = chain[-1].request.agent_config
    return Assignment(question, changes, illustrated=config is None or config.visualization != "off")


def _is_approval(interaction: Interaction) -> bool:
    """Whether it has the plan carried out as it is."""
    return not _is_plan(interaction) and _words(interaction).lower().startswith(APPROVALS)


def _is_plan(interaction: Interaction) -> bool:
    config = interaction.request.agent_config
    return config is not None and config.collaborative_planning


def _words(interaction: Interaction) -> str:
    return "\n".join(wire.text(step) for step in interaction.input)
