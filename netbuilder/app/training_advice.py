"""What the layers of a running training say is wrong: units that never fire, saturation, gradients.

The worker measures its layers while somebody looks; see ``netbuilder.training.watching``. The rules read
those measurements and the check's report, and what they find is told like any other finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.diagnostics import Diagnostic, Fix, Where
from netbuilder.check.report import Report, opened
from netbuilder.check.runs import Record
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.training.recipe import Recipe

SILENT, SATURATED, VANISHING, EXPLODING = "NB711", "NB712", "NB713", "NB714"

SILENT_SHARE = 0.25  # of the units; some always are silent
SATURATED_SHARE = 0.5  # of the outputs
VANISHED = 1e-5  # of the largest gradient norm of a layer
EXPLODED = {"sgd": 1e3}  # gradient norms at which a step throws weights about
EXPLODED_ADAPTIVE = 1e5  # what divides by the gradient's size stands more
STEADY = 3  # measurements in a row before something is told, or told no more

_BOUNDS = {"tanh": (-1.0, 1.0), "hardtanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}
_BOUNDS["hardsigmoid"] = _BOUNDS["sigmoid"]
_ENDS = ("output", "loss")
_STEP = 0.05  # a share that moved by less is not worth telling anew

Measured = Mapping[str, Mapping[str, Any]]


class Layer(NamedTuple):
    """A node that was measured.

    Attributes:
        path: Such as ``blocks/conv_1``.
        group: The id of the definition it lies in; empty for the main graph.
        record: What the check found out about it.
        values: What was measured.
    """

    path: str
    group: str
    record: Record
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its id in the graph it lies in."""
        return self.path.rpartition("/")[2]

    @property
    def norm(self) -> float | None:
        """The norm of its weights' gradients; None where it has no weights that are trained."""
        norm = self.values.get("gradient_norm")
        weighted = self.record.result.cost.trainable != 0
        return float(norm) if weighted and isinstance(norm, int | float) else None


class Advisor:
    """Remembers what held for how long, so that nothing is told that comes and goes."""

    def __init__(self) -> None:
        self._streaks: dict[tuple[str, str], int] = {}
        self._told: dict[tuple[str, str], tuple[float, Diagnostic]] = {}

    def take(self, report: Report, nodes: Measured) -> tuple[Diagnostic, ...]:
        """Return what is to be told after one more measurement.

        Args:
            report: What the check says of the network that is trained.
            nodes: What was measured, by the path of the node.
        """
        found = {(one.code, one.where.node): (size, one) for size, one in advice(report, nodes)}
        for key in {*self._streaks, *found}:
            before = self._streaks.get(key, 0)
            now = min(before + 1, STEADY) if key in found else before - 1
            self._streaks[key] = now
            if now <= 0:
                del self._streaks[key]
                self._told.pop(key, None)
            elif key in found and (key in self._told or now == STEADY):
                told = self._told.get(key)
                if told is None or abs(told[0] - found[key][0]) >= _STEP:
                    self._told[key] = found[key]
        return tuple(one for _, one in (self._told[key] for key in sorted(self._told)))


def advice(report: Report, nodes: Measured) -> Iterator[tuple[float, Diagnostic]]:
    """Yield what one measurement says is wrong, each with a share that tells how bad it is."""
    layers = tuple(_layers(report, nodes))
    network = report.network
    for rule in (_silent, _saturated, _vanishing, _exploding):
        for size, one in rule(network, layers):
            if one.code not in _ignored(network, one.where):
                yield size, one


def _layers(report: Report, nodes: Measured) -> Iterator[Layer]:
    """The measured nodes, in the order they are evaluated in; groups themselves are left out."""
    network = report.network
    for path, record in opened(report.run):
        if path in nodes and not record.node.group:
            yield Layer(path, _group_of(network, path), record, nodes[path])


def _silent(network: Network, layers: Sequence[Layer]) -> Iterator[tuple[float, Diagnostic]]:
    for layer in layers:
        share = layer.values.get("silent")
        # What pools or flattens them would only say the same again.
        if isinstance(share, int | float) and share >= SILENT_SHARE and _is_activation(layer):
            message = f"{share:.0%} of {layer.name}'s units never fire: for hundreds of samples they gave 0"
            fixes = tuple(_leaky(layer))
            other = ", or use LeakyReLU" if fixes else ""
            hint = f"lower the learning rate{other}"
            yield share, _told(SILENT, layer, message, hint, fixes)


