"""JSON that fits: judged by pydantic, which made the schemas."""

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter

from bot.simulators.gemini.schema import fill


class Leaf(BaseModel):
    kind: Literal["leaf"]
    day: date


class Tree(BaseModel):
    children: list["Tree"] = Field(default_factory=list["Tree"])
    leaf: Leaf | None


class Order(BaseModel):
    count: Annotated[int, Field(ge=1, le=9)]
    price: Annotated[float, Field(gt=0, lt=1)]
    tags: Annotated[list[str], Field(min_length=2, max_length=3)]
    size: Literal["small", "large"]
    nested: dict[str, int]
    steps: Annotated[int, Field(multiple_of=5)]
    note: Annotated[str, Field(min_length=5, max_length=8)]
    either: int | str
    fixed: Literal[7]


@pytest.mark.parametrize("kind", [Leaf, Tree, Order, list[Order], Leaf | Order])
@pytest.mark.parametrize("text", ["", "A large one for 4", "2026-05-01 at 10 am, 0.5 or 12"])
def test_what_is_filled_in_is_valid(kind: Any, text: str) -> None:
    adapter = TypeAdapter[Any](kind)

    adapter.validate_python(fill(adapter.json_schema(), text))


def test_values_come_from_the_text() -> None:
    schema = TypeAdapter(Order).json_schema()

    filled = fill(schema, "A large one, 4 of them")

    assert isinstance(filled, dict)
    assert (filled["size"], filled["count"]) == ("large", 4)
