"""What an operator reads of a refusal."""

import pytest

from adapters.discord.codes import render_code


@pytest.mark.parametrize(
    ("code", "read"), [(50013, "50013 (no permission)"), (160004, "160004 (thread exists)"), (0, "0"), (77, "77")]
)
def test_a_refusal_is_named_where_it_is_known(code: int, read: str) -> None:
    assert render_code(code) == read