def _saturated(network: Network, layers: Sequence[Layer]) -> Iterator[tuple[float, Diagnostic]]:
    for layer in layers:
        bounds = _BOUNDS.get(layer.record.node.type)
        share = _at_the_ends(layer.values, *bounds) if bounds else 0.0
        if bounds is None or share < SATURATED_SHARE or _leads_to_an_end(network, layer):
            continue
        low, high = bounds
        message = (
            f"{share:.0%} of {layer.name}'s outputs lie next to {low:g} or {high:g}, "
            "where its gradient is almost 0"
        )
        hint = "put a normalization before it, standardize the data, or lower the learning rate"
        yield share, _told(SATURATED, layer, message, hint)


def _vanishing(network: Network, layers: Sequence[Layer]) -> Iterator[tuple[float, Diagnostic]]:
    norms = [(layer.norm, layer) for layer in layers if layer.norm is not None]
    if len(norms) < 2:
        return
    largest, strong = max(norms, key=lambda one: one[0])
    faint = [(norm, layer) for norm, layer in norms if norm < VANISHED * largest]
    if faint:
        norm, layer = min(faint, key=lambda one: one[0])
        message = (
            f"the gradient norm of {layer.name} is {norm:.1g}, that of {strong.name} {largest:.1g}; "
            f"{layer.name} learns next to nothing"
        )
        hint = "use ReLU-like activations, a normalization or a way around (Add), or fewer layers"
        found = _told(VANISHING, layer, message, hint)
        related = (Where(strong.path, group=strong.group),)
        yield float(len(faint)), replace(found, related=related)


def _exploding(network: Network, layers: Sequence[Layer]) -> Iterator[tuple[float, Diagnostic]]:
    recipe = network.recipe
    optimizer = str(recipe.get("optimizer", Recipe.params["optimizer"].default))
    most = EXPLODED.get(optimizer, EXPLODED_ADAPTIVE)
    norms = [(layer.norm, layer) for layer in layers if layer.norm is not None]
    if recipe.get("clip_norm") or not norms:
        return
    norm, layer = max(norms, key=lambda one: one[0])
    if norm > most:
        message = (
            f"the gradient norm of {layer.name} is {norm:,.0f}, but steps stay steady below about "
            f"{most:,.0f}"
        )
        hint = "clip gradients (clip_norm), lower the learning rate, or standardize the data"
        fix = Fix("clip gradients to norm 1", lambda n: edits.set_recipe(n, _clipped(n)))
        yield 0.0, _told(EXPLODING, layer, message, hint, (fix,))


def _told(
    code: str, layer: Layer, message: str, hint: str, fixes: Iterable[Fix] = ()
) -> Diagnostic:
    where = Where(layer.path, group=layer.group)
    return Diagnostic(code, "info", message, where, hint=hint, fixes=tuple(fixes))


def _leaky(layer: Layer) -> Iterator[Fix]:
    kind = standard_catalogue().types.get("leaky_relu")
    if layer.record.node.type != "relu" or kind is None:
        return
    name, group, version = layer.name, layer.group, kind.version
    keep = {k: v for k, v in layer.record.node.params.items() if k in kind.params}
    yield Fix(
        f"use LeakyReLU for {name}",
        lambda n: edits.set_type(n, name, "leaky_relu", keep, version, group),
        group=group,
    )


def _is_activation(layer: Layer) -> bool:
    kind = standard_catalogue().types.get(layer.record.node.type)
    return kind is not None and kind.category == "Activation"


def _at_the_ends(values: Mapping[str, Any], low: float, high: float) -> float:
    """The share of outputs in the outermost bins of the histogram, where these lie at the bounds."""
    counts = values.get("histogram") or ()
    least, largest = values.get("low"), values.get("high")
    if not counts or not sum(counts) or least is None or largest is None:
        return 0.0
    near = (high - low) / len(counts)
    at: int = (counts[0] if least < low + near else 0) + (
        counts[-1] if largest > high - near else 0
    )
    return at / float(sum(counts))


def _leads_to_an_end(network: Network, layer: Layer) -> bool:
    """Whether it gives what the network answers, which may be as sure as it likes."""
    graph = network.graph_at(layer.group)
    types = standard_catalogue().types
    for target, source in graph.edges.items():
        if source.node == layer.name:
            kind = types.get(graph.nodes[target.node].type)
            if kind is not None and kind.role in _ENDS:
                return True
    return False


def _clipped(network: Network) -> dict[str, Any]:
    return {**network.recipe, "clip_norm": 1.0}


def _group_of(network: Network, path: str) -> str:
    group = ""
    for name in path.split("/")[:-1]:
        group = network.graph_at(group).nodes[name].group
    return group


def _ignored(network: Network, where: Where) -> tuple[str, ...]:
    node = network.graph_at(where.group).nodes[where.node.rpartition("/")[2]]
    return (*network.ignore, *node.ignore)
