"""What a network costs as a table: a row a node, columns that can be sorted by, and whether it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from netbuilder.app.figures import bytes_text, scaled
from netbuilder.check.cost import Cost, NodeCost
from netbuilder.check.fits import LARGEST_BATCH, Plan, fits, largest_batch
from netbuilder.check.receptive_field import Field, fields_of, share_of, text_of
from netbuilder.check.report import Report, opened
from netbuilder.check.runs import Record
from netbuilder.node_api.dims import Dim, Sym, is_known, shape_text, size_at

_ONE_SAMPLE = {"N": 1}
_OPEN = "open"  # where a size that is left open decides


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table.

    Attributes:
        id: What the command line and settings call it.
        title: What stands above it.
        about: What it says, for the tool tip.
        is_number: Whether it is sorted by size, the largest first.
        heats: Whether the canvas can be coloured by it.
        has_total: Whether its sum means something.
    """

    id: str
    title: str
    about: str
    is_number: bool = True
    heats: bool = False
    has_total: bool = True


COLUMNS = (
    Column("node", "Node", "The node's path, in the order of evaluation.", is_number=False),
    Column("type", "Type", "What it is.", is_number=False),
    Column("shape", "Output", "The shape of its first output.", is_number=False),
    Column("parameters", "Parameters", "Numbers in its weights.", heats=True),
    Column("macs", "MACs", "Multiply-adds of the forward pass of one sample."),
    Column("flops", "FLOPs", "Operations of the forward pass of one sample.", heats=True),
    Column("backward", "Backward", "Operations of the backward pass of one sample."),
    Column(
        "activations",
        "Activations",
        "What it makes and the backward pass needs again, for a batch.",
        heats=True,
    ),
    Column(
        "memory",
        "Memory",
        "Its weights, their gradients, what the optimizer keeps, and activations.",
        heats=True,
    ),
    Column(
        "cache",
        "KV cache",
        "Keys and values that attention keeps of one place of one sample, to make a sequence.",
    ),
    Column(
        "field",
        "Receptive field",
        "How much of the input one number of its output depends on at most.",
        heats=True,
        has_total=False,
    ),
)
COLUMN = {column.id: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Row:
    """One node.

    Attributes:
        path: Where it is, as ``block_1/conv_1``.
        type: The title of its type, with the repeats of a group.
        shape: The shape of its first output.
        amounts: The numbers by column; None where a size is left open.
        texts: What stands in each column.
    """

    path: str
    type: str
    shape: str
    amounts: dict[str, float | None]
    texts: dict[str, str]


@dataclass(frozen=True)
class Table:
    """All rows with what they come to.

    Attributes:
        rows: In the order of evaluation; what lies inside of an instance of a group stands there for
            one repeat, and the instance itself for all of them.
        totals: What stands below each column.
        plan: What the figures were made for.
    """

    rows: tuple[Row, ...]
    totals: dict[str, str]
    plan: Plan


def table_of(report: Report, plan: Plan) -> Table:
    """Return the table of a network that was checked.

    Args:
        report: What the check found.
        plan: Batch, precision and optimizer that memory is worked out for.
    """
    cost, fields = report.cost, fields_of(report.run)
    rows = tuple(
        _row(path, record, cost.nodes[path], fields.get(path, {}), plan)
        for path, record in opened(report.run)
    )
    total = _amounts(cost.total, plan)
    total["memory"] = plan.memory(cost).total
    texts = {name: _text(name, value) for name, value in total.items()}
    return Table(rows, {"node": "Total", **texts}, plan)


def sorted_rows(rows: Sequence[Row], column: str, *, ascending: bool | None = None) -> list[Row]:
    """Return the rows by a column: numbers from the largest, texts from A; open sizes come last."""
    kind = COLUMN[column]
    up = not kind.is_number if ascending is None else ascending
    if column == "node" and ascending is None:
        return list(rows)
    if not kind.is_number:
        return sorted(rows, key=lambda row: row.texts[column].casefold(), reverse=not up)
    sign = 1.0 if up else -1.0

    def key(row: Row) -> tuple[bool, float]:
        amount = row.amounts[column]
        return (amount is None, 0.0 if amount is None else sign * amount)

    return sorted(rows, key=key)


def fits_text(cost: Cost, plan: Plan, memory: int, device: str = "this machine") -> str:
    """Say whether a training step fits, and the largest batch that does.

    Args:
        cost: What the network costs.
        plan: Batch, precision and optimizer.
        memory: Bytes there are.
        device: What has them.
    """
    fitting, best = fits(cost, plan, memory), largest_batch(cost, plan, memory)
    if fitting is None or best is None:
        return "Whether it fits depends on a size that is left open."
    needed = bytes_text(plan.memory(cost).total)
    how = f"at batch {plan.batch:,} ({plan.precision}, {plan.optimizer})"
    room = f"{bytes_text(memory)} of {device}"
    most = (
        f"largest batch that fits: {'above ' if best == LARGEST_BATCH else ''}{best:,}"
        if best
        else "not even one sample does"
    )
    if fitting:
        return f"Fits into the {room} {how} with {needed}; {most}"
    return f"Does not fit into the {room} {how}: it takes {needed}; {most}"


def plain_table(report: Report, table: Table, memory: int) -> dict[str, Any]:
    """Return the table as JSON data; a size that is left open is None."""
    cost, plan = report.cost, table.plan
    needed = plan.memory(cost)
    parts = ("weights", "gradients", "optimizer", "activations", "working", "total")
    return {
        "batch": plan.batch,
        "precision": plan.precision,
        "optimizer": plan.optimizer,
        "rows": [
            {"node": row.path, "type": row.type, "shape": row.shape, **row.amounts}
            for row in table.rows
        ],
        "total": {name: _number(value) for name, value in _amounts(cost.total, plan).items()},
        "training": {part: _number(getattr(needed, part)) for part in parts},
        "device_memory": memory,
        "fits": fits(cost, plan, memory),
        "largest_batch": largest_batch(cost, plan, memory),
    }


def _row(path: str, record: Record, cost: NodeCost, field: Field, plan: Plan) -> Row:
    flows = next(iter(record.result.types.values()), None)
    kind = record.kind
    title = f"{kind.title} x {kind.repeat}" if kind.repeat > 1 else kind.title
    shape = shape_text(flows.shape) if flows is not None else ""
    amounts = _amounts(cost, plan)
    texts = {name: _text(name, value) for name, value in amounts.items()}
    numbers: dict[str, float | None] = {name: _number(value) for name, value in amounts.items()}
    texts |= {"node": path, "type": title, "shape": shape, "field": text_of(field)}
    numbers["field"] = share_of(field)
    return Row(path, title, shape, numbers, texts)


def _amounts(cost: NodeCost, plan: Plan) -> dict[str, Dim]:
    """The numbers of a row: operations of one sample, bytes of a batch."""
    alone = plan.memory(Cost(total=cost))
    return {
        "parameters": cost.parameters,
        "macs": size_at(cost.macs, _ONE_SAMPLE),
        "flops": size_at(cost.flops, _ONE_SAMPLE),
        "backward": size_at(cost.backward, _ONE_SAMPLE),
        "activations": alone.activations,
        "memory": alone.weights + alone.gradients + alone.optimizer + alone.activations,
        "cache": cost.cache,
    }


def _number(value: Dim) -> int | None:
    return int(value) if is_known(value) else None


def _text(column: str, value: Dim) -> str:
    if isinstance(value, Sym):
        return _OPEN
    if value == 0:
        return ""
    if column in ("activations", "memory", "cache"):
        return bytes_text(value)
    number, letter = scaled(int(value), exact_below=1_000_000)
    return f"{number} {letter}".strip()
