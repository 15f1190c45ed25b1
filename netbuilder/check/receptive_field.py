"""How much of the input one number of a value can depend on, axis by axis.

A number sees, along each axis of an Input, a stretch of so many places. A window of reach k whose
neighbours lie j places apart widens it by (k - 1) j; a step of s puts neighbours s j apart. What a node
type does to places is not always known: then everything counts as seen, so a figure is never too small.

Source: Araujo, Norris and Sim 2019, Computing Receptive Fields of Convolutional Neural Networks, Distill.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from netbuilder.check.manners import windows
from netbuilder.check.runs import GraphRun, Record
from netbuilder.node_api.dims import Dim, Shape
from netbuilder.node_api.node_type import NodeType
from netbuilder.node_api.ports import TensorType

_ALL = None  # a stretch over all places of an axis
_LOST = (-1, Fraction(0))  # an axis along which places of several axes lie

Place = tuple[int, Fraction]
Window = tuple[Place | None, ...]

# Types that leave every number where it is, beside activations and what regularizes.
# fmt: off
_STAYING = frozenset((
    "abs", "add", "cast", "clamp", "compare", "cos", "divide", "exp", "identity",
    "learned_positions", "log", "maximum", "minimum", "multiply", "neg", "power", "reciprocal",
    "scale", "sin", "sinusoidal_positions", "sqrt", "subtract", "where",
))
# fmt: on
_MIXING = frozenset({"softmax", "log_softmax", "softmin"})
_ALONG_LAST = frozenset({"linear", "layer_norm", "rms_norm", "rotary_embedding"})
_SIDES = {
    "nearest": 1,
    "nearest-exact": 1,
    "linear": 2,
    "bilinear": 2,
    "trilinear": 2,
    "bicubic": 4,
}


@dataclass(frozen=True, slots=True)
class Sight:
    """What a value sees of one Input; the batch is left out of all axes.

    Attributes:
        whole: The shape of one sample of the Input.
        seen: The stretch of every axis of the Input; None for all of it.
        places: For every axis of the value, the axis of the Input it goes along and how far apart its
            neighbours lie there; None where it goes along none, and all its numbers see the same.
    """

    whole: Shape
    seen: tuple[Fraction | None, ...]
    places: Window

    @property
    def sizes(self) -> Shape:
        """How many places of every axis are seen, as many as there are at most."""
        return tuple(
            size if stretch is _ALL else _least(ceil(stretch), size)
            for size, stretch in zip(self.whole, self.seen, strict=True)
        )

    @property
    def steps(self) -> tuple[Fraction, ...]:
        """How far neighbours of the value lie apart along every axis of the Input; 0 for no step."""
        steps = dict(place for place in self.places if place not in (None, _LOST))
        return tuple(steps.get(axis, Fraction(0)) for axis in range(len(self.whole)))

    @property
    def sees_all(self) -> bool:
        """Whether everything is seen."""
        return self.sizes == self.whole


Field = Mapping[str, Sight]
"""What a value sees, by the path of the Input."""

_NOTHING: Field = {}


def fields_of(run: GraphRun) -> Mapping[str, Field]:
    """Return what the first output of every node sees, by path, inside of groups for the first repeat.

    Args:
        run: The evaluation of the main graph.
    """
    found: dict[str, Field] = {}
    _walk(run, "", {}, found)
    return found


def text_of(field: Field) -> str:
    """Return the largest sight as people write it: ``1 x 7 x 7``, or ``all``; empty for none."""
    if not field:
        return ""
    if all(sight.sees_all for sight in field.values()):
        return "all"
    largest = max(field.values(), key=_area)
    return " x ".join(str(size) for size in largest.sizes)


def share_of(field: Field) -> float:
    """Return the largest share of an Input that is seen, from 0 to 1."""
    shares = (_area(sight) / max(_product(sight.whole), 1) for sight in field.values())
    return max(shares, default=0.0)


def _walk(
    run: GraphRun, prefix: str, incoming: Mapping[str, Field], found: dict[str, Field] | None
) -> dict[str, Field]:
    """Follow a graph and return what its outputs see; with ``found``, tell it node by node."""
    fields: dict[str, Field] = {}
    handed: dict[str, Field] = {}
    for name in run.layout.order:
        record = run.records[name]
        wires = run.layout.wires.get(name, {})
        given = {port: fields.get(source.node, _NOTHING) for port, source in wires.items()}
        path = prefix + name
        if record.kind.role in ("output", "group_output"):
            field = handed[name] = next(iter(given.values()), _NOTHING)
        elif record.kind.role == "group_input":
            field = incoming.get(name, _NOTHING)
        elif record.result.runs and not record.node.bypass:
            field = _through_group(record, f"{path}/", given, found)
        else:
            field = _made(record, path, given)
        fields[name] = field
        if found is not None:
            found[path] = field
    return handed


def _through_group(
    record: Record, prefix: str, given: Mapping[str, Field], found: dict[str, Field] | None
) -> Field:
    runs = record.result.runs
    incoming = dict(given)
    handed: dict[str, Field] = {}
    for place, (index, run) in enumerate(runs):
        end = runs[place + 1][0] if place + 1 < len(runs) else record.kind.repeat
        for number in range(index, end):
            handed = _walk(run, prefix, incoming, found if number == 0 else None)
            following = zip(record.kind.inputs, record.kind.outputs, strict=False)
            after = {**incoming, **{port: handed[out] for port, out in following if out in handed}}
            if after == incoming:
                break  # more repeats see no more
            incoming = after
    first = next(iter(record.kind.outputs), "")
    return handed.get(first, _NOTHING)


def _made(record: Record, path: str, given: Mapping[str, Field]) -> Field:
    """What comes out of a node that is no group sees."""
    flows = next(iter(record.result.types.values()), None)
    if record.kind.role == "input" and flows is not None:
        return {path: _beginning(flows)}
    instance = record.kind.instance
    known = {port: field for port, field in given.items() if field}
    if not known:
        return _NOTHING
    if record.node.bypass:
        return next(iter(known.values()))
    if instance is None or flows is None:
        return _joined([_everything(field, 0) for field in known.values()])
    types = dict(zip(record.kind.inputs, record.inputs, strict=True))
    return _joined(
        [
            {source: _seen(instance, types.get(port), flows, sight) for source, sight in f.items()}
            for port, f in known.items()
        ]
    )


def _beginning(flows: TensorType) -> Sight:
    whole = flows.shape[1:]
    one = Fraction(1)
    return Sight(whole, (one,) * len(whole), tuple((axis, one) for axis in range(len(whole))))


def _seen(instance: NodeType, given: TensorType | None, flows: TensorType, sight: Sight) -> Sight:
    """What one input's part of an output sees."""
    rank = flows.rank - 1
    if given is None or len(sight.places) != given.rank - 1:
        return _blind(sight, rank)
    window = _window(instance, given, flows)
    if window is not None:
        return _slid(sight, window)
    if instance.id == "concatenate" and given.rank == flows.rank:
        axis = getattr(instance, "dim", 1) % flows.rank - 1
        return _with_places(sight, [_mixed(p, i == axis) for i, p in enumerate(sight.places)])
    if instance.id == "embedding":
        return _with_places(sight, [*sight.places, None])
    if instance.view or instance.id == "flatten":
        lost = None if all(place is None for place in sight.places) else _LOST
        return _with_places(sight, [lost] * rank)
    return _blind(sight, rank)


