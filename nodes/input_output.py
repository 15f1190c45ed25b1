"""Where data come in and results go out, of a network and of a group."""

from __future__ import annotations

from collections.abc import Mapping

from netbuilder.node_api import (
    Axes,
    Choice,
    In,
    Int,
    NodeType,
    Out,
    Problem,
    Refusal,
    ShapeParam,
    TensorType,
    Text,
    symbol,
)

_DTYPES = (
    "float32",
    "float64",
    "float16",
    "bfloat16",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "bool",
)


class _Argument(NodeType):
    """A tensor that the data give; the batch axis N is put in front."""

    output = Out("N *S", doc="A batch of samples.")

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The declared shape behind the batch axis."""
        shape: tuple[int | str, ...] = getattr(self, "shape")  # noqa: B009 - declared below
        sizes = tuple(symbol(size) if isinstance(size, str) else size for size in shape)
        return {"output": TensorType((symbol("N"), *sizes), getattr(self, "dtype"))}  # noqa: B009


class Input(_Argument, id="input", title="Input", category="Input and output"):
    """Bring a field of the data into the network, as a batch of samples.

    Formula: output_n = the field, of sample n

    Source: an argument of the generated module's forward

    When: For every field of the data that the network reads; one for each. What belongs to the
    network and not to the data is a Parameter or a Constant.

    Also: x, data, features, placeholder

    See: target, output, parameter, constant
    """

    role = "input"

    field = Text("", doc="Field of the data; empty takes the one named like this node.")
    shape = ShapeParam(
        (1,),
        doc="Sizes of one sample's axes, the batch left out; a capital letter leaves one open.",
    )
    dtype = Choice("float32", _DTYPES, doc="Type of the numbers.")
    order = Int(0, min=-1000, max=1000, doc="Place among the inputs; the same place goes by name.")


class Target(_Argument, id="target", title="Target", category="Input and output"):
    """Bring the right answers into the network, for a loss to compare with.

    Formula: output_n = the right answer, of sample n

    Source: an argument of the generated module's losses

    When: For what a loss compares with; it is there in training and evaluation, and gone when the
    network is used.

    Also: label, answer, ground truth, y

    See: input, output, cross_entropy
    """

    role = "target"

    field = Text("", doc="Field of the data; empty takes the one named like this node.")
    shape = ShapeParam(
        (), doc="Sizes of one answer's axes, the batch left out; none for a class or a number."
    )
    dtype = Choice("int64", _DTYPES, doc="Type of the numbers; int64 for classes.")
    order = Int(0, min=-1000, max=1000, doc="Place among the targets; the same place goes by name.")


class Output(NodeType, id="output", title="Output", category="Input and output"):
    """Name a tensor as a result of the network.

    Formula: result = input

    Source: what the generated module's forward returns

    When: For what the network is asked: evaluation, use and exports look at Outputs. A loss needs
    none.

    Also: result, prediction, head

    See: input, target
    """

    role = "output"

    input = In("*B", dtype="any", doc="The result.")

    order = Int(0, min=-1000, max=1000, doc="Place among the outputs; the same place goes by name.")


class GroupInput(NodeType, id="group_input", title="Group input", category="Group"):
    """Bring what is connected to an instance of the group into the group.

    Formula: output = what comes in at the instance

    Source: an argument of the group's forward

    When: Inside a group, once for every tensor its instances take.

    Also: argument, port, subgraph input

    See: group_output, input
    """

    role = "group_input"

    output = Out("*B", doc="What is connected to the instance.")

    order = Int(0, min=-1000, max=1000, doc="Place among the inputs; the same place goes by name.")
    doc = Text("", doc="What the group expects here, in a sentence.")

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Only an instance of the group knows what comes in."""
        message = "the type of a group's input is that of what is connected to the instance"
        raise Refusal(Problem("NB214", message, port="output"))


class GroupOutput(NodeType, id="group_output", title="Group output", category="Group"):
    """Hand a tensor out of the group, to whatever its instances are connected to.

    Formula: what goes out of the instance = input

    Source: what the group's forward returns

    When: Inside a group, once for every tensor its instances hand on.

    Also: result, port, subgraph output

    See: group_input, output
    """

    role = "group_output"

    input = In("*B", dtype="any", doc="What the group hands out.")

    order = Int(0, min=-1000, max=1000, doc="Place among the outputs; the same place goes by name.")
