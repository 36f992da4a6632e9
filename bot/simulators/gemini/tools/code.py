"""Code execution, simulated: the code is for show, but the result is really computed, here, without running any code.

Source: "Code execution", Gemini API docs.
"""

import math
import re
from collections.abc import Callable
from itertools import count, islice

from bot.simulators.gemini.arithmetic import calculate
from bot.simulators.gemini.pieces import ToolUse
from bot.simulators.gemini.tools.used import Used
from bot.simulators.gemini.wire import JsonObject

_MOST = 2_000
_SUM = re.compile(r"[-−(\d][-−+*/×÷().\d\s]*[\d)]")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%\s+of\s+(\d+(?:\.\d+)?)")
_FIBONACCI = re.compile(r"(?i)\b(\d{1,4})(?:st|nd|rd|th)?\s+fibonacci")
_FACTORIAL = re.compile(r"(?i)\bfactorial\s+of\s+(\d{1,4})\b|\b(\d{1,4})\s*!")
_PRIMES = re.compile(r"(?i)\bsum of the first (\d{1,4}) prime")
_PRIME = re.compile(r"(?i)\b(\d{1,4})(?:st|nd|rd|th)\s+prime")


def execute(_tool: JsonObject, question: str) -> Used | None:
    """A computation when the question has one of the few that are known here."""
    for find in (_fibonacci, _factorial, _primes, _percent, _expression):
        if (found := find(question)) is not None:
            code, value = found
            call: JsonObject = {"arguments": {"code": code, "language": "python"}}
            use = ToolUse("code_execution", call, {"result": f"{value}\n", "is_error": False})
            return Used(use, f"The code printed **{value}**. It was simulated, the number is computed.")
    return None


def _fibonacci(question: str) -> tuple[str, str] | None:
    if (found := _FIBONACCI.search(question)) is None or int(found[1]) > _MOST:
        return None
    before, value = 0, 1
    for _ in range(int(found[1]) - 1):
        before, value = value, before + value
    return f"a, b = 0, 1\nfor _ in range({found[1]} - 1):\n    a, b = b, a + b\nprint(b)", str(value)


def _factorial(question: str) -> tuple[str, str] | None:
    found = _FACTORIAL.search(question)
    number = int(found[1] or found[2]) if found else 0
    if found is None or number > _MOST // 2:
        return None
    return f"import math\nprint(math.factorial({number}))", str(math.factorial(number))


def _primes(question: str) -> tuple[str, str] | None:
    for pattern, combine in _OF_PRIMES:
        if (found := pattern.search(question)) is not None and 0 < int(found[1]) <= _MOST:
            first = list(islice((each for each in count(2) if _is_prime(each)), int(found[1])))
            code = (
                "from itertools import count, islice\n"
                "primes = (n for n in count(2) if all(n % d for d in range(2, int(n**0.5) + 1)))\n"
                f"first = list(islice(primes, {found[1]}))\nprint({combine.__name__}(first))"
            )
            return code, str(combine(first))
    return None


def _percent(question: str) -> tuple[str, str] | None:
    if (found := _PERCENT.search(question)) is None:
        return None
    expression = f"{found[1]} * {found[2]} / 100"
    value = calculate(expression)
    return None if value is None else (f"print({expression})", value)


def _expression(question: str) -> tuple[str, str] | None:
    for found in _SUM.findall(question):
        value = calculate(found)
        if value is not None and not found.strip().isdigit():
            plain = found.strip().replace("×", "*").replace("÷", "/").replace("−", "-")
            return f"print({plain})", value
    return None


def _is_prime(number: int) -> bool:
    return all(number % divisor for divisor in range(2, math.isqrt(number) + 1))


_OF_PRIMES: tuple[tuple[re.Pattern[str], Callable[[list[int]], int]], ...] = ((_PRIMES, sum), (_PRIME, max))
