"""The class that every node type derives from, and how a node of it is evaluated."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Union

from netbuilder.node_api.axes import Axes, bind
from netbuilder.node_api.calls import Call, Definition, Expr
from netbuilder.node_api.dims import Dim, Shape, is_traced
from netbuilder.node_api.params import Declared, Float
from netbuilder.node_api.ports import In, Out, Port, PortInfo, TensorType
from netbuilder.node_api.probing import PROBES
from netbuilder.node_api.problems import Problem, Refusal

Role = Literal["", "input", "target", "output", "loss", "group_input", "group_output"]
Unpack = Union[str, None, "tuple[Unpack, ...]"]

CUSTOM = "Custom"  # the category of types that say none

_ID = re.compile(r"[a-z][a-z0-9_]*\Z")


def _fixed(ports: Sequence[Port]) -> tuple[PortInfo, ...]:
    """Return the ports that every node has; none where a parameter says how many there are."""
    if any(port.count for port in ports):
        return ()
    return tuple(PortInfo(port.name, port) for port in ports)


def _leaves_open(kind: type[NodeType]) -> bool:
    """Whether an output has an axis that no input has."""
    given = {name for port in kind.ins for name in port.pattern.names}
    return any(name not in given for port in kind.outs for name in port.pattern.names)


class NodeType(Declared):
    """A kind of node: its ports, its parameters and the rules they obey.

    Where an output's pattern has an axis that no input has and no rule says its size (neither ``infer``
    nor ``types``), the module is run to find out what flows out; ``Out("*Y")`` leaves all of it open.

    A subclass declares ports first, parameters next, then the methods it needs, in the order check,
    infer, weights, flops, module, start, forward, curve. Its docstring's first sentence is the tool tip; a paragraph
    ``Formula:`` gives the formula, ``Source:`` where it comes from, ``When:`` when to use it, ``Also:``
    what else people call it, which a search finds, and ``See:`` the ids of types to compare it with.

    Attributes:
        id: What files call the type; never renamed.
        title: What people see; by default the name of the class.
        category: The section of the palette; by default ``Custom``.
        version: Raised when the parameters change; ``migrate`` then brings old ones along.
        role: What part the type plays in a network beyond computing.
        unpack: How the forward's value falls apart into output ports, where that is not simply the
            ports in order: port names, None for a part nobody can use, nested tuples. A node may
            set its own in ``__init__`` where a parameter decides.
        random: Whether a forward in training draws random numbers.
        keeps: Whose tensors the backward pass needs: ``inputs``, ``outputs``, both or none. Right for
            most modules is the default.
        definitions: The classes and functions that ``module`` and ``forward`` name beyond torch's.
        view: Whether the outputs are the inputs' numbers laid out anew, at no cost of memory.
        is_probed: Whether what flows out is found by running the module; follows from the declaration.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    category: ClassVar[str]
    version: ClassVar[int] = 1
    role: ClassVar[Role] = ""
    unpack: Unpack = None
    random: ClassVar[bool] = False
    view: ClassVar[bool] = False
    keeps: ClassVar[tuple[Literal["inputs", "outputs"], ...]] = ("inputs",)
    definitions: ClassVar[tuple[Definition, ...]] = ()
    ins: ClassVar[tuple[In, ...]] = ()
    outs: ClassVar[tuple[Out, ...]] = ()
    is_probed: ClassVar[bool] = False
    _fixed_ins: ClassVar[tuple[PortInfo, ...]] = ()
    _fixed_outs: ClassVar[tuple[PortInfo, ...]] = ()

    def __init_subclass__(
        cls, *, id: str = "", title: str = "", category: str = "", version: int = 1, **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        ports: dict[str, Port] = {}
        for parent in reversed(cls.__mro__):
            ports.update({n: p for n, p in vars(parent).items() if isinstance(p, Port)})
        cls.ins = tuple(p for p in ports.values() if isinstance(p, In))
        cls.outs = tuple(p for p in ports.values() if isinstance(p, Out))
        cls._fixed_ins, cls._fixed_outs = _fixed(cls.ins), _fixed(cls.outs)
        cls.is_probed = (
            cls.infer is NodeType.infer and cls.types is NodeType.types and _leaves_open(cls)
        )
        if id:
            if not _ID.match(id):
                raise ValueError(
                    f"the id {id!r} of {cls.__name__} is not lower-case letters, digits and _"
                )
            cls.id, cls.title, cls.version = id, title or cls.__name__, version
            cls.category = category or CUSTOM

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(values)
        self.in_ports: tuple[PortInfo, ...] = self._fixed_ins or self._ports(self.ins)
        self.out_ports: tuple[PortInfo, ...] = self._fixed_outs or self._ports(self.outs)

    def _ports(self, declared: tuple[Port, ...]) -> tuple[PortInfo, ...]:
        ports: list[PortInfo] = []
        for port in declared:
            if port.count:
                ports += [PortInfo(name, port) for name in self.port_names(port)]
            else:
                ports.append(PortInfo(port.name, port))
        return tuple(ports)

    def port_names(self, port: Port) -> Sequence[str]:
        """Return the names of a repeated port; override where its parameter says more than a count."""
        count = getattr(self, port.count)
        number = count if isinstance(count, int) else len(count)
        return [f"{port.name}_{i}" for i in range(1, number + 1)]

    # The rules, in the order a node file writes them.

    def check(self, a: Axes) -> Iterator[Problem]:
        """Yield what does not work, with numbers; the axes are bound and ``known`` ones are numbers."""
        return iter(())

    def problems(self, a: Axes) -> Iterator[Problem]:
        """Yield what ``check`` does; a parent of many types adds what holds for all of them."""
        yield from self.check(a)

    def infer(self, a: Axes) -> Mapping[str, Any]:
        """Return the sizes of axes that occur at outputs only; a star's value is a tuple."""
        return {}

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """Return the type at every output port; override where patterns cannot say it.

        Raises:
            Refusal: The inputs do not fit, or it takes a run of the module to tell.
        """
        if self.is_probed:
            return PROBES.types(self, a)
        sizes = self.infer(a)
        first = next(iter(a.inputs.values()), None)
        types: dict[str, TensorType] = {}
        for port in self.out_ports:
            shape: list[Dim] = []
            wanted = port.declared.pattern
            for name in wanted.names:
                size = sizes[name] if name in sizes else getattr(a, name)
                shape.extend(size) if name == wanted.star else shape.append(size)
            dtype = port.declared.dtype or (first.dtype if first else "float32")
            types[port.name] = TensorType(tuple(shape), dtype)
        return types

    def weights(self, a: Axes) -> Mapping[str, Shape]:
        """Return the shape of every trained tensor by its name in the module."""
        return PROBES.weights(self, a) if self.is_probed else {}

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """Return the floating-point operations of one forward, as torch.utils.flop_counter counts.

        That counter counts matrix products and convolutions, at two operations a multiply-add.
        """
        return 0

    def backward_flops(self, forward: Dim, *, learns: bool, inputs: Collection[str]) -> Dim:
        """Return the floating-point operations of one backward pass, as torch's counter counts.

        By default each gradient that is asked for takes as many as the forward: that of the weights,
        and that of what comes in; without weights, that of every factor. It is a little less than
        torch counts for frozen attention, whose products of queries, keys and values need two, and a
        little more for cells of recurrent layers that begin with no state.

        Args:
            forward: What ``flops`` gave.
            learns: Whether the weights are trained.
            inputs: The input ports whose gradient is asked for.
        """
        if type(self).weights is not NodeType.weights:
            return forward * (int(learns) + min(len(inputs), 1))
        return forward * len(inputs)

    def cache(self, a: Axes) -> Dim:
        """Return the bytes that attention keeps of one place of one sample, in making a sequence.

        Source: Pope et al. 2022, Efficiently Scaling Transformer Inference, section 2: a key and a
        value for every head, which come to two vectors of the model's features in each layer.
        """
        return 0

    def extra_memory(self, x: Mapping[str, TensorType], y: Mapping[str, TensorType]) -> Dim:
        """Return the bytes that the backward pass needs besides what ``keeps`` names.

        Args:
            x: The type at every connected input port.
            y: The type at every output port.
        """
        return 0

    def module(self, a: Axes) -> Call | None:
        """Return the call that builds the module, or None for a node without one."""
        return None

    def start(self, a: Axes, module: Expr) -> Iterator[Call]:
        """Yield the calls that give the module its first values, once it is built."""
        return iter(())

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Return the expression for the outputs.

        Args:
            a: The bound axes.
            x: The expression at every connected input port.
            module: The module, where ``module()`` gave one.
        """
        if module is None:
            raise NotImplementedError(f"{type(self).__name__} has no module, so it needs a forward")
        return Call(module, tuple(x.values()), ())

    def curve(self, x: float) -> float | None:
        """Return what becomes of one number, for types that treat every number alike.

        It is drawn as the type's picture.

        Args:
            x: The number.

        Returns:
            None where there is no such number, and for all other types.
        """
        return None

    @staticmethod
    def migrate(params: dict[str, Any], version: int) -> dict[str, Any]:
        """Bring parameters of an older ``version`` to the present one; in plain JSON values."""
        return params

    # What is told of the type.

    @classmethod
    def sentence(cls) -> str:
        """The first sentence of the docstring."""
        return inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].replace("\n", " ")

    @classmethod
    def section(cls, name: str) -> str:
        """The text of a docstring paragraph that starts with ``name:``; empty when there is none."""
        for paragraph in inspect.cleandoc(cls.__doc__ or "").split("\n\n"):
            if paragraph.startswith(f"{name}:"):
                return " ".join(paragraph[len(name) + 1 :].split())
        return ""

    @classmethod
    def listed(cls, name: str) -> list[str]:
        """The words of such a paragraph, which commas part."""
        return [word.strip() for word in cls.section(name).split(",") if word.strip()]

    @classmethod
    def facts(cls) -> dict[str, Any]:
        """Everything declared about the type, as plain data."""
        return {
            "id": cls.id,
            "title": cls.title,
            "category": cls.category,
            "version": cls.version,
            "doc": cls.sentence(),
            "formula": cls.section("Formula"),
            "source": cls.section("Source"),
            "when": cls.section("When"),
            "also": cls.listed("Also"),
            "see": cls.listed("See"),
            "inputs": [_port_facts(p) for p in cls.ins],
            "outputs": [_port_facts(p) for p in cls.outs],
            "params": {name: param.facts() for name, param in cls.params.items()},
        }

    def options(self, *names: str) -> dict[str, Any]:
        """Return those of the named parameters that differ from their default, for a call.

        Sizes that are the same on every axis become one number, as people write them. A value that
        carries a formula is kept also where it equals the default.
        """
        kept: dict[str, Any] = {}
        for name in names:
            value = getattr(self, name)
            if value != self.params[name].default or is_traced(value):
                kept[name] = short(value)
        return kept


class LossType(NodeType):
    """A loss: a scalar that training makes smaller, times its weight.

    Attributes:
        task: ``classification``, ``binary`` or ``regression``, which chooses the metrics; empty where
            nothing but the loss itself can be measured.
        prediction_port: The input that holds what the network says; declared first.
        target_port: The input that holds what is right; empty where a loss compares what the
            network says with itself.
        given_ports: Further inputs that come from the data, such as lengths.
    """

    role = "loss"
    task: ClassVar[Literal["classification", "binary", "regression", ""]]
    prediction_port: ClassVar[str] = "input"
    target_port: ClassVar[str] = "target"
    given_ports: ClassVar[tuple[str, ...]] = ()

    weight = Float(
        1.0, min=0.0, max=1e6, doc="Factor of this loss in the sum that training makes smaller."
    )

    def scored(self, x: Mapping[str, Expr]) -> tuple[Expr, Expr]:
        """Return the pair that the metrics of ``task`` are measured on; asked only where there is one.

        For ``classification`` the first holds scores with the classes along the second axis, for
        ``binary`` scores that say yes above 0; the second holds class numbers, or 1 and 0.
        """
        return x[self.prediction_port], x[self.target_port]

    @property
    def takes_classes(self) -> bool:
        """Whether what is right are the numbers of classes, one for all scores of a position."""
        ports = {port.name: port.declared.dtype for port in self.in_ports}
        return self.task == "classification" and ports[self.target_port] == "int"

    @classmethod
    def is_given(cls, port: str) -> bool:
        """Whether the data, not the network, say what comes in at a port."""
        return port != "" and port in (cls.target_port, *cls.given_ports)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What evaluating one node gave.

    Attributes:
        axes: The bound axes.
        types: The type at every output port; empty when an error was found.
        problems: What was found.
    """

    axes: Axes
    types: Mapping[str, TensorType] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether an error was found."""
        return any(problem.severity == "error" for problem in self.problems)


def evaluate(node: NodeType, inputs: Mapping[str, TensorType]) -> Outcome:
    """Work out what flows out of a node.

    Args:
        node: The node type with its parameters.
        inputs: The type at every connected input port; required ports are connected.
    """
    axes, found = bind(node.in_ports, inputs)
    if found:
        return Outcome(axes, {}, tuple(found))
    found = list(node.problems(axes))
    if any(problem.severity == "error" for problem in found):
        return Outcome(axes, {}, tuple(found))
    try:
        types = node.types(axes)
    except Refusal as refusal:
        return Outcome(axes, {}, (*found, refusal.problem))
    for port, tensor in types.items():
        for axis, size in enumerate(tensor.shape):
            if isinstance(size, int) and size < 1:
                message = f"{port} would be {tensor}, but every axis needs a size of at least 1 (axis {axis} has {size})"
                return Outcome(axes, {}, (*found, Problem("NB206", message, port=port)))
    return Outcome(axes, types, tuple(found))


def short(value: Any) -> Any:
    """Return one number for sizes that are the same on every axis, anything else as it is."""
    if isinstance(value, tuple) and value:
        first = value[0]
        source = getattr(first, "source", None)
        if all(item == first and getattr(item, "source", None) == source for item in value):
            return first
    return value


def _port_facts(port: Port) -> dict[str, Any]:
    facts: dict[str, Any] = {"name": port.name, "pattern": port.pattern.text, "dtype": port.dtype}
    if isinstance(port, In) and port.optional:
        facts["optional"] = True
    if isinstance(port, In) and port.within:
        facts["within"] = list(port.within)
    if port.count:
        facts["count"] = port.count
    return {**facts, "doc": port.doc}
