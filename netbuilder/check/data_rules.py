"""Rules about the data: what Inputs and Targets declare, against the fields there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from netbuilder.check import fixes
from netbuilder.check.diagnostics import Fix
from netbuilder.check.fields import Field, Fields
from netbuilder.check.findings import Finding, listed
from netbuilder.check.makers import set_width
from netbuilder.check.runs import GraphRun, Record
from netbuilder.check.tracing import Spot, backwards, before, source_of
from netbuilder.node_api.dims import Dim, Sym, is_known, product, shape_text, symbol
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.node_type import LossType
from netbuilder.node_api.ports import FLOATS

# How many times more samples one class has than another before it is worth a word.
_UNEVEN = 10


def field_of(record: Record) -> str:
    """Return the name of the field that an Input or Target takes."""
    return getattr(record.kind.instance, "field", "") or record.node.id


def data_findings(run: GraphRun, name: str, fields: Fields) -> Iterator[Finding]:
    """Yield what does not fit between an Input or a Target and the data."""
    record = run.records[name]
    instance = record.kind.instance
    if instance is None:
        return
    wanted = field_of(record)
    field = fields.get(wanted)
    if field is None:
        known = listed(list(fields), 8) if fields else "none"
        verb = "is" if len(fields) < 2 else "are"
        yield Finding(
            "NB401",
            f"{name} takes the field {wanted}, but the data have no such field; there {verb} {known}",
            node=name,
            param="field",
            hint="choose one of the fields",
            fixes=tuple(_likely(record, fields)),
        )
        return
    shape = tuple(symbol(s) if isinstance(s, str) else s for s in getattr(instance, "shape", ()))
    if not _holds(product(shape), product(field.shape)):
        fix = fixes.set_params("", name, {"shape": list(field.shape)}, _shape_title(field))
        yield Finding(
            "NB402",
            f"{name} has {_counted(shape)}, but a sample of the field {wanted} has {_counted(field.shape)}",
            node=name,
            param="shape",
            hint="give the shape as many numbers as the field has",
            fixes=(fix,),
        )


def target_findings(
    run: GraphRun, name: str, fields: Fields, recipe: Mapping[str, Any]
) -> Iterator[Finding]:
    """Yield what does not fit between a loss and the values its target field holds.

    Args:
        run: The evaluation of the main graph.
        name: A loss.
        fields: The fields of the data.
        recipe: The training recipe as plain data.
    """
    record = run.records[name]
    loss = record.kind.instance
    if not isinstance(loss, LossType) or not record.result.types:
        return
    field = _target_field(source_of(run, name, loss.target_port), fields)
    if field is None:
        return
    classes = len(field.classes)
    if recipe.get("sampling", "shuffled") == "shuffled":
        yield from _imbalance(record, loss, field)
    if loss.task == "classification" and classes:
        yield from _class_count(run, record, loss, field)
    elif loss.takes_classes and field.dtype in FLOATS:
        message = (
            f"{name} compares class numbers, but the field {field.name} holds amounts, not classes"
        )
        hint = "use MSELoss for amounts, or another field"
        yield Finding("NB406", message, name, loss.target_port, severity="warning", hint=hint)
    elif loss.task == "binary" and classes > 2:
        message = f"{name} compares with 0 or 1, but the field {field.name} holds the numbers of {classes} classes"
        hint = f"use CrossEntropyLoss with {classes} logits"
        yield Finding("NB405", message, name, loss.target_port, severity="warning", hint=hint)


def lookup_findings(run: GraphRun, name: str, fields: Fields) -> Iterator[Finding]:
    """Yield where a table has fewer rows than a field of class numbers needs.

    Args:
        run: The evaluation of the main graph.
        name: An Input.
        fields: The fields of the data.
    """
    field = fields.get(field_of(run.records[name]))
    classes = len(field.classes) if field is not None else 0
    if not classes:
        return
    for follower in dict.fromkeys(run.layout.follows.get(name, ())):
        record = run.records[follower]
        rows = getattr(record.kind.instance, "num_embeddings", None)
        if rows is None or record.node.bypass or rows >= classes:
            continue
        found: tuple[Fix, ...] = ()
        if not isinstance(record.node.params.get("num_embeddings"), Expression):
            found = (fixes.set_params("", follower, {"num_embeddings": classes}),)
        yield Finding(
            "NB408",
            f"{follower} has rows for the numbers 0 to {rows - 1}, "
            f"but {name} brings numbers up to {classes - 1}",
            node=follower,
            param="num_embeddings",
            hint=f"give it {classes} rows, one for every value of the field",
            fixes=found,
        )


def _imbalance(record: Record, loss: LossType, field: Field) -> Iterator[Finding]:
    """Classes of which one is far rarer than another, in a loss that counts every sample alike."""
    counts = [count for count in field.counts if count]
    if len(counts) < 2 or max(counts) < _UNEVEN * min(counts) or "focal" in loss.id:
        return
    values = loss.values()
    if any(values.get(name) for name in ("class_weights", "pos_weight")):
        return
    rare, common = (field.counts.index(size) for size in (min(counts), max(counts)))
    yield Finding(
        "NB409",
        f"{field.name} has {max(counts):,} samples of {field.classes[common]} and {min(counts):,} of "
        f"{field.classes[rare]}, but {record.node.id} counts every sample alike",
        node=record.node.id,
        severity="info",
        hint="weigh the classes or draw them equally often, and judge by f1 or auroc rather than accuracy",
        fixes=tuple(_balancing(record, loss, field)),
    )


def _balancing(record: Record, loss: LossType, field: Field) -> Iterator[Fix]:
    """Ways to let every class count as much as another."""
    values, counts = loss.values(), field.counts
    if "class_weights" in values and all(counts):
        weights = [round(sum(counts) / (len(counts) * count), 4) for count in counts]
        title = "set class_weights to balance the classes"
        fix = fixes.set_params("", record.node.id, {"class_weights": weights}, title)
        yield replace(fix, safe=False)
    if "pos_weight" in values and len(counts) == 2 and all(counts):
        title = "set pos_weight to balance no and yes"
        weights = [round(counts[0] / counts[1], 4)]
        fix = fixes.set_params("", record.node.id, {"pos_weight": weights}, title)
        yield replace(fix, safe=False)
    if not field.shape:
        yield fixes.set_recipe({"sampling": "balanced"}, "draw every class equally often")


def _class_count(run: GraphRun, record: Record, loss: LossType, field: Field) -> Iterator[Finding]:
    given = dict(zip(record.kind.inputs, record.inputs, strict=True))
    tensor = given.get(loss.prediction_port)
    if tensor is None or tensor.rank < 2:
        return
    width, classes = tensor.shape[1], len(field.classes)
    if not is_known(width) or width == classes:
        return
    spot = source_of(run, record.node.id, loss.prediction_port)
    yield Finding(
        "NB403" if width < classes else "NB404",
        f"{record.node.id} got logits of {width} classes in {tensor}, "
        f"but the field {field.name} has {classes}",
        node=record.node.id,
        port=loss.prediction_port,
        severity="error" if width < classes else "warning",
        hint=f"let the last layer give {classes} numbers",
        fixes=tuple(_match(spot, width, classes)),
    )


def _match(spot: Spot | None, width: int, classes: int) -> Iterator[Fix]:
    """Follow the class axis back to the node that makes it."""
    for step in backwards(spot):
        made = step.type
        if made is None or made.rank < 2 or width not in (made.shape[1], made.shape[-1]):
            return
        earlier = before(step)
        if step.record.result.weights and (earlier is None or earlier.type != made):
            yield from set_width(step, width, classes)
            return


def _target_field(spot: Spot | None, fields: Fields) -> Field | None:
    """Return the field whose values reach a loss unchanged."""
    for step in backwards(spot):
        instance = step.record.kind.instance
        if step.record.kind.role in ("target", "input"):
            return fields.get(field_of(step.record))
        if instance is None or not (instance.view or instance.id == "identity"):
            return None
    return None


def _likely(record: Record, fields: Fields) -> Iterator[Fix]:
    """The field that is most likely meant, if one stands out."""
    close = get_close_matches(field_of(record), list(fields), 1)
    count = product(s for s in getattr(record.kind.instance, "shape", ()) if isinstance(s, int))
    same_role = [f.name for f in fields.values() if f.role == record.kind.role]
    same_size = [name for name in same_role if product(fields[name].shape) == count]
    for names in (close, same_size, same_role):
        if len(names) == 1:
            title = f"take the field {names[0]}"
            yield fixes.set_params("", record.node.id, {"field": names[0]}, title)
            return


def _holds(declared: Dim, found: Dim) -> bool:
    """Whether a shape, maybe with open axes, can hold a number of values."""
    if not isinstance(declared, Sym):
        return declared == found
    rest = product([found]) % product(n for _, n in declared.terms)
    return rest == 0


def _counted(shape: tuple[Dim, ...]) -> str:
    if not shape:
        return "a single number"
    count = product(shape)
    text = shape_text(shape)
    if len(shape) == 1:
        return f"{text} number{'' if count == 1 else 's'}"
    return f"{text}, which is {count} numbers"


def _shape_title(field: Field) -> str:
    return f"set shape to {' x '.join(map(str, field.shape))}" if field.shape else "set shape to []"
