"""What a network costs: parameters, floating-point operations and memory.

Sizes that are left open stay formulas; the batch is ``N``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from netbuilder.node_api.axes import Axes
from netbuilder.node_api.dims import Dim, Sym, product, size_at
from netbuilder.node_api.dtypes import BYTES
from netbuilder.node_api.node_type import NodeType
from netbuilder.node_api.ports import FLOATS, TensorType

DEFAULT_BATCH = 32
DEFAULT_HISTORY = 10  # of lbfgs

_ONE_SAMPLE = {"N": 1}
_HALF = ("bf16", "fp16")  # precisions of two bytes a number


@dataclass(frozen=True, slots=True)
class NodeCost:
    """What one node costs; an instance of a group costs what all its repeats do.

    Attributes:
        parameters: Numbers in its weights, frozen ones too; shared repeats count once.
        trainable: Those of them that training changes.
        flops: Floating-point operations of one forward of a batch of N.
        backward: Those of the backward pass; what is needed depends on the nodes before, so a report
            says it.
        cache: Bytes that attention keeps of one place of one sample while it makes a sequence place
            by place.
        weights: Bytes of its weights.
        trained_weights: Bytes of the weights that training changes.
        activations: Bytes that it makes for a batch of N and the backward pass needs again; what is
            kept depends on the nodes around, so a report says it (see ``netbuilder.check.memory``).
    """

    parameters: Dim = 0
    trainable: Dim = 0
    flops: Dim = 0
    weights: Dim = 0
    trained_weights: Dim = 0
    activations: Dim = 0
    backward: Dim = 0
    cache: Dim = 0

    @property
    def macs(self) -> Dim:
        """Multiply-adds of one forward of a batch of N; torch counts two operations for each."""
        return self.flops // 2

    def to_plain(self, batch: int) -> dict[str, Any]:
        """The cost as JSON data; a size that is left open is None, with its formula beside it."""
        plain: dict[str, Any] = {}
        _put(plain, "parameters", self.parameters)
        _put(plain, "trainable", self.trainable)
        _put(plain, "flops", size_at(self.flops, _ONE_SAMPLE))
        _put(plain, "backward_flops", size_at(self.backward, _ONE_SAMPLE))
        _put(plain, "memory", self.weights + size_at(self.activations, {"N": batch}))
        return plain


FREE = NodeCost()


@dataclass(frozen=True)
class Cost:
    """What a network costs.

    Attributes:
        total: Of the whole network.
        nodes: By path; what lies inside of an instance of a group stands there for one repeat.
        largest: Bytes of the largest value between two nodes, for a batch of N.
        batch: Samples in a batch, for memory.
        optimizer_slots: Numbers the optimizer keeps for every trained weight.
        precision: Numbers of the forward pass, as the recipe calls them.
    """

    total: NodeCost = FREE
    nodes: Mapping[str, NodeCost] = field(default_factory=dict)
    largest: Dim = 0
    batch: int = DEFAULT_BATCH
    optimizer_slots: int = 2
    precision: str = "fp32"

    @property
    def parameters(self) -> Dim:
        """Numbers in all weights, as torch counts them."""
        return self.total.parameters

    @property
    def trainable(self) -> Dim:
        """Numbers that training changes."""
        return self.total.trainable

    @property
    def flops(self) -> Dim:
        """Floating-point operations of a forward of one sample, as torch's counter counts."""
        return size_at(self.total.flops, _ONE_SAMPLE)

    @property
    def backward_flops(self) -> Dim:
        """Floating-point operations of the backward pass of one sample."""
        return size_at(self.total.backward, _ONE_SAMPLE)

    @property
    def weights_memory(self) -> Dim:
        """Bytes of all weights."""
        return self.total.weights

    @property
    def activation_memory(self) -> Dim:
        """Bytes of everything one forward of a batch keeps for the backward pass."""
        return self.activations(self.batch)

    @property
    def memory(self) -> Dim:
        """Bytes a training step needs: weights, gradients, optimizer and activations."""
        return self.training(self.batch)

    def activations(self, batch: int) -> Dim:
        """Return the activation memory of a batch in bytes."""
        return size_at(self.total.activations, {"N": batch})

    def training(self, batch: int) -> Dim:
        """Return the memory of a training step in bytes, at its peak, as the recipe says it."""
        return memory_to_train(self, batch, self.precision, self.optimizer_slots).total

    def to_plain(self) -> dict[str, Any]:
        """The cost as JSON data; a size that is left open is None, with its formula beside it."""
        plain: dict[str, Any] = {}
        _put(plain, "parameters", self.parameters)
        _put(plain, "trainable", self.trainable)
        _put(plain, "flops", self.flops)
        _put(plain, "backward_flops", self.backward_flops)
        _put(plain, "memory", self.memory)
        _put(plain, "weights_memory", self.weights_memory)
        _put(plain, "activation_memory", self.activation_memory)
        plain["batch"] = self.batch
        plain["nodes"] = {path: cost.to_plain(self.batch) for path, cost in self.nodes.items()}
        return plain


