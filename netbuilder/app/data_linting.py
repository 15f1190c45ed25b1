"""What is wrong with a document's data, told at its Input and Target nodes, and figures of the columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from netbuilder.app.project import check_network
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.diagnostics import Diagnostic, Fix, Severity, Where
from netbuilder.codegen.emit import write
from netbuilder.data.arrays import Array
from netbuilder.data.csv_table import Table
from netbuilder.data.dates import parted_name
from netbuilder.data.linting import (
    ABSENT,
    DATE_CLASSES,
    DUPLICATES,
    GIVEAWAY,
    MANY_CLASSES,
    OUTLIERS,
    PERSONAL,
    RANGE,
    RARE,
    SCALE,
    SILENT,
    TEXT_CLASSES,
    Fault,
    Material,
    lint,
)
from netbuilder.data.prepare import Prepared, prepare
from netbuilder.data.settings import DataSettings, as_given
from netbuilder.data.source import DataSource
from netbuilder.data.statistics import Column, class_balance, columns_of
from netbuilder.data.steps import Log
from netbuilder.data.table_columns import MISSING
from netbuilder.data.table_linting import lint_table
from netbuilder.data.table_source import TableSource
from netbuilder.graph import edits
from netbuilder.graph.model import Network

_SEVERITY: Mapping[str, Severity] = {SILENT: "info", OUTLIERS: "info", RARE: "info", RANGE: "error"}
_HINTS = {
    DUPLICATES: "take duplicates out of the data, or split by what makes samples belong together",
    GIVEAWAY: "leave it out, unless it is known before the answer is",
    SILENT: "leave it out; nothing can be learnt from it",
    OUTLIERS: "mend these values, leave their cells empty, or bring amounts closer by their logarithm",
    SCALE: "standardize the field",
    RANGE: "mend the answers, or give as many scores as there are classes",
    PERSONAL: "leave it out, or keep the bucket of a hash alone, unless it is needed and may be used",
    ABSENT: "add samples, or stratify the split",
    DATE_CLASSES: "turn them into numbers, or leave it out",
    TEXT_CLASSES: "leave it out; texts take a network of their own",
    MANY_CLASSES: "keep the most frequent ones, set categories to codes, or leave it out",
    RARE: "weigh the rare class more, and look at f1 or auroc beside accuracy",
}
_LEFT_OUT = (GIVEAWAY, SILENT, PERSONAL, DATE_CLASSES, TEXT_CLASSES, MANY_CLASSES)
_KEPT = 20  # categories that the offer keeps
_BINARY = ("bce_with_logits", "bce_loss")
_CLASSES = ("cross_entropy", "nll_loss")

# The settings, and the columns, by field and name, that hold nothing below 0.
_Known = tuple[DataSettings, set[tuple[str, str]]]


@dataclass(frozen=True)
class Inspection:
    """What was found out about data.

    Attributes:
        findings: What is wrong, in the order of the codes.
        columns: Figures of the columns of the inputs, as the data have them.
        fed: The same after the preprocessing, as the network gets them; empty where there is none.
        balance: How many samples of each class each split has: {field: {class: {split: samples}}}.
        sizes: How many samples each split has.
    """

    findings: tuple[Diagnostic, ...]
    columns: tuple[Column, ...]
    fed: tuple[Column, ...]
    balance: Mapping[str, Mapping[str, Mapping[str, int]]]
    sizes: Mapping[str, int]

    def to_plain(self) -> dict[str, Any]:
        """As JSON data; of fixes, the titles."""
        return {
            "findings": [one.to_plain() for one in self.findings],
            "columns": [one.to_plain() for one in self.columns],
            "fed": [one.to_plain() for one in self.fed],
            "balance": self.balance,
            "sizes": dict(self.sizes),
        }


def inspect(network: Network, folder: Path) -> Inspection:
    """Read a document's data and lint them; this may take seconds.

    Args:
        network: The document; it is not changed.
        folder: The document's folder, where relative paths start.

    Raises:
        DataError: A setting, a file or a column is not there or not as expected.
    """
    settings = DataSettings.from_plain(network.data)
    prepared = _in_memory(prepare(as_given(network.data), folder))
    inputs, targets = _fields_used(network, prepared)
    names = prepared.preprocessing["columns"]
    table = _table(settings, folder)
    tokens = prepared.preprocessing.get("vocabulary", {})  # whose numbers are names, not amounts
    columns = tuple(
        _with_gaps(column, table)
        for field in inputs
        if field not in tokens
        for column in columns_of(prepared.splits["train"][field], field, names.get(field, ()))
    )
    fed, fed_names = _fed(settings, prepared)
    material = Material(
        prepared,
        tuple(inputs),
        _taken(network, folder, tuple(targets)),
        columns,
        fed,
    )
    faults = [
        fault
        for fault in (*lint(material), *_of_table(settings.source, table))
        if not (fault.code == OUTLIERS and _is_logged(fault, settings))
    ]
    nodes = {**targets, **inputs}
    amounts = {(one.field, one.name) for one in columns if one.low >= 0}
    found = [_told(fault, nodes, inputs, (settings, amounts)) for fault in faults]
    ignored = set(network.ignore)
    return Inspection(
        tuple(sorted((d for d in found if d.code not in ignored), key=lambda d: d.code)),
        columns,
        _figures_fed(settings, fed, inputs, fed_names) if not tokens else (),
        class_balance(prepared),
        prepared.sizes,
    )


def _in_memory(prepared: Prepared) -> Prepared:
    """Data that can be looked at as a whole; of streamed ones some that are evenly spread."""
    from netbuilder.data.streamed import is_streamed

    if not any(map(is_streamed, prepared.splits["train"].values())):
        return prepared
    splits = {}
    for split, arrays in prepared.splits.items():
        stride = max((v.stride for v in arrays.values() if is_streamed(v)), default=1)
        splits[split] = {name: values[::stride] for name, values in arrays.items()}
    return replace(prepared, splits=splits)


def _fields_used(network: Network, prepared: Prepared) -> tuple[dict[str, str], dict[str, str]]:
    """The fields that the network takes and answers, each with its node; all where it names none."""
    inputs: dict[str, str] = {}
    targets: dict[str, str] = {}
    for name, node in network.graph.nodes.items():
        used = {"input": inputs, "target": targets}.get(node.type)
        field = str(node.params.get("field") or name)
        if used is not None and field in prepared.fields:
            used.setdefault(field, name)
    by_role = {field.name: field.role for field in prepared.fields.values()}
    inputs = inputs or {name: "" for name, role in by_role.items() if role != "target"}
    targets = targets or {name: "" for name, role in by_role.items() if role == "target"}
    return inputs, targets


def _taken(
    network: Network, folder: Path, targets: tuple[str, ...]
) -> dict[str, int | float | None]:
    """What the loss of each target takes at most: a number of classes, 1.0, or None for all."""
    found: dict[str, int | float | None] = dict.fromkeys(targets)
    if not check_network(network, folder).ok:
        return found
    for loss in write(network, standard_catalogue()).losses:
        if loss.target not in found:
            continue
        classes = loss.prediction[1] if len(loss.prediction) > 1 else 0
        if loss.type in _CLASSES and isinstance(classes, int) and classes:
            found[loss.target] = classes
        elif loss.type in _BINARY:
            found[loss.target] = 1.0
    return found


def _fed(
    settings: DataSettings, prepared: Prepared
) -> tuple[dict[str, Array], Mapping[str, Sequence[str]]]:
    """The training samples as the network gets them, with the names of their columns."""
    from netbuilder.data.preprocessing import preprocess

    train = dict(prepared.splits["train"])
    names = prepared.preprocessing["columns"]
    known = preprocess({"train": train}, settings, prepared.fields, names)
    return train, known["columns"]


def _figures_fed(
    settings: DataSettings,
    fed: Mapping[str, Array],
    inputs: Iterable[str],
    names: Mapping[str, Sequence[str]],
) -> tuple[Column, ...]:
    """Figures of the columns as the network gets them, where anything is done to an input."""
    changed = {*(step.field for step in settings.preprocess), *settings.standardize}
    if not changed & set(inputs):
        return ()
    return tuple(
        column for field in inputs for column in columns_of(fed[field], field, names.get(field, ()))
    )


def _table(settings: DataSettings, folder: Path) -> Table | None:
    """The texts of a source that is a table, before they become numbers."""
    source = settings.source
    return source.table(folder) if isinstance(source, TableSource) else None


def _of_table(source: DataSource, table: Table | None) -> Iterable[Fault]:
    return lint_table(source, table) if table and isinstance(source, TableSource) else ()


def _with_gaps(column: Column, table: Table | None) -> Column:
    """Figures with the number of empty cells, for which means stand in the samples."""
    texts = table.columns.get(column.name) if table else None
    if texts is None:
        return column
    return replace(column, missing=sum(1 for text in texts if text.lower() in MISSING))


def _told(
    fault: Fault, nodes: Mapping[str, str], inputs: Mapping[str, str], known: _Known
) -> Diagnostic:
    node = nodes.get(fault.field) or next(iter(inputs.values()), "")
    return Diagnostic(
        fault.code,
        _SEVERITY.get(fault.code, "warning"),
        fault.message,
        Where(node),
        hint=_HINTS[fault.code],
        fixes=tuple(_fixes(fault, known)),
    )


def _fixes(fault: Fault, known: _Known) -> Iterator[Fix]:
    settings, amounts = known
    if fault.code == SCALE and fault.field not in settings.standardize:
        field = fault.field
        yield Fix(f"standardize {field}", lambda n: _standardized(n, field))
    if fault.code == OUTLIERS and {(fault.field, name) for name in fault.columns} <= amounts:
        field, names = fault.field, fault.columns
        title = f"take the logarithm of {', '.join(names)}"
        yield Fix(title, lambda n: _logged(n, field, names), safe=False)
    if fault.code == DATE_CLASSES:
        yield Fix("turn dates into numbers", lambda n: _set(n, "dates", "all"), safe=False)
    if fault.code == MANY_CLASSES:
        title = f"keep the {_KEPT} most frequent values of each column"
        yield Fix(title, lambda n: _set(n, "most_frequent", _KEPT), safe=False)
    columns = tuple(dict.fromkeys(_columns_left(fault)))
    if fault.code in _LEFT_OUT and columns and isinstance(settings.source, TableSource):
        yield Fix(
            f"leave out {', '.join(columns)}", lambda n: _with(n, "leave_out", columns), safe=False
        )
        if fault.code == PERSONAL:
            title = f"hash {', '.join(columns)}"
            yield Fix(title, lambda n: _with(n, "hashed", columns), safe=False)


def _columns_left(fault: Fault) -> Iterator[str]:
    """The columns of the table to leave out; none for a single number of a date that says nothing."""
    for name in fault.columns:
        date = parted_name(name)
        if date is None:
            yield name.partition(" = ")[0]
        elif fault.code != SILENT:
            yield date[0]


def _standardized(network: Network, field: str) -> Network:
    fields = [*network.data.get("standardize", ()), field]
    return edits.set_data(network, {**network.data, "standardize": fields})


def _is_logged(fault: Fault, settings: DataSettings) -> bool:
    """Whether the logarithm of these columns is taken, after which little is far outside."""
    logs = [step for step in settings.preprocess if isinstance(step, Log)]
    logged = {name for step in logs if step.field == fault.field for name in step.columns}
    whole = any(step.field == fault.field and not step.columns for step in logs)
    return whole or set(fault.columns) <= logged


def _logged(network: Network, field: str, columns: tuple[str, ...]) -> Network:
    step = Log({"field": field, "columns": columns}).said()
    steps = [*network.data.get("preprocess", ()), step]
    return edits.set_data(network, {**network.data, "preprocess": steps})


def _with(network: Network, param: str, columns: tuple[str, ...]) -> Network:
    """Return a network whose source has these columns in a list of it too."""
    listed = dict.fromkeys([*network.data.get("params", {}).get(param, ()), *columns])
    return _set(network, param, list(listed))


def _set(network: Network, param: str, value: Any) -> Network:
    params = {**network.data.get("params", {}), param: value}
    return edits.set_data(network, {**network.data, "params": params})
