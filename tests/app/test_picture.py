"""Pictures of networks: what stands in them, where, and that any text is safe in them."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import IMAGE, network

from netbuilder.app.layout import places_of
from netbuilder.app.picture import picture, run_of
from netbuilder.app.picture_cards import card_of, cards_of, hatching, sizes_of
from netbuilder.app.picture_fold import Folded, folded
from netbuilder.app.picture_wires import Box, wires_of
from netbuilder.app.project import check_network, open_network
from netbuilder.app.theme import ELLIPSIS, fitted, text_width, wrapped
from netbuilder.graph import edits
from netbuilder.graph.model import Network

EXAMPLES = Path(__file__).parents[2] / "examples"
SVG = "{http://www.w3.org/2000/svg}"


def chain(*nodes: tuple[object, ...]) -> Network:
    rows = [IMAGE, *nodes, ("out", "output")]
    edges = ", ".join(f"{a[0]} -> {b[0]}" for a, b in pairwise(rows))
    made = network(rows, edges)
    names = [str(row[0]) for row in rows]
    return edits.move_nodes(made, {name: (i * 240.0, 0.0) for i, name in enumerate(names)})


def drawn(made: Network, **options: object) -> ET.Element:
    return ET.fromstring(picture(check_network(made, Path()), **options))


def texts(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def test_a_card_says_what_matters() -> None:
    conv = ("conv_1", "conv2d", {"out_channels": 7, "kernel_size": (3, 5), "padding": "same"})
    root = drawn(chain(conv, ("relu_1", "relu"), ("drop", "dropout", {"p": 0.25})))
    said = texts(root)
    assert said[:2] == ["Test net", "5 nodes \u00b7 112 parameters \u00b7 13.4 k FLOPs a sample"]
    assert {"Conv2d", "7, 3\u00d75, same", "112", "relu_1", "p 0.25", "1\u00d78\u00d78"} <= set(
        said
    )


def test_an_edge_carries_its_shape_without_the_batch() -> None:
    said = texts(drawn(chain(("pool", "max_pool2d", {"kernel_size": 2}), ("flat", "flatten"))))
    assert "1\u00d74\u00d74" in said
    assert "16" in said


def test_themes_differ() -> None:
    made = chain(("relu_1", "relu"))
    light, dark = (picture(check_network(made, Path()), theme=t) for t in ("light", "dark"))
    assert "#f6f7f9" in light
    assert "#f6f7f9" not in dark
    assert "#181b20" in dark
    with pytest.raises(KeyError):
        drawn(made, theme="pink")


def test_problems_are_marked_and_said_on_hover() -> None:
    root = drawn(chain(("conv", "conv2d", {"kernel_size": 9})))
    assert "!" in texts(root)
    titles = [element.text or "" for element in root.iter(f"{SVG}title")]
    assert any("error NB207" in title for title in titles)
    assert "!" not in texts(drawn(chain(("conv", "conv2d", {"kernel_size": 3}))))


def test_bypassed_frozen_and_unknown_nodes_show() -> None:
    made = chain(("head", "linear"), ("relu_1", "relu"), ("odd", "from_elsewhere", {"k": 2}))
    made = edits.set_flags(made, ["relu_1"], bypass=True)
    made = edits.set_flags(made, ["head"], frozen=True)
    text = picture(check_network(made, Path()))
    assert "stroke-dasharray" in text
    assert {"frozen", "relu_1", "from_elsewhere", "k 2"} <= set(texts(ET.fromstring(text)))
    assert len(run_of(check_network(made, Path()), "").graph.edges) == text.count("<path d=") - 1


def test_frames_and_notes_are_drawn_with_their_colours() -> None:
    made, _ = edits.add_frame(
        chain(), title="The stem", position=(-20.0, -40.0), size=(300.0, 150.0), colour="#112233"
    )
    made, _ = edits.add_note(made, text="A word or two on this", position=(0.0, 200.0))
    text = picture(check_network(made, Path()))
    assert {"The stem", "A word or two on this"} <= set(texts(ET.fromstring(text)))
    assert "#112233" in text
    frame = next(iter(made.graph.frames))
    evil = edits.set_frame(made, frame, colour='red" onload="x')
    assert "onload" not in picture(check_network(evil, Path()))


def test_a_muted_branch_is_hatched_and_a_bypassed_node_is_not() -> None:
    made = network(
        [IMAGE, ("a", "relu"), ("b", "relu"), ("sum", "add"), ("c", "relu"), ("out", "output")],
        "image -> a, a -> b, b -> sum.x_1, image -> sum.x_2, sum -> c, c -> out",
    )
    made = edits.set_flags(made, ["a", "b", "c"], bypass=True)
    said = {}
    for group in drawn(made).iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        if title is not None and title.text:
            hatched = any(path.get("stroke-opacity") for path in group.iter(f"{SVG}path"))
            said[title.text.partition(":")[0]] = hatched, title.text
    assert [name for name, (hatched, _) in said.items() if hatched] == ["a", "b"]
    assert "Muted: " in said["a"][1]
    assert "Bypassed: " in said["c"][1]
    assert "ypass" not in said["sum"][1]


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.floats(60, 300), st.floats(20, 300))
def test_hatching_stays_on_its_card(x: float, y: float, width: float, height: float) -> None:
    run = run_of(check_network(chain(("relu_1", "relu")), Path()), "")
    card = replace(card_of(run, "relu_1"), x=x, y=y, width=width, height=height)
    lines = hatching(card)
    assert len(lines) > 3
    for line in lines:
        for px, py in line:
            assert x < px < card.right
            assert y < py < card.bottom


def test_groups_show_their_repeats_and_can_be_opened() -> None:
    made = open_network(EXAMPLES / "digits_residual.netgraph")
    report = check_network(made, EXAMPLES)
    assert {"Residual block", "\u00d74", "channels 32"} <= set(texts(drawn(made)))
    inside = texts(ET.fromstring(picture(report, group="residual_block")))
    assert {"Digits residual CNN / Residual block", "x_1", "channels, 3\u00d73, same"} <= set(
        inside
    )
    assert "32\u00d78\u00d78" in inside
    with pytest.raises(KeyError):
        picture(report, group="none")


def test_a_group_without_an_instance_is_drawn_too() -> None:
    made = open_network(EXAMPLES / "digits_residual.netgraph")
    alone = edits.remove_nodes(made, ["blocks"])
    assert "BatchNorm2d" in texts(drawn(alone, group="residual_block"))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.netgraph")), ids=lambda path: path.stem)
@pytest.mark.parametrize("fold", [0.0, 900.0])
def test_examples_are_laid_out_without_anything_over_a_card(path: Path, fold: float) -> None:
    report = check_network(open_network(path), EXAMPLES)
    for group in ("", *report.network.groups):
        run = run_of(report, group)
        places = places_of(run.graph, sizes_of(run))
        cards = cards_of(run, places, ())
        lies = folded(run.graph, cards, fold) if fold else Folded(run.graph, places)
        cards = cards_of(run, lies.places, ())
        boxes = [Box(c.x, c.y, c.right, c.bottom) for c in cards.values()]
        labels = [wire.label for wire in wires_of(run, cards, lies) if wire.label]
        boxes += [Box(m.x - m.width / 2, m.y - 8, m.x + m.width / 2, m.y + 8) for m in labels]
        assert not [(a, b) for a, b in combinations(boxes, 2) if a.meets(b)]


def test_an_edge_goes_around_a_card_in_its_way() -> None:
    rows = [IMAGE, ("relu_1", "relu"), ("sum", "add"), ("out", "output")]
    made = network(rows, "image -> relu_1, relu_1 -> sum.x_1, image -> sum.x_2, sum -> out")
    # The port x_2 lies as low as the middle of the ReLU, which stands between it and the image.
    tops = {"image": 0.0, "relu_1": 10.0, "sum": -50.0, "out": 0.0}
    made = edits.move_nodes(made, {n: (i * 240.0, y) for i, (n, y) in enumerate(tops.items())})
    run = run_of(check_network(made, Path()), "")
    places = places_of(run.graph, sizes_of(run))
    cards = cards_of(run, places, ())
    skip = list(run.graph.edges).index(edits.endpoint("sum.x_2"))
    wire = wires_of(run, cards, Folded(run.graph, places))[skip]
    relu = cards["relu_1"]
    assert wire.box.top < relu.y or wire.box.bottom > relu.bottom


def test_folding_keeps_rows_within_the_width() -> None:
    report = check_network(open_network(EXAMPLES / "digits_cnn.netgraph"), EXAMPLES)
    run = run_of(report, "")
    cards = cards_of(run, places_of(run.graph, sizes_of(run)), ())
    lies = folded(run.graph, cards, 900)
    again = cards_of(run, lies.places, ())
    assert max(card.right for card in again.values()) - min(c.x for c in again.values()) <= 900
    rows = {row: [again[n] for n, r in lies.rows.items() if r == row] for row in lies.rows.values()}
    for row in range(1, len(rows)):
        assert min(c.y for c in rows[row]) > max(c.bottom for c in rows[row - 1])
    assert folded(run.graph, cards, 1e6).rows == {}


def test_a_layout_is_made_where_there_is_none() -> None:
    made = open_network(EXAMPLES / "digits_residual.netgraph")
    heap = edits.move_nodes(made, dict.fromkeys(made.graph.nodes, (5.0, 5.0)))
    sizes = sizes_of(run_of(check_network(made, EXAMPLES), ""))
    said = {name: node.position for name, node in made.graph.nodes.items()}
    assert places_of(made.graph, sizes) == said
    found = places_of(heap.graph, sizes)
    for target, source in heap.graph.edges.items():
        assert found[source.node][0] + sizes[source.node][0] < found[target.node][0]
    down = places_of(heap.graph, sizes, "down")
    for target, source in heap.graph.edges.items():
        assert down[source.node][1] + sizes[source.node][1] < down[target.node][1]


def test_a_heap_is_drawn_laid_out_with_nothing_over_a_card() -> None:
    made = open_network(EXAMPLES / "two_inputs_two_losses.netgraph")
    run = run_of(check_network(made, EXAMPLES), "")
    heap = edits.move_nodes(made, dict.fromkeys(made.graph.nodes, (0.0, 0.0)))
    cards = cards_of(run, places_of(heap.graph, sizes_of(run)), ())
    boxes = [Box(c.x, c.y, c.right, c.bottom) for c in cards.values()]
    assert not [(a, b) for a, b in combinations(boxes, 2) if a.meets(b)]
    corners = {(f"{c.x:g}", f"{c.y:g}") for c in cards.values()}
    rects = drawn(heap).iter(f"{SVG}rect")
    assert corners <= {(rect.get("x", ""), rect.get("y", "")) for rect in rects}


def test_a_cycle_is_drawn() -> None:
    rows = [("a", "relu"), ("b", "relu"), ("out", "output")]
    assert "ReLU" in texts(drawn(network(rows, "a -> b, b -> a, b -> out")))
    assert "ReLU" in texts(drawn(network([("a", "relu")], "a -> a")))


def test_an_empty_network_has_a_picture() -> None:
    assert texts(drawn(Network()))[0] == "Untitled network"


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_safe(title: str, note: str) -> None:
    made = replace(chain(), title=title)
    made = replace(
        made,
        graph=replace(
            made.graph,
            nodes={n: replace(node, note=note) for n, node in made.graph.nodes.items()},
        ),
    )
    root = drawn(made)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "defs", "pattern", "circle", "rect", "g", "path", "text",
    }  # fmt: skip


@given(st.text(max_size=60), st.floats(20, 200))
def test_texts_are_cut_to_fit(text: str, width: float) -> None:
    short = fitted(text, width, 12)
    assert short == text or (short.endswith(ELLIPSIS) and text_width(short, 12) <= width + 0.01)
    for line in wrapped(text, width, 12, 3):
        assert text_width(line, 12) <= width + 0.01
    assert len(wrapped(text, width, 12, 3)) <= 3
