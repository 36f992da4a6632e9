"""What the code is said to print is right."""

import subprocess
import sys

import pytest

from bot.simulators.gemini.tools.code import execute


@pytest.mark.parametrize(
    ("question", "printed"),
    [
        ("Calculate the 50th Fibonacci number.", "12586269025"),
        ("What is the sum of the first 50 primes? ", "5117"),
        ("Which is the 100th prime?", "541"),
        ("The factorial of 20, please", "2432902008176640000"),
        ("Solve this step by step: What is 15% of 240?", "36"),
        ("What is (3 + 4) * 12?", "84"),
    ],
)
def test_the_result_is_what_the_code_prints(question: str, printed: str) -> None:
    used = execute({}, question)

    assert used is not None
    assert used.use.result["result"] == f"{printed}\n"
    arguments = used.use.call["arguments"]
    assert isinstance(arguments, dict)
    ran = subprocess.run([sys.executable, "-c", str(arguments["code"])], capture_output=True, text=True, check=True)
    assert float(ran.stdout) == float(printed)


def test_a_question_without_a_sum_runs_no_code() -> None:
    assert execute({}, "Who are you?") is None
