"""Values as text, and back."""

import pytest

from netbuilder.editor.widgets.reading import (
    is_default,
    is_unfinished,
    number_text,
    stepped,
    text_of,
    value_of,
)
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.params import (
    Float,
    Floats,
    Int,
    Ints,
    Pair,
    ParamError,
    Path,
    ShapeParam,
    Sizes,
    Text,
    Texts,
)

NAMES = {"dim": 64, "index": 0}


def named(param, name="size"):
    param.name = name
    return param


READ = [
    (Int(1, min=0, max=99), "7", 7),
    (Int(1, min=0, max=99), " 6*7 ", 42),
    (Int(None, optional=True), "", None),
    (Float(0.1), "1e-3", 0.001),
    (Float(0.1), "3", 3.0),
    (Float(None, optional=True), "", None),
    (Sizes((3,), axes=1), "5", 5),
    (Pair((3, 3)), "5", 5),
    (Pair((3, 3)), "5, 3", [5, 3]),
    (Pair((3, 3)), "5 x 3", [5, 3]),
    (Pair((3, 3)), "5×3", [5, 3]),  # noqa: RUF001 - the sign that fields show
    (Pair((0, 0), words=("same",)), "same", "same"),
    (Ints((1,), min=-9), "0, -2 1", None),
    (Ints((1,), min=-9), "0, -2, 1", [0, -2, 1]),
    (Ints((1,), min=-9), "0 -2 1", [0, -2, 1]),
    (Ints(()), "", []),
    (Floats((), min=0.0), "0.5, 2 1", None),
    (Floats((), min=0.0), "0.5, 2, 1e-3", [0.5, 2, 0.001]),
    (Floats((), min=0.0), "0.5 2", [0.5, 2]),
    (Floats(()), "", []),
    (ShapeParam((1,)), "3 x 32 x T", [3, 32, "T"]),
    (ShapeParam((1,)), "3 32 T", [3, 32, "T"]),
    (ShapeParam(()), "", []),
    (Text("", doc=""), "<b>&", "<b>&"),
    (Path(""), "data/a b.csv", "data/a b.csv"),
    (Texts(()), "a, b c", ["a", "b c"]),
    (Texts(()), '"a, b",c', ["a, b", "c"]),
]


@pytest.mark.parametrize(("param", "text", "value"), READ)
def test_a_text_stands_for_a_value(param, text, value):
    named(param)
    if value is None and not param.optional:
        with pytest.raises(ParamError):
            value_of(param, text)
        return
    assert value_of(param, text) == value
    assert type(value_of(param, text)) is type(value)


@pytest.mark.parametrize(("param", "text", "value"), READ)
def test_what_is_shown_reads_as_the_same_value(param, text, value):
    if value is not None:
        assert value_of(named(param), text_of(param, value)) == value


@pytest.mark.parametrize(
    ("param", "text", "said"),
    [
        (Int(1, min=1), "0", "size is 0, but takes a whole number of at least 1"),
        (Int(1, min=1), "1.5", "size is 1.5, but takes a whole number of at least 1"),
        (Int(1), "", "size is nothing, but takes a whole number"),
        (Int(1), "dim * 4", "size is 'dim * 4', but takes a whole number"),
        (Float(1, min=0, max=1), "2", "size is 2, but takes a number from 0 to 1"),
        (
            Pair((1, 1), min=1),
            "1, 2, 3",
            "size is 1 x 2 x 3, but takes one or 2 whole numbers of at least 1",
        ),
        (ShapeParam(()), "3, n", "size is (3, 'n'), but takes a list of at most 16 sizes"),
    ],
)
def test_what_is_not_taken_is_refused_in_the_parameters_own_sentence(param, text, said):
    with pytest.raises(ParamError) as refused:
        value_of(named(param), text)
    assert str(refused.value).startswith(said)


def test_inside_of_a_group_arithmetic_with_names_is_kept():
    param = named(Int(1, min=1, max=1000))
    assert value_of(param, "dim * 4", NAMES) == Expression("dim * 4")
    assert value_of(named(Pair((1, 1), min=0)), "dim, 3", NAMES) == [Expression("dim"), 3]
    with pytest.raises(ParamError, match="1000"):
        value_of(param, "dim * 400", NAMES)
    with pytest.raises(ParamError, match="asks for width"):
        value_of(param, "width * 4", NAMES)


def test_a_hostile_text_is_refused_quickly():
    for text in ("9" * 5000, "(" * 5000, "2**64**64**64", "a" * 5000, "__import__('os')"):
        with pytest.raises(ParamError):
            value_of(named(Int(1, min=0, max=9)), text, NAMES)


@pytest.mark.parametrize(
    ("value", "steps", "moved"),
    [(0.001, 1, 0.002), (0.001, -1, 0.0009), (0.5, 1, 0.6), (0.0, 1, 0.1), (0.95, 10, 1.0)],
)
def test_a_step_of_a_number_is_one_of_its_first_digit(value, steps, moved):
    assert stepped(named(Float(0.0, min=0, max=1)), value, steps) == pytest.approx(moved)


def test_a_step_stays_in_the_range():
    param = named(Int(1, min=1, max=8))
    assert stepped(param, 1, -1) == 1
    assert stepped(param, 3, 10) == 8


def test_defaults_are_known_however_they_are_written():
    assert is_default(named(Pair((3, 3))), 3)
    assert is_default(named(Pair((3, 3))), [3, 3])
    assert not is_default(named(Pair((3, 3))), [3, 5])
    assert not is_default(named(Int(3)), Expression("dim"))
    assert not is_default(named(Int(3)), "three")


def test_unfinished_texts_are_not_told_off():
    assert all(map(is_unfinished, ("", "-", "2 *", "max(2", "1e", "3,", "3 x")))
    assert not any(map(is_unfinished, ("0", "12", "same")))


def test_small_numbers_are_short():
    assert number_text(1e-8) == "1e-8"
    assert number_text(0.1) == "0.1"
    assert number_text(64) == "64"
