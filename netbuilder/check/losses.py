"""Rules about losses: what they compare, and what must not stand before them."""

from __future__ import annotations

from collections.abc import Iterator

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check import fixes
from netbuilder.check.diagnostics import Fix
from netbuilder.check.findings import Finding
from netbuilder.check.fitting import fits, made_by
from netbuilder.check.makers import acts_on_last_axis, maker_of, set_width
from netbuilder.check.runs import GraphRun, Record
from netbuilder.check.tracing import Spot, backwards, before, source_of
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.dims import Shape, product
from netbuilder.node_api.node_type import LossType
from netbuilder.node_api.ports import TensorType
from netbuilder.node_api.problems import Problem

# What a loss does itself, so that it must not be done before.
_INCLUDED = {
    "cross_entropy": (("softmax", "log_softmax"), "NB322"),
    "focal_loss": (("softmax", "log_softmax"), "NB322"),
    "bce_with_logits": (("sigmoid",), "NB323"),
    "dice_loss": (("sigmoid",), "NB323"),
    "multi_label_soft_margin_loss": (("sigmoid",), "NB323"),
}
# Problems of a loss's own rule that its sentence about both inputs takes the place of.
_SHAPE_CODES = ("NB201", "NB202", "NB210")


def told_as_mismatch(record: Record, problem: Problem) -> bool:
    """Whether one sentence about both inputs of a loss takes the place of its own problem."""
    loss = record.kind.instance
    return (
        isinstance(loss, LossType)
        and problem.code in _SHAPE_CODES
        and {port.name for port in loss.in_ports} == {loss.prediction_port, loss.target_port}
    )


def loss_findings(catalogue: Catalogue, run: GraphRun, name: str) -> Iterator[Finding]:
    """Yield what is wrong with a loss of the main graph."""
    record = run.records[name]
    loss = record.kind.instance
    if not isinstance(loss, LossType):
        return
    prediction = source_of(run, name, loss.prediction_port)
    if any(told_as_mismatch(record, problem) for problem in record.problems):
        yield _mismatch(catalogue, run, record, loss, prediction)
    elif prediction is not None and loss.id in _INCLUDED:
        kinds, code = _INCLUDED[loss.id]
        yield from _done_twice(run, record, loss, prediction, kinds, code)


def _mismatch(
    catalogue: Catalogue, run: GraphRun, record: Record, loss: LossType, prediction: Spot | None
) -> Finding:
    """Say what a loss got at both inputs, and which node gave it that."""
    given = dict(zip(record.kind.inputs, record.inputs, strict=True))
    scores, target = given.get(loss.prediction_port), given.get(loss.target_port)
    word = "logits" if loss.task in ("classification", "binary") else "a prediction"
    message = f"{record.node.id} got {word} {scores} and target {target}"
    maker = maker_of(prediction)
    if maker is not None:
        message += f"; {_how_made(maker)}"
    wanted = "N x C x ... go with a target N x ..." if loss.takes_classes else ""
    return Finding(
        "NB220",
        message,
        node=record.node.id,
        port=loss.prediction_port,
        related=(),
        hint=f"logits {wanted}"
        if wanted
        else f"give {word.removeprefix('a ')} and target the same shape",
        fixes=tuple(_mismatch_fixes(catalogue, run, record, loss, maker)),
    )


def _how_made(maker: Spot) -> str:
    earlier = before(maker)
    if earlier is None:
        return f"{maker.name} gives {maker.type}"
    whose = f"{earlier.name}'s {earlier.type}"
    if acts_on_last_axis(maker.record.kind.instance):
        return f"{maker.name} acts on the last axis of {whose}"
    return f"{maker.name} makes {maker.type} of {whose}"


def _mismatch_fixes(
    catalogue: Catalogue, run: GraphRun, record: Record, loss: LossType, maker: Spot | None
) -> Iterator[Fix]:
    given = dict(zip(record.kind.inputs, record.inputs, strict=True))
    scores, target = given.get(loss.prediction_port), given.get(loss.target_port)
    if scores is None or target is None:
        return
    yield from _swap_fix(catalogue, record, loss, scores)
    if maker is not None and acts_on_last_axis(maker.record.kind.instance):
        yield from _fixes_before_maker(catalogue, record, loss, maker)
    port = Endpoint(record.node.id, loss.prediction_port)
    source = run.source(*_pair(port))
    if source is not None and not (
        maker is not None and acts_on_last_axis(maker.record.kind.instance)
    ):
        pooled = made_by(catalogue, "global_average_pool", scores)
        if pooled is not None and fits(record, loss.prediction_port, pooled):
            node_type = catalogue.get("global_average_pool")
            title = f"insert GlobalAveragePool behind {source.node}"
            version = node_type.version if node_type else 1
            yield fixes.insert_after("", source, "global_average_pool", version, title)
    shape = _wanted_target(loss, scores)
    spot = source_of(run, record.node.id, loss.target_port)
    if (
        shape is not None
        and spot is not None
        and spot.record.kind.role == "target"
        and not spot.path
    ):
        wanted = TensorType(shape, target.dtype)
        same_count = product(shape) == product(target.shape)
        if same_count and spot.type == target and fits(record, loss.target_port, wanted):
            sizes = [int(size) for size in shape[1:] if isinstance(size, int)]
            if len(sizes) == len(shape) - 1:
                said = " x ".join(map(str, sizes)) or "none, a single number"
                title = f"set the shape of {spot.name} to {said}"
                yield fixes.set_params("", spot.value.node, {"shape": sizes}, title)
    if maker is not None:
        yield from _width_fix(record, loss, maker, target)


