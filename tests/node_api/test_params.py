"""Declared parameters: what they take, how they read, and what they say when they refuse."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.node_api import (
    Bool,
    Choice,
    Float,
    Floats,
    Int,
    Ints,
    Pair,
    Path,
    ShapeParam,
    Sizes,
    Text,
)
from netbuilder.node_api.params import Declared, ParamError, describe


class Sample(Declared):
    """One parameter of every kind."""

    count = Int(3, min=1, max=9, doc="A count.", unit="px")
    free = Int(None, optional=True)
    share = Float(0.5, min=0.0, max=1.0, group="Advanced")
    flag = Bool(True)
    word = Choice("a", ("a", "b"))
    text = Text("")
    path = Path("x.csv")
    order = Ints((0, 1), min=-4, max=4, min_length=1, max_length=3)
    weights = Floats((), min=0.0, max_length=3)
    size = Pair((2, 2), min=1, words=("same",))
    length = Sizes((5,), axes=1, min=0)
    shape = ShapeParam((1, 8, 8))


TAKEN = [
    ("count", 9, 9),
    ("free", None, None),
    ("free", -7, -7),
    ("share", 1, 1.0),
    ("flag", False, False),
    ("word", "b", "b"),
    ("text", "\u00fc", "\u00fc"),
    ("order", [2], (2,)),
    ("weights", [1, 0.5], (1.0, 0.5)),
    ("weights", [], ()),
    ("size", 3, (3, 3)),
    ("size", [3, 4], (3, 4)),
    ("size", "same", "same"),
    ("length", 3, (3,)),
    ("shape", [], ()),
    ("shape", ["T", 64], ("T", 64)),
]
REFUSED = [
    ("count", 0, "count is 0, but takes a whole number from 1 to 9"),
    ("count", 10, "count is 10, but takes a whole number from 1 to 9"),
    ("count", 2.0, "count is 2.0, but takes a whole number from 1 to 9"),
    ("count", True, "count is true, but takes a whole number from 1 to 9"),
    ("count", "3", "count is '3', but takes a whole number from 1 to 9"),
    ("count", None, "count is nothing, but takes a whole number from 1 to 9"),
    ("free", "x", "free is 'x', but takes a whole number, or nothing"),
    ("share", math.nan, "share is nan, but takes a number from 0.0 to 1.0"),
    ("share", math.inf, "share is inf, but takes a number from 0.0 to 1.0"),
    ("share", 1.01, "share is 1.01, but takes a number from 0.0 to 1.0"),
    ("flag", 1, "flag is 1, but takes true or false"),
    ("word", "c", "word is 'c', but takes one of a, b"),
    ("word", ["a"], "word is ['a'], but takes one of a, b"),
    ("text", 3, "text is 3, but takes text of at most 4096 characters"),
    ("order", [], "order is an empty list, but takes a list of 1 to 3 whole numbers from -4 to 4"),
    ("order", [5], "order is 5, but takes a list of 1 to 3 whole numbers from -4 to 4"),
    ("order", [1.5], "order is [1.5], but takes a list of 1 to 3 whole numbers from -4 to 4"),
    (
        "weights",
        [-1.5],
        "weights is [-1.5], but takes a list of 0 to 3 numbers of at least 0.0",
    ),
    (
        "weights",
        [math.inf],
        "weights is [inf], but takes a list of 0 to 3 numbers of at least 0.0",
    ),
    (
        "size",
        [1, 2, 3],
        "size is 1 x 2 x 3, but takes one or 2 whole numbers of at least 1, or same",
    ),
    ("size", "valid", "size is 'valid', but takes one or 2 whole numbers of at least 1, or same"),
    ("size", 0, "size is 0, but takes one or 2 whole numbers of at least 1, or same"),
    ("length", [1, 2], "length is 1 x 2, but takes a whole number of at least 0"),
]


@pytest.mark.parametrize(("name", "value", "read"), TAKEN)
def test_it_takes_values_and_reads_them_in_one_form(name: str, value: Any, read: Any) -> None:
    sample = Sample({name: value})
    assert getattr(sample, name) == read
    assert type(getattr(sample, name)) is type(read)


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_it_says_what_it_takes(name: str, value: Any, message: str) -> None:
    with pytest.raises(ParamError) as caught:
        Sample({name: value})
    assert str(caught.value) == message


@pytest.mark.parametrize("value", [[0], ["t"], ["N"], [1.0], [True], ["TOO_LONG1"], 3, "T", None])
def test_shapes_are_sizes_of_at_least_one_and_names_in_capitals(value: Any) -> None:
    with pytest.raises(ParamError, match="shape is "):
        Sample({"shape": value})


def test_a_parameter_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ParamError, match="there is no parameter sise; there are: count, free"):
        Sample({"sise": 3})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(Sample.params)), JSON)
def test_any_json_is_taken_or_refused_with_a_sentence(name: str, value: Any) -> None:
    try:
        sample = Sample({name: value})
    except ParamError as error:
        assert "but takes" in str(error)  # noqa: PT017 - both ways out are right
        return
    plain = json.loads(json.dumps(sample.to_plain(), allow_nan=False))
    assert Sample(plain).values() == sample.values()


def test_own_parameters_come_before_inherited_ones_and_can_replace_them() -> None:
    class Child(Sample):
        extra = Int(1)
        count = Int(5, min=5)

    assert list(Child.params)[:2] == ["extra", "count"]
    assert Child().count == 5
    assert Sample().count == 3
    with pytest.raises(ParamError):
        Child({"count": 4})


def test_facts_are_plain_data() -> None:
    facts = {name: param.facts() for name, param in Sample.params.items()}
    assert json.loads(json.dumps(facts)) == facts
    assert facts["count"] == {
        "kind": "int",
        "default": 3,
        "doc": "A count.",
        "unit": "px",
        "min": 1,
        "max": 9,
    }
    assert facts["word"]["choices"] == ["a", "b"]
    assert facts["size"]["words"] == ["same"]
    assert facts["free"]["optional"] is True


def test_long_values_are_cut_in_messages() -> None:
    assert len(describe("x" * 500)) == 60
