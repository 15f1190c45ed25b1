"""The preprocessing of the data inside an ONNX file: inputs then take numbers as the data have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from netbuilder.codegen.source import Argument, Source
from netbuilder.data.applying import applied, undone
from netbuilder.data.feed import feed
from netbuilder.data.learnt import interpolation, nearest
from netbuilder.data.scaling import channel_shape
from netbuilder.exchange.onnx_graph import NODE_KEY, graphs, names

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnx import ModelProto, NodeProto, TensorProto

# A value in so many of an input that the training filled is left out when files are compared.
_LEFT_OUT = 0.1


def is_prepared(argument: Argument, preprocessing: Mapping[str, Any]) -> bool:
    """Whether anything is done to the numbers of an input.

    Args:
        argument: The input.
        preprocessing: What ``Prepared.preprocessing`` says.
    """
    name = _field(argument)
    stepped = any(step["field"] == name for step in preprocessing.get("steps", ()))
    return stepped or any(name in preprocessing.get(key, {}) for key in ("impute", "standardize"))


def put_before(model: ModelProto, source: Source, preprocessing: Mapping[str, Any]) -> list[str]:
    """Put what was done to the data before the inputs of a model, in place.

    Numbers are worked out in double precision, as they were for the training, and become what the network
    takes after each step.

    Args:
        model: The model, whose inputs have the names of ``source``.
        source: What it was made of.
        preprocessing: What ``Prepared.preprocessing`` says.

    Returns:
        The names of the values that stand in for the inputs.
    """
    taken = names(model.graph)
    inputs = {value.name: value for value in model.graph.input}
    nodes: list[NodeProto] = []
    made = []
    for argument in source.inputs:
        if not is_prepared(argument, preprocessing):
            continue
        value = inputs[argument.name]
        inside = _free(f"{argument.name}_prepared", taken)
        for one in graphs(model.graph):
            for node in one.node:
                node.input[:] = [inside if name == value.name else name for name in node.input]
        build = _Build(argument.name, taken)
        _write(build, argument, preprocessing, inside)
        _declare(value, argument, preprocessing)
        nodes += build.nodes
        model.graph.initializer.extend(build.constants)
        made.append(inside)
    behind = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*nodes, *behind])
    return made


def draw(
    source: Source, preprocessing: Mapping[str, Any], inputs: Sequence[Any], seed: int
) -> tuple[dict[str, NDArray[Any]], list[Any]]:
    """Return samples as the data have them, some numbers missing, and what the network gets of them.

    Args:
        source: What the network was made of.
        preprocessing: What ``Prepared.preprocessing`` says.
        inputs: Tensors that the network takes; those that are not prepared stay as they are.
        seed: Where random numbers start.

    Returns:
        By the name of the input what the file takes, and the tensors that the module takes.
    """
    import torch

    random = np.random.RandomState(seed)
    given: dict[str, NDArray[Any]] = {}
    fed = []
    for argument, tensor in zip(source.inputs, inputs, strict=True):
        if not is_prepared(argument, preprocessing):
            given[argument.name] = tensor.numpy()
            fed.append(tensor)
            continue
        raw = _drawn(argument, preprocessing, tuple(tensor.shape), random)
        given[argument.name] = raw
        done = feed(applied({_field(argument): raw}, preprocessing), [argument])[argument.name]
        fed.append(torch.as_tensor(done).to(tensor.dtype))
    return given, fed


@dataclass
class _Build:
    """Nodes and constants as they come.

    Attributes:
        of: The node of the graph whose numbers are prepared.
        taken: Names that are in use.
        nodes: The nodes.
        constants: The constants.
    """

    of: str
    taken: set[str]
    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def add(self, operator: str, *inputs: str, into: str = "", **attributes: Any) -> str:
        """Add a node; return the name of its value."""
        import onnx

        name = into or _free(f"{self.of}_{operator.lower()}", self.taken)
        node = onnx.helper.make_node(
            operator, list(inputs), [name], name=f"{name}_node", **attributes
        )
        node.metadata_props.add(key=NODE_KEY, value=self.of)
        self.nodes.append(node)
        return name

    def constant(self, values: NDArray[Any]) -> str:
        """Add a constant; return its name."""
        import onnx

        name = _free(f"{self.of}_constant", self.taken)
        self.constants.append(onnx.numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def cast(self, value: str, dtype: str, into: str = "") -> str:
        """Add a cast to a type of numpy."""
        return self.add("Cast", value, into=into, to=_element(dtype))


def _write(build: _Build, argument: Argument, preprocessing: Mapping[str, Any], into: str) -> None:
    """Add the nodes from the input to what stands in for it."""
    name = _field(argument)
    value = argument.name
    shape, _ = _given(argument, preprocessing)
    means = preprocessing.get("impute", {}).get(name)
    if means is not None:
        filling = build.constant(np.array(means, np.float32).reshape(shape))
        value = build.add("Where", build.add("IsNaN", value), filling, value)
    for step in preprocessing.get("steps", ()):
        if step["field"] == name:
            value = _step(build, value, step, shape)
            shape = (*shape, step["classes"]) if step["step"] == "one_hot" else shape
            if step["step"] == "resize":
                shape = (*shape[:-2], step["height"], step["width"])
    learnt = preprocessing.get("standardize", {}).get(name)
    if learnt is not None:
        value = _affine(build, value, learnt["mean"], learnt["std"], len(shape))
    if len(shape) != len(argument.shape) or any(
        isinstance(size, int) and size != own
        for size, own in zip(argument.shape, shape, strict=True)
    ):
        sizes = [size if isinstance(size, int) else -1 for size in argument.shape]
        value = build.add("Reshape", value, build.constant(np.array([0, *sizes], np.int64)))
    build.cast(value, argument.dtype, into)


def _step(build: _Build, value: str, step: Mapping[str, Any], shape: tuple[int, ...]) -> str:
    """Add the nodes of a step on samples of a shape; see ``data.learnt``."""
    if "shift" in step:
        return _affine(build, value, step["shift"], step["scale"], len(shape))
    if step["step"] == "one_hot":
        depth, values = np.array(step["classes"], np.int64), np.array([0, 1], np.float32)
        return build.add("OneHot", value, build.constant(depth), build.constant(values), axis=-1)
    if step["step"] == "ordinal":
        return build.add("Gather", build.constant(np.array(step["ranks"], np.float32)), value)
    if step["step"] == "resize":
        return _resize(build, value, step)
    wide = build.cast(value, "float64")
    one = build.constant(np.array(1.0))
    size = build.add("Log", build.add("Add", build.add("Abs", wide), one))
    changed = build.add("Mul", build.add("Sign", wide), size)
    if "places" in step:
        chosen = np.zeros(shape[-1], bool)
        chosen[step["places"]] = True
        changed = build.add("Where", build.constant(chosen), changed, wide)
    return build.cast(changed, "float32")


def _affine(
    build: _Build, value: str, shift: Sequence[float], scale: Sequence[float], axes: int
) -> str:
    line_up = channel_shape(axes + 1)
    less = build.constant(np.array(shift, np.float64).reshape(line_up))
    over = build.constant(np.array(scale, np.float64).reshape(line_up))
    moved = build.add("Sub", build.cast(value, "float64"), less)
    return build.cast(build.add("Div", moved, over), "float32")


def _resize(build: _Build, value: str, step: Mapping[str, Any]) -> str:
    (rows, columns), height, width = step["from"], step["height"], step["width"]
    if step["nearest"]:
        value = build.add("Gather", value, build.constant(nearest(rows, height)), axis=-2)
        return build.add("Gather", value, build.constant(nearest(columns, width)), axis=-1)
    wide = build.cast(value, "float64")
    tall = build.add("MatMul", build.constant(interpolation(rows, height)), wide)
    both = build.add("MatMul", tall, build.constant(interpolation(columns, width).T))
    return build.cast(both, "float32")


def _declare(value: Any, argument: Argument, preprocessing: Mapping[str, Any]) -> None:
    """Let an input of the model take samples as the data have them."""
    shape, dtype = _given(argument, preprocessing)
    tensor = value.type.tensor_type
    tensor.elem_type = _element(dtype)
    del tensor.shape.dim[1:]
    for size in shape:
        tensor.shape.dim.add(dim_value=size)


def _drawn(
    argument: Argument,
    preprocessing: Mapping[str, Any],
    like: tuple[int, ...],
    random: np.random.RandomState,
) -> NDArray[Any]:
    """Samples that the data might have."""
    name = _field(argument)
    shape, dtype = _given(argument, preprocessing)
    size = (like[0], *shape)
    if not dtype.startswith("float"):
        classes = len(preprocessing["classes"][name])
        return random.randint(classes, size=size).astype(dtype)
    raw = undone(random.standard_normal(size), name, preprocessing).astype(dtype)
    if name in preprocessing.get("impute", {}):
        raw[random.random_sample(size) < _LEFT_OUT] = np.nan
    return raw


def _given(argument: Argument, preprocessing: Mapping[str, Any]) -> tuple[tuple[int, ...], str]:
    """Shape and type of a sample as the data have it."""
    known = preprocessing["fields"][_field(argument)]
    return tuple(known["shape"]), str(known["dtype"])


def _field(argument: Argument) -> str:
    return argument.field or argument.name


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free)
    return free


def _element(dtype: str) -> int:
    import onnx

    return int(onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))
