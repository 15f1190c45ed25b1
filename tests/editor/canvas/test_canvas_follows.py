"""The scene follows the document: after any row of edits it is as one made from nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netbuilder.app.examples import example
from netbuilder.app.theme import THEMES
from netbuilder.editor.canvas.scene import Scene
from netbuilder.editor.canvas.view import Canvas
from netbuilder.editor.tab import Tab
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Network

TYPES = ("relu", "linear", "conv2d", "add", "identity", "vendor_thing", "flatten", "lstm", "output")


def described(scene: Scene) -> dict[str, Any]:
    """Everything that can be seen of a scene."""
    scene.catch_up()
    wires = {target: scene.wire(target) for target in scene.wires}
    return {
        "cards": {name: scene.card(name) for name in scene.faces},
        "items": {
            name: (item.card, item.mood.selected, item.pos().toTuple(), item.rect().getRect())
            for name, item in scene._items.items()
        },
        "wires": {
            target: (
                wire.source,
                wire.curve.start.toTuple(),
                wire.curve.end.toTuple(),
                wire.colour,
                wire.wrong,
                wire.dashed,
                wire.text,
            )
            for target, wire in wires.items()
        },
        "boxes": {
            key: (item.pos().toTuple(), item.rect().getRect()) for key, item in scene._boxes.items()
        },
        "fans": {wire.source: scene.fan(wire.source) for wire in wires.values()},
    }


def check_against_new(scene: Scene, tab: Tab) -> None:
    """Compare with a scene made from nothing, and with the document."""
    fresh = Scene(tab, THEMES["dark"])
    fresh.rebuild()
    assert described(scene) == described(fresh)
    graph = tab.graph
    assert scene.faces.keys() == graph.nodes.keys()
    assert set(scene.wires) == graph.edges.keys()
    assert {name for kind, name in scene._boxes if kind == "frame"} == graph.frames.keys()
    assert {name for kind, name in scene._boxes if kind == "note"} == graph.notes.keys()
    fresh.deleteLater()


def random_edit(tab: Tab, rng: random.Random) -> None:
    """Do one edit of some kind in the shown graph."""
    graph, group = tab.graph, tab.group
    names = list(graph.nodes)
    place = rng.uniform(-500, 3000), rng.uniform(-500, 900)

    def some(count: int = 1) -> list[str]:
        return rng.sample(names, min(count, len(names)))

    def wired(n: Network) -> Network:
        source, target = rng.choice(names), rng.choice(names)
        out = rng.choice(("output", "output", "h"))
        into = rng.choice(("input", "x_1", "x_2", "target", "a"))
        return edits.connect(n, Endpoint(source, out), Endpoint(target, into), group=group)

    kinds: list[Callable[[Network], Any]] = [
        lambda n: edits.add_node(n, rng.choice(TYPES), position=place, group=group),
        lambda n: edits.add_frame(n, "f", position=place, group=group),
        lambda n: edits.add_note(n, "t", position=place, group=group),
    ]
    if graph.frames:
        kinds.append(lambda n: edits.set_frame(n, next(iter(graph.frames)), group, position=place))
        kinds.append(lambda n: edits.remove_frame(n, next(iter(graph.frames)), group))
    if names:
        kinds += [
            wired,
            wired,
            lambda n: edits.move_nodes(n, dict.fromkeys(some(2), place), group=group),
            lambda n: edits.remove_nodes(n, some(), group=group),
            lambda n: edits.set_flags(n, some(), bypass=rng.random() < 0.5, group=group),
            lambda n: edits.set_flags(n, some(), frozen=rng.random() < 0.5, group=group),
            lambda n: edits.set_type(n, some()[0], rng.choice(TYPES), group=group),
            lambda n: edits.set_param(
                n, some()[0], "out_features", rng.choice((3, 10, -1)), group=group
            ),
            lambda n: edits.rename_node(n, some()[0], f"n{rng.randrange(10**6)}", group=group),
            lambda n: edits.make_group(n, some(3), group=group)[0],
        ]
    if graph.edges:
        kinds.append(lambda n: edits.disconnect(n, rng.choice(list(graph.edges)), group=group))
    tab.do("Some edit", rng.choice(kinds))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_following_is_the_same_as_making_anew(tab: Tab, seed: int) -> None:
    rng = random.Random(seed)
    tab.refused.connect(lambda _: None)
    while tab.trail:
        tab.leave()
    start = example(rng.choice(("digits_residual", "digits_rows_lstm", "iris_mlp")))
    tab.do("Start", lambda _: start)
    scene = Scene(tab, THEMES["dark"])
    scene.rebuild()
    tab.changed.connect(lambda _, different: scene.follow(different))
    tab.entered.connect(scene.rebuild)
    tab.selected.connect(scene.show_selection)
    for _ in range(12):
        step = rng.random()
        if step < 0.1:
            tab.undo()
        elif step < 0.15:
            tab.redo()
        elif step < 0.25:
            inside = [name for name, node in tab.graph.nodes.items() if node.group]
            tab.enter(rng.choice(inside)) if inside else tab.leave()
        elif step < 0.35 and tab.graph.nodes:
            tab.select(nodes=rng.sample(list(tab.graph.nodes), 1))
        else:
            random_edit(tab, rng)
    check_against_new(scene, tab)
    tab.changed.disconnect()
    tab.entered.disconnect()
    tab.selected.disconnect()
    scene.deleteLater()


def test_only_what_an_edit_names_is_touched(canvas: Canvas) -> None:
    scene = canvas.scene()
    assert isinstance(scene, Scene)
    cards, items = dict(scene.faces), dict(scene._items)
    canvas.tab.do("Move", lambda n: edits.move_nodes(n, {"head": (1060.0, 160.0)}))
    assert all(scene.faces[name] is card for name, card in cards.items())
    canvas.tab.do("Set", lambda n: edits.set_param(n, "head", "out_features", 7))
    assert {name for name, card in cards.items() if scene.faces[name] is not card} <= {
        "head",
        "loss",
    }
    assert all(scene._items[name] is item for name, item in items.items())


def test_a_large_edit_is_caught_up_with_and_the_seen_part_comes_first(
    canvas_of: Callable[[Network], Canvas], qtbot: Any
) -> None:
    made = Network()
    made, last = edits.add_node(made, "input", "x", params={"shape": (8,)})
    for i in range(400):
        made, name = edits.add_node(
            made, "linear", f"up_{i}", params={"out_features": 8}, position=(240.0 * (i + 1), 0.0)
        )
        made = edits.connect(made, Endpoint(last, "output"), Endpoint(name, "input"))
        last = name
    canvas = canvas_of(made)
    canvas.set_zoom(1.0)
    canvas.centre_on("up_300")
    scene = canvas.scene()
    assert isinstance(scene, Scene)
    scene.catch_up()
    canvas.tab.do("Set", lambda n: edits.set_param(n, "up_0", "out_features", 5))
    assert scene._items["up_0"].card.footer == "45"
    assert scene._items["up_1"].card.footer == "48"
    canvas.tab.do("Cut", lambda n: edits.disconnect(n, Endpoint("up_0", "input")))
    assert scene.is_behind
    assert scene._items["up_300"].card.footer == ""
    card = canvas.card("up_399")
    assert card is not None
    assert card.footer == ""
    qtbot.waitUntil(lambda: not scene.is_behind)
    check_against_new(scene, canvas.tab)


def test_problems_inside_of_a_group_have_their_badge_outside(
    canvas_of: Callable[[Network], Canvas],
) -> None:
    canvas = canvas_of(example("digits_residual"))
    tab = canvas.tab
    inner = next(iter(tab.network.groups))
    convs = [
        n for n, node in tab.network.groups[inner].graph.nodes.items() if node.type == "conv2d"
    ]
    tab.do("Break", lambda n: edits.set_param(n, convs[0], "kernel_size", -3, group=inner))
    outside = canvas.card("blocks")
    assert outside is not None
    assert outside.severity == "error"
    assert tab.enter("blocks")
    inside = canvas.card(convs[0])
    assert inside is not None
    assert inside.severity == "error"
    tab.do("Mend", lambda n: edits.set_param(n, convs[0], "kernel_size", 3, group=inner))
    mended = canvas.card(convs[0])
    assert mended is not None
    assert not mended.severity
    tab.leave()
    outside = canvas.card("blocks")
    assert outside is not None
    assert not outside.severity


def test_wrong_and_bypassed_wires_look_so(canvas: Canvas) -> None:
    scene = canvas.scene()
    assert isinstance(scene, Scene)
    assert scene.wire(Endpoint("loss", "input")).wrong
    assert not scene.wire(Endpoint("conv_1", "input")).wrong
    assert scene.wire(Endpoint("drop", "input")).dashed
    assert scene.wire(Endpoint("odd", "a")).dashed
    assert not scene.wire(Endpoint("head", "input")).dashed
    assert scene.wire(Endpoint("conv_1", "input")).text == "3\u00d732\u00d732"


def test_labels_are_never_over_a_card(canvas: Canvas) -> None:
    canvas._on_settled()
    canvas.grab()
    scene = canvas.scene()
    assert isinstance(scene, Scene)
    labels = [scene.label_at(scene.wire(target).source) for target in scene.wires]
    found = [label for label in labels if label is not None]
    assert found
    for label in found:
        assert not scene.nodes.near(label)
    before = scene.label_at(Endpoint("image", "output"))
    assert before is not None
    canvas.tab.do("Move", lambda n: edits.move_nodes(n, {"label": (110.0, 240.0)}))
    canvas._on_settled()
    canvas.grab()
    after = scene.label_at(Endpoint("image", "output"))
    assert after != before