def node_cost(node: NodeType, axes: Axes, outputs: Mapping[str, TensorType]) -> NodeCost:
    """Return what a node with known types costs, its weights taken as trained."""
    parameters: Dim = 0
    for shape in node.weights(axes).values():
        parameters = parameters + product(shape)
    flops = node.flops(axes, outputs)
    weights = parameters * _weight_bytes(axes)
    cache = node.cache(axes)
    if parameters == 0 and flops == 0 and cache == 0:
        return FREE
    return NodeCost(parameters, parameters, flops, weights, weights, cache=cache)


def times(cost: NodeCost, count: int) -> NodeCost:
    """Return the cost of ``count`` things of which one costs ``cost``."""
    if count == 1:
        return cost
    return NodeCost(
        cost.parameters * count,
        cost.trainable * count,
        cost.flops * count,
        cost.weights * count,
        cost.trained_weights * count,
        cost.activations * count,
        cost.backward * count,
        cost.cache * count,
    )


def frozen_cost(cost: NodeCost) -> NodeCost:
    """Return the cost of a node whose weights stay as they are."""
    return replace(cost, trainable=0, trained_weights=0)


def weightless_cost(cost: NodeCost) -> NodeCost:
    """Return the cost of a node whose weights are counted at another."""
    return replace(cost, parameters=0, trainable=0, weights=0, trained_weights=0)


def tied_cost(cost: NodeCost, count: Dim) -> NodeCost:
    """Return the cost of a node of whose weights ``count`` numbers are counted at another."""
    size = BYTES["float32"] * count
    is_trained = cost.trainable != 0
    return replace(
        cost,
        parameters=cost.parameters - count,
        trainable=cost.trainable - count if is_trained else 0,
        weights=cost.weights - size,
        trained_weights=cost.trained_weights - size if is_trained else 0,
    )


def sharing_weights(first: NodeCost, total: NodeCost) -> NodeCost:
    """Return the cost of repeats that use the weights of the first one."""
    return replace(
        total,
        parameters=first.parameters,
        trainable=first.trainable,
        weights=first.weights,
        trained_weights=first.trained_weights,
    )


def sum_of(costs: Iterable[NodeCost]) -> NodeCost:
    """Return the sum of ``costs``; equal ones are counted first, which is quick in deep networks."""
    counts: dict[int, int] = {}
    different: dict[int, NodeCost] = {}
    for cost in costs:
        key = id(cost)
        counts[key] = counts.get(key, 0) + 1
        different[key] = cost
    parameters: Dim = 0
    trainable: Dim = 0
    flops: Dim = 0
    weights: Dim = 0
    trained: Dim = 0
    activations: Dim = 0
    backward: Dim = 0
    cache: Dim = 0
    for key, cost in different.items():
        if cost is not FREE:
            count = counts[key]
            parameters = parameters + cost.parameters * count
            trainable = trainable + cost.trainable * count
            flops = flops + cost.flops * count
            weights = weights + cost.weights * count
            trained = trained + cost.trained_weights * count
            activations = activations + cost.activations * count
            backward = backward + cost.backward * count
            cache = cache + cost.cache * count
    return NodeCost(parameters, trainable, flops, weights, trained, activations, backward, cache)


