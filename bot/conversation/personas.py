"""Who answers: the model, how it is told to behave, and how it generates.

The API inherits none of this from the previous interaction, so it goes with every request.
"""

from bot.content import Record
from bot.interactions.types import GenerationConfig

INSTRUCTION = """\
You are Parley, an assistant in a team's chat. Several people may write in one thread.
Answer in the language of the question, in Markdown, as short as the question allows.
Say so when you do not know something. Never mention people or channels with an @ to call their attention.\
"""


class Persona(Record):
    model: str
    system_instruction: str = INSTRUCTION
    generation: GenerationConfig = GenerationConfig(thinking_summaries="none")
