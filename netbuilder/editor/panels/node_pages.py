"""The help page of a node type or a group as simple HTML; everything out of a document is escaped."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from netbuilder.app.curves import PLOT, has_curve
from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check.kinds import takes
from netbuilder.check.runs import Record
from netbuilder.editor.node_icons import SIDE
from netbuilder.editor.widgets.figures import shape
from netbuilder.graph.model import GROUP_PREFIX, Group
from netbuilder.node_api.node_type import NodeType
from netbuilder.node_api.params import describe

_NAMED = re.compile(r"(Formula|Source|When|Also|See|Args|Attributes):")
LINK = "type:"  # in front of a type's id in the address of a link
ICON = "icon:"  # the same in the address of a picture
_COLUMNS = 26, 18, 56  # percent
CURVE = "curve:"  # then the parameters follow, behind a question mark


def page_of_type(
    node_type: type[NodeType], catalogue: Catalogue, record: Record | None = None
) -> str:
    """Return the page of a node type.

    Args:
        node_type: The type.
        catalogue: Where the types are that it is compared with.
        record: A node of the type in the document, whose shapes are the example.
    """
    facts = node_type.facts()
    parts = [
        f"<h2>{escape(facts['title'])}</h2>",
        f"<p class='quiet'>{_icon(node_type.id)} {escape(facts['category'])}{_dot()}{_code(facts['id'])}</p>",
        f"<p>{escape(facts['doc'])}</p>",
        *_paragraphs(node_type),
        _section("When to use it", escape(facts["when"])),
        _section("Formula", _code(facts["formula"])),
        _curve(node_type, record),
        _ports("Inputs", facts["inputs"]),
        _ports("Outputs", facts["outputs"]),
        _example(record),
        _params(node_type),
        _section("Source", _code(facts["source"])),
        _section("Also called", escape(", ".join(facts["also"]))),
        _section("See also", _links(facts["see"], catalogue)),
    ]
    return "".join(parts)


def page_of_group(group: Group, record: Record | None = None) -> str:
    """Return the page of a group."""
    title = group.title or group.id
    doc = group.doc or "This group has no description yet; write one inside of it."
    rows = [
        (
            f"<code>{escape(param.name)}</code>",
            escape(f"{param.default:g}"),
            escape(_sentence(param.doc, takes(param))),
        )
        for param in group.params
    ]
    nodes = len(group.graph.nodes)
    return "".join(
        [
            f"<h2>{escape(title)}</h2>",
            f"<p class='quiet'>{_icon(GROUP_PREFIX)} Group{_dot()}<code>{escape(group.id)}</code>{_dot()}{nodes:,} nodes</p>",
            f"<p>{_lines(doc)}</p>",
            _example(record),
            _table("Parameters", ("", "default", ""), rows),
        ]
    )


def page_of_unknown(type_id: str) -> str:
    """Return the page of a type that is not installed."""
    return (
        f"<h2>{escape(type_id)}</h2><p>This type of node is not installed. "
        "Install the pack it comes from, or replace the node.</p>"
    )


def _paragraphs(node_type: type[NodeType]) -> list[str]:
    """The remarks behind the first sentence of the docstring."""
    found = []
    for paragraph in inspect.cleandoc(node_type.__doc__ or "").split("\n\n")[1:]:
        text = " ".join(paragraph.split())
        if text and not _NAMED.match(text):
            found.append(f"<p>{escape(text)}</p>")
    return found


def _section(title: str, html: str) -> str:
    return f"{_head(title)}<p>{html}</p>" if html else ""


def _head(title: str) -> str:
    """A small heading; Qt draws h3 larger than a style sheet says."""
    return f"<p class='head'>{title}</p>"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>" if text else ""


def _icon(key: str) -> str:
    return f"<img src='{ICON}{escape(key)}' width='{SIDE}' height='{SIDE}' style='vertical-align: middle'>"


def _curve(node_type: type[NodeType], record: Record | None) -> str:
    """The plot of a function of one number: with the parameters of the node, where there is one."""
    if not has_curve(node_type):
        return ""
    node = record.kind.instance if record is not None else None
    address = f"{CURVE}{node_type.id}?{quote(json.dumps((node or node_type()).to_plain()))}"
    return f"<p><img src='{address}' width='{PLOT[0]}' height='{PLOT[1]}'></p>"


def _links(ids: Sequence[str], catalogue: Catalogue) -> str:
    known = [(name, catalogue.types[name]) for name in ids if name in catalogue.types]
    return ", ".join(
        f"<a href='{LINK}{escape(name)}'>{escape(found.title)}</a>" for name, found in known
    )


def _ports(title: str, ports: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for port in ports:
        kind = "any type" if port["dtype"] == "any" else port["dtype"] or "as it comes in"
        more = " Need not be connected." if port.get("optional") else ""
        more += f" As many as {port['count']} says." if port.get("count") else ""
        rows.append(
            (
                f"<code>{escape(port['name'])}</code>",
                f"<code>{escape(port['pattern'])}</code>",
                escape(f"{port['doc']}{more} ({kind})"),
            )
        )
    return _table(title, ("", "axes", ""), rows)


def _params(node_type: type[NodeType]) -> str:
    rows = []
    for name, param in node_type.params.items():
        default = "none" if param.default is None else describe(param.default).strip("'")
        extra = ", or nothing" if param.optional else ""
        unit = f" {param.unit}" if param.unit else ""
        rows.append(
            (
                f"<code>{escape(name)}</code>",
                escape(f"{default}{unit}"),
                escape(_sentence(param.doc, param.takes() + extra)),
            )
        )
    return _table("Parameters", ("", "default", ""), rows)


def _example(record: Record | None) -> str:
    """The shapes at a node of the document, as an example."""
    if record is None or not record.result.types:
        return ""
    ins = [
        f"{name}: {shape(tensor.shape)}"
        for name, tensor in zip(record.kind.inputs, record.inputs, strict=False)
        if tensor is not None
    ]
    outs = [f"{name}: {shape(tensor.shape)}" for name, tensor in record.result.types.items()]
    arrow = " \N{RIGHTWARDS ARROW} "
    said = arrow.join(part for part in (", ".join(ins), ", ".join(outs)) if part)
    return f"{_head(f'Here, at {escape(record.node.id)}')}<p><code>{escape(said)}</code></p>"


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    # The same widths in every table, so that columns stand below each other.
    head = "".join(
        f"<th align='left' width='{share}%'>{escape(text)}</th>"
        for text, share in zip(heads, _COLUMNS, strict=True)
    )
    body = "".join(
        "<tr>" + "".join(f"<td valign='top'>{cell}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"{_head(title)}<table cellspacing='0' cellpadding='4' width='100%'><tr>{head}</tr>{body}</table>"


def _sentence(doc: str, takes_text: str) -> str:
    return f"{doc} Takes {takes_text}.".strip()


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _dot() -> str:
    return " \N{MIDDLE DOT} "