def batch_of(recipe: Mapping[str, Any]) -> int:
    """Return the batch size a recipe asks for."""
    value = recipe.get("batch_size")
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    return DEFAULT_BATCH


def optimizer_slots_of(recipe: Mapping[str, Any]) -> int:
    """Return how many numbers the recipe's optimizer keeps for every trained weight.

    Of muon it is the most: it keeps one for a weight of a hidden matrix, and two for all others. lbfgs
    keeps a direction, a gradient and, in time, its whole history of changes of both.
    Source: the state of the optimizers in torch.optim.
    """
    if recipe.get("optimizer") == "lbfgs":
        size = recipe.get("history_size")
        return 2 + 2 * (size if isinstance(size, int) else DEFAULT_HISTORY)
    kept = {"sgd": 0, "rmsprop": 1, "adagrad": 1}.get(str(recipe.get("optimizer")), 2)
    return kept + 1 if kept < 2 and recipe.get("momentum") else kept


def precision_of(recipe: Mapping[str, Any]) -> str:
    """Return the numbers that the recipe asks for in the forward pass."""
    found = recipe.get("precision")
    return str(found) if found in _HALF else "fp32"


@dataclass(frozen=True, slots=True)
class Training:
    """The memory of a training step, in bytes.

    Attributes:
        weights: All weights, in the numbers they are kept in.
        gradients: Of the weights that are trained.
        optimizer: What the optimizer keeps from step to step.
        activations: What the forward pass keeps for the backward pass.
        working: What is there for a while only, at the peak.
    """

    weights: Dim
    gradients: Dim
    optimizer: Dim
    activations: Dim
    working: Dim

    @property
    def total(self) -> Dim:
        """All of it."""
        return self.weights + self.gradients + self.optimizer + self.activations + self.working


def memory_to_train(cost: Cost, batch: int, precision: str, slots: int) -> Training:
    """Return the memory of a training step at its peak.

    That is all there is between steps, and the larger of two: what the backward pass needs, with a
    gradient as large as the largest value; or what the optimizer works with, as much as it keeps in
    torch's implementation over many tensors at once. With bf16 or fp16, torch.autocast, weights,
    gradients and optimizer stay as they are; what the forward pass keeps is half as large, and a copy
    of the weights in half the size is kept with it.

    Args:
        cost: What the network costs.
        batch: Samples in a batch.
        precision: ``fp32``, ``bf16`` or ``fp16``.
        slots: Numbers the optimizer keeps for every trained weight.
    """
    weights, trained = cost.total.weights, cost.total.trained_weights
    kept = cost.activations(batch)
    gradient = size_at(cost.largest, {"N": batch})
    if precision in _HALF:
        kept, gradient = kept // 2 + weights // 2, gradient // 2
    optimizer = working = trained * slots
    if isinstance(kept, int) and isinstance(gradient, int) and isinstance(working, int):
        gradient = max(gradient, working - kept)
    return Training(weights, trained, optimizer, kept, gradient)


def _weight_bytes(axes: Axes) -> int:
    """Weights have the type of the first input of floating-point numbers, or else torch's default."""
    for tensor in axes.inputs.values():
        if tensor.dtype in FLOATS:
            return BYTES[tensor.dtype]
    return BYTES["float32"]


def _put(plain: dict[str, Any], name: str, value: Dim) -> None:
    if isinstance(value, Sym):
        plain[name] = None
        plain[f"{name}_formula"] = str(value)
    else:
        plain[name] = int(value)