def _mixed(place: Place | None, joins: bool) -> Place | None:
    return _LOST if joins and place is not None else place


def _window(instance: NodeType, given: TensorType, flows: TensorType) -> Window | None:
    """The reach and the step along every axis but the batch; None for an axis that is mixed.

    Returns:
        None where it is not known, or the axes are others than before.
    """
    if given.rank != flows.rank:
        return None
    rank, kind = given.rank - 1, instance.id
    stay = (1, Fraction(1))
    if kind in _MIXING:
        axis = getattr(instance, "dim", -1) % given.rank - 1
        return tuple(None if i == axis else stay for i in range(rank))
    if kind in _ALONG_LAST and rank > 0:
        count = getattr(instance, "num_axes", 1)
        return (*(stay for _ in range(rank - count)), *(None for _ in range(min(count, rank))))
    if _stays(instance) and given.shape[1:] == flows.shape[1:]:
        return (stay,) * rank
    slide = _slide(instance, given, flows)
    if slide is None or len(slide) != rank - 1:
        return None
    return ((stay if instance.category == "Pooling" else None), *slide)


def _stays(instance: NodeType) -> bool:
    """Whether every number is made of the one at its own place."""
    settled = instance.category in ("Activation", "Regularization") and instance.id != "swiglu"
    return settled or instance.id in _STAYING or instance.id.startswith("batch_norm")


