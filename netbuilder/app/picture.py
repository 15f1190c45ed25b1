"""A picture of a network as SVG text: cards, ports, edges with their shapes, frames and notes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from netbuilder.app.layout import places_of
from netbuilder.app.picture_cards import (
    DOT,
    FOOT,
    LEFT,
    LINE_SIZE,
    LINK_WIDTH,
    SMALL_SIZE,
    TITLE_SIZE,
    Card,
    Dot,
    cards_of,
    hatching,
    link_sign,
    sizes_of,
)
from netbuilder.app.picture_fold import Folded, folded
from netbuilder.app.picture_wires import LABEL_HEIGHT, LABEL_SIZE, Wire, wires_of
from netbuilder.app.theme import (
    FONT,
    GROUP_COLOUR,
    TARGET_COLOUR,
    THEMES,
    Theme,
    text_width,
    wrapped,
)
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.definitions import definitions_of
from netbuilder.check.evaluation import Evaluator
from netbuilder.check.kinds import scope_of
from netbuilder.check.report import Report
from netbuilder.check.runs import GraphRun
from netbuilder.graph.model import REPEAT_INDEX, Frame, Graph, Network, Note

MARGIN = 40.0
HEADER = 64.0
RADIUS = 10.0
GRID = 24

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
# What XML cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def picture(report: Report, *, theme: str = "light", group: str = "", fold: float = 0.0) -> str:
    """Draw a checked network.

    Args:
        report: What the check says of the network.
        theme: ``light`` or ``dark``.
        group: The id of the group whose inside is drawn; empty for the main graph.
        fold: The width at which a long network is folded into rows, px; 0 for never.

    Returns:
        The text of an SVG file.

    Raises:
        KeyError: There is no such group.
    """
    network = report.network
    run = run_of(report, group)
    places = places_of(run.graph, sizes_of(run))
    cards = cards_of(run, places, report.diagnostics)
    lies = folded(run.graph, cards, fold) if fold else Folded(run.graph, places)
    if lies.rows:
        cards = cards_of(run, lies.places, report.diagnostics)
    return _Drawing(THEMES[theme]).text(
        _title(network, group),
        _facts(report, run),
        lies.graph,
        cards,
        wires_of(run, cards, lies),
    )


def run_of(report: Report, group: str, evaluator: Evaluator | None = None) -> GraphRun:
    """Return the evaluation of the main graph, or of a group in its first instance.

    A group that no instance shows is evaluated by itself, with its defaults.

    Args:
        report: What the check says.
        group: The id of the group; empty for the main graph.
        evaluator: What evaluates such a group; it remembers what it worked out before.

    Raises:
        KeyError: There is no such group.
    """
    waiting = [report.run]
    while waiting:
        run = waiting.pop(0)
        if run.group == group:
            return run
        waiting += [
            record.result.runs[0][1] for record in run.records.values() if record.result.runs
        ]
    evaluator = evaluator or Evaluator(standard_catalogue())
    evaluator.definitions = definitions_of(report.network, evaluator.definitions)
    definition = evaluator.definitions.by_id[group]
    values = {param.name: param.default for param in definition.params.values()}
    scope = scope_of({**values, REPEAT_INDEX: 0})
    return evaluator.run(definition.group.graph, group, scope, dict.fromkeys(definition.inputs))


class _Drawing:
    """Builds the tree of one picture.

    Args:
        theme: Its colours.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg"})

    def text(
        self,
        title: str,
        facts: str,
        graph: Graph,
        cards: dict[str, Card],
        wires: list[Wire],
    ) -> str:
        """Return the whole picture."""
        left, top, right, bottom = _bounds(
            cards.values(), wires, [*graph.frames.values(), *graph.notes.values()]
        )
        right = max(right, left + max(text_width(title, 18), text_width(facts, 12)))
        x, y = left - MARGIN, top - MARGIN - HEADER
        width, height = right - left + 2 * MARGIN, bottom - top + 2 * MARGIN + HEADER
        root = self._root
        for name, value in (
            ("viewBox", f"{_n(x)} {_n(y)} {_n(width)} {_n(height)}"),
            ("width", _n(width)),
            ("height", _n(height)),
            ("role", "img"),
            ("font-family", FONT),
            ("font-size", "12"),
        ):
            root.set(name, value)
        _add(root, "title").text = _clean(title)
        self._background(x, y, width, height)
        self._text(root, left, y + MARGIN + 8, title, self._theme.text, 18, weight="600")
        self._text(root, left, y + MARGIN + 29, facts, self._theme.secondary, 12)
        for frame in graph.frames.values():
            self._frame(frame)
        edges = _add(root, "g", {"fill": "none", "stroke-width": "1.75"})
        for wire in wires:
            stroke = wire.colour if wire.colour == TARGET_COLOUR else self._theme.tertiary
            _add(edges, "path", {"d": wire.path, "stroke": stroke})
        for wire in wires:
            self._label(wire)
        for card in cards.values():
            self._card(card)
        for note in graph.notes.values():
            self._note(note)
        ET.indent(root, " ")
        return ET.tostring(root, encoding="unicode") + "\n"

    def _background(self, x: float, y: float, width: float, height: float) -> None:
        theme = self._theme
        definitions = _add(self._root, "defs")
        pattern = _add(
            definitions,
            "pattern",
            {
                "id": "grid",
                "width": str(GRID),
                "height": str(GRID),
                "patternUnits": "userSpaceOnUse",
            },
        )
        _add(pattern, "circle", {"cx": "12", "cy": "12", "r": "1", "fill": theme.dot})
        for fill in (theme.canvas, "url(#grid)"):
            self._rect(self._root, (x, y, width, height), 0, fill=fill)

    def _card(self, card: Card) -> None:
        theme = self._theme
        group = _add(self._root, "g")
        if card.bypass:
            group.set("opacity", "0.6")
        _add(group, "title").text = _clean(card.tip)
        line = {"error": theme.error, "warning": theme.warning}.get(card.severity, theme.card_line)
        if card.kind == "reroute":
            self._reroute(group, card, line)
            return
        shape = (card.x, card.y, card.width, card.height)
        if card.kind == "group":
            for step in (8.0, 4.0) if card.repeat else (4.0,):  # the repeats stand behind
                behind = (card.x + step, card.y - step, card.width, card.height)
                self._rect(group, behind, RADIUS, fill=theme.card, stroke=theme.card_line)
        shadow = (card.x, card.y + 2, card.width, card.height)
        self._rect(group, shadow, RADIUS, fill="#000000", opacity=_n(theme.shade))
        dashed = card.bypass or card.kind == "unknown"
        options = {"stroke-dasharray": "5 4"} if dashed else {}
        body = self._rect(group, shape, RADIUS, fill=theme.card, stroke=line)
        body.attrib.update(options)
        if card.muted:
            self._hatch(group, card)
        mark = (card.x + 12, card.y + 14, 10.0, 10.0)
        self._rect(group, mark, 3, fill=card.colour)
        x = card.x + LEFT
        self._text(group, x, card.y + 23.5, card.title, theme.text, TITLE_SIZE, weight="600")
        self._text(group, x, card.y + 42, card.line, theme.secondary, LINE_SIZE)
        if card.has_foot:
            self._footer(group, card)
        for dot in (*card.ins.values(), *card.outs.values()):
            self._dot(group, card, dot)
        if card.repeat:
            self._repeat(group, card)
        if card.severity:
            self._badge(group, card, line)

    def _hatch(self, group: ET.Element, card: Card) -> None:
        lines = (f"M {_n(a)} {_n(b)} L {_n(c)} {_n(d)}" for (a, b), (c, d) in hatching(card))
        path = {"d": " ".join(lines), "stroke": self._theme.tertiary, "stroke-opacity": "0.5"}
        _add(group, "path", path)

    def _reroute(self, group: ET.Element, card: Card, line: str) -> None:
        stroke = next((dot.colour for dot in card.ins.values()), self._theme.tertiary)
        if card.severity:
            stroke = line
        middle = {"cx": _n(card.x + DOT / 2), "cy": _n(card.y + DOT / 2), "r": _n(DOT / 2 - 2)}
        _add(
            group,
            "circle",
            {**middle, "fill": self._theme.card, "stroke": stroke, "stroke-width": "2"},
        )

    def _footer(self, group: ET.Element, card: Card) -> None:
        theme = self._theme
        y = card.bottom - FOOT
        path = f"M {_n(card.x)} {_n(y)} H {_n(card.right)}"
        _add(group, "path", {"d": path, "stroke": theme.card_line, "stroke-width": "1"})
        self._text(group, card.x + 12, y + 15.5, card.footer, theme.secondary, SMALL_SIZE)
        if card.frozen:
            x = card.right - 12
            self._text(group, x, y + 15.5, "frozen", theme.accent, SMALL_SIZE, anchor="end")
        if card.shares:
            x = card.x + card.link_left
            for ring in link_sign(x, y + FOOT / 2):
                self._rect(group, ring, 3, stroke=theme.accent, fill="none")
            x += LINK_WIDTH + 5
            self._text(group, x, y + 15.5, card.link_text, theme.secondary, SMALL_SIZE)

    def _dot(self, group: ET.Element, card: Card, dot: Dot) -> None:
        theme = self._theme
        place = {"cx": _n(dot.x), "cy": _n(dot.y), "r": "4.5"}
        look = {"fill": theme.card, "stroke": dot.colour, "stroke-width": "2"}
        _add(group, "circle", {**place, **look})
        if dot.named:
            inward, anchor = (12, "start") if dot.x == card.x else (-12, "end")
            self._text(
                group, dot.x + inward, dot.y + 4, dot.name, theme.secondary, SMALL_SIZE, anchor
            )

    def _repeat(self, group: ET.Element, card: Card) -> None:
        width = text_width(card.repeat, SMALL_SIZE) + 12
        pill = (card.right - width - 10, card.y + 11, width, 17.0)
        self._rect(group, pill, 8.5, fill=GROUP_COLOUR, opacity="0.16")
        x = card.right - width / 2 - 10
        colour = self._theme.text
        self._text(group, x, card.y + 23.5, card.repeat, colour, SMALL_SIZE, "middle", "600")

    def _badge(self, group: ET.Element, card: Card, colour: str) -> None:
        place = {"cx": _n(card.right - 4), "cy": _n(card.y + 2), "r": "8", "fill": colour}
        _add(group, "circle", place)
        self._text(group, card.right - 4, card.y + 6.2, "!", "#ffffff", 12, "middle", "700")

    def _label(self, wire: Wire) -> None:
        label = wire.label
        if label is None:
            return
        shape = (label.x - label.width / 2, label.y - LABEL_HEIGHT / 2, label.width, LABEL_HEIGHT)
        self._rect(self._root, shape, 4, fill=self._theme.canvas)
        y = label.y + LABEL_SIZE * 0.36
        self._text(self._root, label.x, y, label.text, self._theme.secondary, LABEL_SIZE, "middle")

    def _frame(self, frame: Frame) -> None:
        colour = frame.colour if _COLOUR.match(frame.colour) else GROUP_COLOUR
        group = _add(self._root, "g")
        body = self._rect(group, (*frame.position, *frame.size), 12, fill=colour, stroke=colour)
        body.attrib.update({"fill-opacity": "0.1", "stroke-opacity": "0.45"})
        x, y = frame.position
        self._text(group, x + 14, y + 22, frame.title, self._theme.text, LINE_SIZE, weight="600")

    def _note(self, note: Note) -> None:
        theme = self._theme
        group = _add(self._root, "g")
        (x, y), (width, height) = note.position, note.size
        self._rect(group, (x, y, width, height), 6, fill=theme.note, stroke=theme.note_line)
        most = int((height - 12) // 16)
        for i, text in enumerate(wrapped(note.text, width - 24, LINE_SIZE, most)):
            self._text(group, x + 12, y + 20 + 16 * i, text, theme.text, LINE_SIZE)

    def _rect(
        self,
        parent: ET.Element,
        shape: tuple[float, float, float, float],
        radius: float,
        *,
        fill: str,
        stroke: str = "",
        opacity: str = "",
    ) -> ET.Element:
        x, y, width, height = shape
        options = {"x": _n(x), "y": _n(y), "width": _n(width), "height": _n(height)}
        if radius:
            options["rx"] = _n(radius)
        options["fill"] = fill
        if stroke:
            options["stroke"] = stroke
        if opacity:
            options["opacity"] = opacity
        return _add(parent, "rect", options)

    def _text(
        self,
        parent: ET.Element,
        x: float,
        y: float,
        text: str,
        colour: str,
        size: float,
        anchor: str = "start",
        weight: str = "",
    ) -> None:
        options = {"x": _n(x), "y": _n(y), "fill": colour, "font-size": _n(size)}
        if anchor != "start":
            options["text-anchor"] = anchor
        if weight:
            options["font-weight"] = weight
        if text:
            _add(parent, "text", options).text = _clean(text)


def _bounds(
    cards: Iterable[Card], wires: Iterable[Wire], boxes: Iterable[Frame | Note]
) -> tuple[float, float, float, float]:
    corners = [(c.x, c.y, c.right, c.bottom) for c in cards]
    corners += [(*b.position, b.position[0] + b.size[0], b.position[1] + b.size[1]) for b in boxes]
    if not corners:
        return 0.0, 0.0, 320.0, 80.0
    left, top = (min(corner[i] for corner in corners) for i in (0, 1))
    right, bottom = (max(corner[i] for corner in corners) for i in (2, 3))
    boxes_of_wires = [wire.box for wire in wires]
    return (
        min([left, *(box.left for box in boxes_of_wires)]),
        min([top, *(box.top for box in boxes_of_wires)]),
        max([right, *(box.right for box in boxes_of_wires)]),
        max([bottom, *(box.bottom for box in boxes_of_wires)]),
    )


def _title(network: Network, group: str) -> str:
    title = network.title or "Untitled network"
    if not group:
        return title
    return f"{title} / {network.groups[group].title or group}"


def _facts(report: Report, run: GraphRun) -> str:
    nodes = f"{len(run.graph.nodes):,} node{'' if len(run.graph.nodes) == 1 else 's'}"
    dot = " \N{MIDDLE DOT} "
    if run.group:
        return nodes
    cost = report.cost
    return (
        f"{nodes}{dot}{_short(cost.parameters)} parameters{dot}{_short(cost.flops)} FLOPs a sample"
    )


def _short(value: object) -> str:
    if not isinstance(value, int):
        return str(value)
    for factor, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor * 10 or (unit != "k" and value >= factor):
            return f"{value / factor:.3g} {unit}"
    return f"{value:,}"


def _add(parent: ET.Element, tag: str, attributes: dict[str, str] | None = None) -> ET.Element:
    return ET.SubElement(parent, tag, attributes or {})


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