def _swap_fix(
    catalogue: Catalogue, record: Record, loss: LossType, scores: TensorType
) -> Iterator[Fix]:
    """Scores of sequences have their classes last; a loss wants them second."""
    if not loss.takes_classes or len(scores.shape) != 3:
        return
    batch, length, classes = scores.shape
    swapped = TensorType((batch, classes, length), scores.dtype)
    node_type = catalogue.get("transpose")
    if node_type is not None and fits(record, loss.prediction_port, swapped):
        port = Endpoint(record.node.id, loss.prediction_port)
        title = f"insert Transpose before {record.node.id}, so that the classes come second"
        yield fixes.insert_before("", port, "transpose", node_type.version, title)


def _fixes_before_maker(
    catalogue: Catalogue, record: Record, loss: LossType, maker: Spot
) -> Iterator[Fix]:
    """A linear map at the end wants one vector a sample: flatten or pool what it takes."""
    earlier = before(maker)
    if earlier is None or earlier.type is None or maker.type is None:
        return
    result = TensorType((earlier.type.shape[0], maker.type.shape[-1]), maker.type.dtype)
    if not fits(record, loss.prediction_port, result):
        return
    target = Endpoint(maker.value.node, "input")
    for kind in ("flatten", "global_average_pool"):
        made, node_type = made_by(catalogue, kind, earlier.type), catalogue.get(kind)
        # Positions behind the channels are what pooling is for; of fewer axes nobody knows.
        if made is None or made.rank != 2 or (kind != "flatten" and earlier.type.rank != 4):
            continue
        if node_type is not None:
            title = f"insert {node_type.title} before {maker.name}"
            yield fixes.insert_before(maker.run.group, target, kind, node_type.version, title)


def _wanted_target(loss: LossType, scores: TensorType) -> Shape | None:
    if loss.takes_classes:
        return (scores.shape[0], *scores.shape[2:]) if scores.rank >= 2 else None
    return scores.shape if scores.rank else None


def _width_fix(record: Record, loss: LossType, maker: Spot, target: TensorType) -> Iterator[Fix]:
    """Where only the last axis differs from the target's, the node that makes it can change it."""
    made = maker.type
    if made is None or loss.takes_classes or made.rank != target.rank or not made.rank:
        return
    wanted = target.shape[-1]
    shape = (*made.shape[:-1], wanted)
    if isinstance(wanted, int) and fits(
        record, loss.prediction_port, TensorType(shape, made.dtype)
    ):
        yield from set_width(maker, made.shape[-1], wanted)


def _done_twice(
    run: GraphRun,
    record: Record,
    loss: LossType,
    prediction: Spot,
    kinds: tuple[str, ...],
    code: str,
) -> Iterator[Finding]:
    """A loss that takes raw scores gets what has been through a softmax or a sigmoid already."""
    for step in backwards(prediction):
        instance = step.record.kind.instance
        if instance is None:
            return
        if instance.id in kinds and before(step) is not None:
            yield Finding(
                code,
                f"{record.node.id} takes raw scores and does the {instance.title} itself, "
                f"but {step.name} has done it already",
                node=record.node.id,
                port=loss.prediction_port,
                severity="warning",
                hint=f"connect {record.node.id} to what comes before {step.name}",
                fixes=tuple(_undone(run, record, loss, step)),
            )
            return
        if not (instance.view or instance.id in ("identity", "dropout")):
            return


def _undone(run: GraphRun, record: Record, loss: LossType, step: Spot) -> Iterator[Fix]:
    port = Endpoint(record.node.id, loss.prediction_port)
    name = step.value.node
    (in_port, earlier), *_ = step.run.layout.wires[name].items()
    takers = [t for t, s in step.run.graph.edges.items() if s.node == name]
    if not step.path and run.source(*_pair(port)) == step.value and len(takers) > 1:
        title = f"connect {port} to {earlier}, before {step.name}"
        yield fixes.connect("", earlier, port, title, safe=True)
    else:
        title = f"remove {step.name}"
        yield fixes.take_out(step.run.group, name, (in_port, step.value.port), title)


def _pair(port: Endpoint) -> tuple[str, str]:
    return port.node, port.port
