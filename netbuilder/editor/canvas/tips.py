"""What is said about things on the canvas when the pointer rests on them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from netbuilder.app.card_text import TIMES
from netbuilder.app.picture_cards import BYPASSED, MUTED
from netbuilder.editor.canvas.hits import Hit
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.ports import TensorType

if TYPE_CHECKING:
    from netbuilder.check.diagnostics import Diagnostic
    from netbuilder.check.runs import Record
    from netbuilder.editor.canvas.scene import Scene

_DOT = " \N{MIDDLE DOT} "
_MOST = 6  # problems that are told at once


def tip_of(scene: Scene, hit: Hit, reason: str = "") -> str:
    """Return what to say about what lies under the pointer; empty for nothing.

    Args:
        scene: The scene.
        hit: What lies there.
        reason: Why a dragged wire does not fit the port.
    """
    record = scene.record(hit.node) if hit.node else None
    if record is not None and hit.kind == "port":
        return _shown(_port(record, hit, reason))
    if record is not None and hit.kind == "badge":
        return _shown(_problems(scene.problems(hit.node)))
    if record is not None:
        lines = _node(record, is_muted=scene.is_muted(hit.node))
        return _shown([*lines, *_problems(scene.problems(hit.node))])
    if hit.kind == "edge" and hit.edge is not None:
        return _shown(_edge(scene, hit.edge))
    return ""


def _node(record: Record, *, is_muted: bool) -> list[str]:
    node, kind = record.node, record.kind
    lines = [f"<b>{escape(kind.title)}</b>{_DOT}{escape(node.id)}"]
    if node.note:
        lines.append(escape(node.note))
    if kind.node_type is not None and not node.note:
        lines.append(escape(kind.node_type.sentence()))
    if node.bypass:
        lines.append(MUTED if is_muted else BYPASSED)
    if node.frozen:
        lines.append("Frozen: training leaves its weights as they are.")
    if node.shares:
        lines.append(f"Uses the weights of {escape(node.shares)}.")
    if node.lr_factor != 1:
        lines.append(f"Learning rate {TIMES} {node.lr_factor:g}.")
    return lines


def _port(record: Record, hit: Hit, reason: str) -> list[str]:
    kind = record.kind
    if hit.side == "in":
        flows = dict(zip(kind.inputs, record.inputs, strict=True)).get(hit.port)
    else:
        flows = record.result.types.get(hit.port)
    lines = [f"<b>{escape(hit.port)}</b>{_DOT}{_flow(flows)}"]
    doc = _doc(record, hit)
    if doc:
        lines.append(escape(doc))
    if hit.side == "in" and hit.port in kind.inputs and hit.port not in kind.required:
        lines.append("May stay unconnected.")
    if reason:
        lines.append(f"Does not fit: {escape(reason)}")
    return lines


def _doc(record: Record, hit: Hit) -> str:
    instance = record.kind.instance
    if instance is None:
        return ""
    ports = instance.in_ports if hit.side == "in" else instance.out_ports
    return next((port.declared.doc for port in ports if port.name == hit.port), "")


def _edge(scene: Scene, target: Endpoint) -> list[str]:
    wire = scene.wire(target)
    record = scene.record(wire.source.node)
    flows = record.result.types.get(wire.source.port) if record else None
    ends = f"{escape(str(wire.source))} \N{RIGHTWARDS ARROW} {escape(str(target))}"
    return [f"<b>{ends}</b>", _flow(flows), *_origins(scene, wire.source, flows)]


def _origins(scene: Scene, source: Endpoint, flows: TensorType | None) -> list[str]:
    """Where the sizes that flow in a wire come from, a line for every axis behind the batch's."""
    found = []
    for axis in range(1, flows.rank if flows else 0):
        reason = scene.why(source, axis)
        if reason is not None:
            found.append(escape(reason.origin().sentence()).replace(" x ", f" {TIMES} "))
    return [f"<small>{line}</small>" for line in dict.fromkeys(found)]


def _flow(tensor: TensorType | None) -> str:
    if tensor is None:
        return "shape not known yet"
    return f"{escape(str(tensor)).replace(' x ', f' {TIMES} ')}{_DOT}{tensor.dtype}"


def _problems(found: Sequence[Diagnostic]) -> list[str]:
    lines = []
    for one in found[:_MOST]:
        lines.append(f"<b>{one.severity.capitalize()} {one.code}</b>{_DOT}{escape(one.message)}")
        if one.hint:
            lines.append(f"<i>{escape(one.hint[:1].upper() + one.hint[1:])}.</i>")
    if len(found) > _MOST:
        lines.append(f"and {len(found) - _MOST} more, see Problems")
    return lines


def _shown(lines: list[str]) -> str:
    # Every text of a document is escaped above; the tags are ours.
    return "<div style='white-space:pre-wrap'>" + "<br>".join(lines) + "</div>" if lines else ""