def _slide(instance: NodeType, given: TensorType, flows: TensorType) -> list[Place | None] | None:
    """What slides over the axes behind the channels."""
    if instance.id == "upsample":
        return _resampled(instance, given, flows)
    if instance.category == "Pooling" and "adaptive" in instance.id:
        return [_adapted(*sizes) for sizes in zip(given.shape[2:], flows.shape[2:], strict=True)]
    if instance.category not in ("Convolution", "Pooling") or "unpool" in instance.id:
        return None
    if "fractional" in instance.id:
        return None
    found = windows(instance)
    if "transpose" in instance.id:
        # A number of the output is made of those whose kernel reaches it.
        return [(ceil(Fraction(reach, step)), Fraction(1, step)) for reach, step in found]
    return [(reach, Fraction(step)) for reach, step in found]


def _adapted(size: Dim, made: Dim) -> Place | None:
    """An adaptive pool's patch, whose places are rounded outwards."""
    if not isinstance(size, int) or not isinstance(made, int) or made == 1:
        return None
    if size % made == 0:
        return size // made, Fraction(size // made)
    return min(size // made + 2, size), Fraction(size, made)


def _resampled(
    instance: NodeType, given: TensorType, flows: TensorType
) -> list[Place | None] | None:
    sides = _SIDES.get(getattr(instance, "mode", ""))
    steps: list[Place | None] = []
    for size, made in zip(given.shape[2:], flows.shape[2:], strict=True):
        if not sides or not isinstance(size, int) or not isinstance(made, int) or made < size:
            steps.append(None)
        else:
            steps.append((sides, Fraction(size, made)))
    return steps


def _slid(sight: Sight, window: Window) -> Sight:
    seen, places = list(sight.seen), list(sight.places)
    for axis, (place, one) in enumerate(zip(sight.places, window, strict=True)):
        if place is None:
            continue
        if place is _LOST:
            if one is None or one[0] > 1:
                return _blind(sight, len(places))
        elif one is None:
            seen[place[0]], places[axis] = _ALL, None
        else:
            source, jump = place
            stretch = seen[source]
            if stretch is not _ALL:
                seen[source] = stretch + (one[0] - 1) * jump
            places[axis] = source, jump * one[1]
    return Sight(sight.whole, tuple(seen), tuple(places))


def _with_places(sight: Sight, places: Iterable[Place | None]) -> Sight:
    return Sight(sight.whole, sight.seen, tuple(places))


def _blind(sight: Sight, rank: int) -> Sight:
    """A sight of everything, for a value of so many axes."""
    return Sight(sight.whole, (_ALL,) * len(sight.whole), (None,) * rank)


def _everything(field: Field, rank: int) -> Field:
    return {source: _blind(sight, rank) for source, sight in field.items()}


def _joined(fields: Iterable[Field]) -> Field:
    """What a value sees that is made of several: as far as the farthest of them."""
    joined: dict[str, Sight] = {}
    for field in fields:
        for source, sight in field.items():
            before = joined.get(source)
            joined[source] = sight if before is None else _wider(before, sight)
    return joined


def _wider(one: Sight, other: Sight) -> Sight:
    if len(one.places) != len(other.places):
        return _blind(one, len(one.places))
    seen = tuple(
        _ALL if a is _ALL or b is _ALL else max(a, b)
        for a, b in zip(one.seen, other.seen, strict=True)
    )
    pairs = zip(one.places, other.places, strict=True)
    return Sight(one.whole, seen, tuple(_shared(a, b, seen) for a, b in pairs))


def _shared(
    one: Place | None, other: Place | None, seen: tuple[Fraction | None, ...]
) -> Place | None:
    """Along which axis of the Input an axis goes that is made of two."""
    if one == other:
        return one
    place = other if one is None else one if other is None else _LOST
    if place is None or place is _LOST or seen[place[0]] is not _ALL:
        return _LOST
    return None


def _least(stretch: int, size: Dim) -> Dim:
    return min(stretch, size) if isinstance(size, int) else stretch


def _area(sight: Sight) -> int:
    return _product(sight.sizes)


def _product(sizes: Shape) -> int:
    area = 1
    for size in sizes:
        area *= size if isinstance(size, int) else 1
    return area
