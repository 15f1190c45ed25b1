"""Which weights of one run a network can start from: those whose name and shape are the same."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from netbuilder.training.run import RunError
from netbuilder.training.weight_names import node_path, owners

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]

_LENGTH = 8  # bytes at the beginning of a safetensors file that say how long its header is
_LONGEST = 100 << 20  # bytes of a header, as in safetensors


@dataclass(frozen=True, slots=True)
class WeightFit:
    """Names of weights, by what becomes of them.

    Attributes:
        kept: Of the same name and shape in both: taken over.
        new: In the network alone: they begin as the seed gives them.
        left: In the run alone: of no use here.
        reshaped: Of another shape, so new: the run's shape and the network's.
    """

    kept: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    reshaped: Mapping[str, tuple[Shape, Shape]] = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "kept": list(self.kept),
            "new": list(self.new),
            "left": list(self.left),
            "reshaped": {name: [list(s) for s in pair] for name, pair in self.reshaped.items()},
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return what ``to_plain`` wrote.

        Raises:
            KeyError: Something is missing.
        """
        reshaped = {
            name: (tuple(given), tuple(own)) for name, (given, own) in plain["reshaped"].items()
        }
        return cls(tuple(plain["kept"]), tuple(plain["new"]), tuple(plain["left"]), reshaped)


@dataclass(frozen=True, slots=True)
class NodeFit:
    """What becomes of the weights of a node.

    Attributes:
        node: Its path.
        fit: Its weights.
        is_there: Whether the network has the node; otherwise the run alone has it.
    """

    node: str
    fit: WeightFit
    is_there: bool

    @property
    def word(self) -> str:
        """What becomes of them, in a word: ``kept``, ``partly kept``, ``new`` or ``left behind``."""
        fit = self.fit
        if not (fit.kept or fit.new or fit.reshaped):
            return "left behind"
        if not fit.kept:
            return "new"
        return "partly kept" if fit.new or fit.reshaped else "kept"


def weight_fit(given: Shapes, own: Shapes) -> WeightFit:
    """Return which of the given weights a network takes over.

    Args:
        given: Shapes of the run's weights by name.
        own: Shapes of the network's.
    """
    both = [name for name in own if name in given]
    return WeightFit(
        tuple(name for name in both if own[name] == given[name]),
        tuple(name for name in own if name not in given),
        tuple(name for name in given if name not in own),
        {name: (given[name], own[name]) for name in both if own[name] != given[name]},
    )


def fit_of_nodes(
    fit: WeightFit, nodes: Collection[str], earlier: Collection[str] = ()
) -> tuple[NodeFit, ...]:
    """Return a fit node by node: those of the network in its order, then the run's own.

    Args:
        fit: The weights.
        nodes: Paths of the network's nodes, those of each graph in order.
        earlier: Paths of the run's nodes.
    """
    found: dict[str, dict[str, Any]] = {}
    here = [*fit.kept, *fit.new, *fit.reshaped]
    known = {name: _owner(name, nodes) for name in here}
    known |= {name: _owner(name, {*nodes, *earlier}) for name in fit.left}
    for name, node in known.items():
        place = found.setdefault(node, {"kept": [], "new": [], "left": [], "reshaped": {}})
        if name in fit.reshaped:
            place["reshaped"][name] = fit.reshaped[name]
    for kind in ("kept", "new", "left"):
        for name in getattr(fit, kind):
            found[known[name]][kind].append(name)
    order = {path: number for number, path in enumerate(nodes)}
    rows = [NodeFit(node, WeightFit.from_plain(p), node in order) for node, p in found.items()]
    return tuple(sorted(rows, key=lambda row: (not row.is_there, _place(row.node, order))))


def _place(path: str, order: Mapping[str, int]) -> tuple[int, ...]:
    """Sorts what is in a group where the group stands."""
    parts = path.split("/")
    prefixes = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return tuple(order.get(prefix, len(order)) for prefix in prefixes)


def _owner(name: str, nodes: Iterable[str]) -> str:
    known = set(nodes)
    whole = node_path(name)
    inner = list(owners(name, known))
    return whole if whole in known else inner[-1] if inner else whole.partition("/")[0]


def shapes_in(path: Path) -> dict[str, Shape]:
    """Return the shapes of the tensors in a safetensors file by name; of the file only its header is read.

    Raises:
        RunError: The file cannot be read, or holds something else.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_LENGTH), "little")
            if length > _LONGEST:
                raise RunError(f"{path}: not a safetensors file: its header would be too long")
            header = json.loads(file.read(length))
        return {
            name: tuple(int(size) for size in told["shape"])
            for name, told in header.items()
            if name != "__metadata__"
        }
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(f"{path}: not a safetensors file: {error}") from error
