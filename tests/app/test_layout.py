"""Layouts: nothing overlaps, chains are straight, few wires cross, frames keep what they hold."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from networks import graph

from netbuilder.app.arrange import Box4, bounds
from netbuilder.app.layout import ACROSS, arranged
from netbuilder.graph.model import Endpoint, Frame, Graph, Node


def sizes_of(made, seed=0):
    rng = random.Random(seed)
    return {
        name: (rng.choice([128.0, 150.0, 176.0]), rng.choice([54.0, 77.0, 116.0]))
        for name in made.nodes
    }


def boxes_of(places, sizes):
    return {name: Box4(*place, *sizes[name]) for name, place in places.items()}


def overlaps(boxes):
    return [
        (a, b)
        for (a, one), (b, other) in combinations(boxes.items(), 2)
        if one.x < other.right
        and other.x < one.right
        and one.y < other.bottom
        and other.y < one.bottom
    ]


def moved(made, places):
    nodes = {n: replace(v, position=places.get(n, v.position)) for n, v in made.nodes.items()}
    return replace(made, nodes=nodes)


def branching(count, seed, reach=0.5):
    """A network that forks and joins, mostly near by."""
    rng = random.Random(seed)
    nodes = {"n0": Node("n0", "relu")}
    edges = {}
    for i in range(1, count):
        several = rng.choice([1, 1, 1, 2, 3])
        found = {max(0, i - 1 - min(int(rng.expovariate(reach)), i - 1)) for _ in range(several)}
        nodes[f"n{i}"] = Node(f"n{i}", "add")
        for place, source in enumerate(sorted(found), 1):
            edges[Endpoint(f"n{i}", f"x_{place}")] = Endpoint(f"n{source}", "output")
    return Graph(nodes, edges)


def any_graph(seed):
    """Anything: cycles, loops, parts that nothing connects."""
    rng = random.Random(seed)
    count = rng.randrange(1, 25)
    names = [f"n{i}" for i in range(count)]
    edges = {
        Endpoint(rng.choice(names), f"x_{rng.randrange(3)}"): Endpoint(rng.choice(names), "y")
        for _ in range(rng.randrange(2 * count))
    }
    return Graph(
        {n: Node(n, "add", position=(rng.uniform(0, 2000), rng.uniform(0, 900))) for n in names},
        edges,
    )


def wires(made, places, sizes):
    """Every wire as a straight line, with its source and its target."""
    for target, source in made.edges.items():
        ports = sorted(t.port for t in made.edges if t.node == target.node)
        down = 61 + 18 * ports.index(target.port) if len(ports) > 1 else 27
        (x, y), (a, b) = places[source.node], places[target.node]
        yield (x + sizes[source.node][0], y + 27), (a, b + down), source, target


def side(p, q, r):
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def meet(a, b, c, d):
    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def crossings(made, places, sizes):
    """How many pairs of wires of different outputs cross."""
    return sum(
        meet(a, b, c, d)
        for (a, b, one, _), (c, d, other, _) in combinations(wires(made, places, sizes), 2)
        if one != other
    )


def covered(made, places, sizes):
    """How often a wire runs under a card that is not its own."""
    count = 0
    for start, end, source, target in wires(made, places, sizes):
        for name, box in boxes_of(places, sizes).items():
            if name not in (source.node, target.node):
                corners = (box.x, box.y), (box.right, box.bottom)
                others = (box.x, box.bottom), (box.right, box.y)
                count += meet(start, end, *corners) or meet(start, end, *others)
    return count


@given(st.integers(0, 10**6), st.sampled_from(["right", "down"]))
@settings(max_examples=150, deadline=None)
def test_nothing_overlaps_and_everything_has_a_place(seed, direction):
    made = any_graph(seed)
    sizes = sizes_of(made, seed)
    places = arranged(made, sizes, direction)
    assert places.keys() == made.nodes.keys()
    assert overlaps(boxes_of(places, sizes)) == []
    assert arranged(made, sizes, direction) == places, "the same each time"


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_values_flow_one_way(seed):
    made = branching(40, seed)
    sizes = sizes_of(made, seed)
    for direction, axis in (("right", 0), ("down", 1)):
        places = arranged(made, sizes, direction)
        for target, source in made.edges.items():
            end = places[source.node][axis] + sizes[source.node][axis]
            assert end < places[target.node][axis]


def test_a_chain_is_straight_and_side_branches_stand_near_their_end():
    made = graph(
        [(n, "relu") for n in "abcdef"] + [("label", "target"), ("loss", "mse")],
        "a -> b, b -> c, c -> d, d -> e, e -> f, f -> loss.input, label -> loss.target",
    )
    sizes = {name: (150.0, 77.0 if name in "bd" else 54.0) for name in made.nodes}
    places = arranged(made, sizes)
    assert len({places[name][1] for name in "abcdef"}) == 1
    assert places["label"][0] == places["f"][0]
    down = arranged(made, sizes, "down")
    assert len({down[name][0] for name in "abcdef"}) == 1
    assert [down[name][1] for name in "abcdef"] == sorted(down[name][1] for name in "abcdef")


def test_repeated_skips_do_not_drift_and_leave_the_way_free():
    nodes, edges, last = [("n", "input")], [], "n"
    for i in range(6):
        nodes += [(f"a{i}", "conv2d"), (f"b{i}", "relu"), (f"s{i}", "add")]
        edges += [f"{last} -> a{i}", f"a{i} -> b{i}", f"b{i} -> s{i}.x_1", f"{last} -> s{i}.x_2"]
        last = f"s{i}"
    made = graph(nodes, ", ".join(edges))
    sizes = {name: (150.0, 90.0 if name[0] == "s" else 77.0) for name in made.nodes}
    places = arranged(made, sizes)
    for letter in "abs":
        assert len({places[f"{letter}{i}"][1] for i in range(6)}) == 1
    for i in range(6):
        assert places[f"a{i}"][1] == places[f"b{i}"][1]
        assert places[f"s{i}"][1] + 61 + 18 > places[f"b{i}"][1] + 77, "the skip passes below"


def test_few_wires_cross_or_run_under_cards():
    crossed = under = 0
    for seed in range(8):
        made = branching(50, seed, reach=0.3)
        sizes = dict.fromkeys(made.nodes, (150.0, 116.0))
        places = arranged(made, sizes)
        crossed += crossings(made, places, sizes)
        under += covered(made, places, sizes)
    # With columns by longest path, and each card as high as its sources are, they are 369 and 284.
    assert crossed <= 295
    assert under <= 142


def test_planar_things_have_no_crossing():
    tree = graph(
        [(f"n{i}", "relu") for i in range(31)],
        ", ".join(f"n{(i - 1) // 2} -> n{i}" for i in range(1, 31)),
    )
    shuffled = list(tree.nodes.items())
    random.Random(3).shuffle(shuffled)
    for made in (tree, replace(tree, nodes=dict(shuffled))):
        sizes = dict.fromkeys(made.nodes, (150.0, 54.0))
        assert crossings(made, arranged(made, sizes), sizes) == 0


@given(st.integers(0, 10**6), st.sampled_from(["right", "down"]))
@settings(max_examples=60, deadline=None)
def test_a_selection_keeps_its_centre_and_the_rest_is_not_named(seed, direction):
    made = any_graph(seed)
    sizes = sizes_of(made, seed)
    only = list(made.nodes)[::2]
    before = bounds(boxes_of({n: made.nodes[n].position for n in only}, sizes).values())
    places = arranged(made, sizes, direction, only)
    after = bounds(boxes_of(places, sizes).values())
    assert places.keys() == set(only)
    assert abs(before.x + before.width / 2 - after.x - after.width / 2) <= 1
    assert abs(before.y + before.height / 2 - after.y - after.height / 2) <= 1
    assert arranged(made, sizes, direction, []) == {}


def test_all_keep_their_upper_left_corner_and_a_second_time_changes_nothing():
    made = branching(30, 4)
    sizes = sizes_of(made)
    made = moved(
        made, {"n0": (500.0, 300.0), **{f"n{i}": (600.0 + i, 400.0) for i in range(1, 30)}}
    )
    places = arranged(made, sizes)
    assert min(x for x, _ in places.values()) == 500
    assert min(y for _, y in places.values()) == 300
    assert arranged(moved(made, places), sizes) == places


@given(st.integers(0, 10**6), st.sampled_from(["right", "down"]))
@settings(max_examples=80, deadline=None)
def test_frames_keep_what_they_hold_and_nothing_else_comes_in(seed, direction):
    rng = random.Random(seed)
    made = branching(rng.randrange(6, 30), seed)
    sizes = sizes_of(made, seed)
    made = moved(made, arranged(made, sizes))
    names = list(made.nodes)
    inner = names[2:5]
    outer = names[1:5]
    held = {"inner": inner} | ({"outer": outer} if seed % 2 else {"other": names[5:6]})
    # Bring what a frame holds to one spot of its own, so that the frame holds just that.
    spots = {n: (5000.0 + 200 * i, 100.0) for i, n in enumerate(outer)}
    spots |= dict.fromkeys(names[5:6], (9000.0, 900.0))
    made = moved(made, spots)
    frames = {}
    for name, nodes in held.items():
        around = bounds(boxes_of({n: made.nodes[n].position for n in nodes}, sizes).values())
        frames[name] = Frame(
            name,
            position=(around.x - 24, around.y - 40),
            size=(around.width + 48, around.height + 64),
        )
    made = replace(made, frames=frames)
    places = arranged(made, sizes, direction)
    boxes = boxes_of(places, sizes)
    assert overlaps(boxes) == []
    for nodes in held.values():
        around = bounds(boxes[n] for n in nodes)
        framed = {
            "frame": Box4(around.x - 24, around.y - 40, around.width + 48, around.height + 64)
        }
        for name in set(names) - set(nodes):
            assert overlaps({**framed, name: boxes[name]}) == []


def test_frames_that_overlap_or_are_half_selected_hold_nobody_back():
    made = graph([(n, "relu") for n in "abcd"], "a -> b, b -> c, c -> d")
    sizes = dict.fromkeys(made.nodes, (150.0, 54.0))
    made = moved(made, {n: (200.0 * i, 0.0) for i, n in enumerate("abcd")})
    frames = {
        "f": Frame("f", position=(-20, -40), size=(540, 120)),
        "g": Frame("g", position=(180, -40), size=(540, 120)),
    }
    framed = replace(made, frames=frames)
    assert arranged(framed, sizes, only=["a", "c"]).keys() == {"a", "c"}
    assert overlaps(boxes_of(arranged(framed, sizes), sizes)) == []


def test_parts_that_nothing_connects_are_stacked_and_single_ones_stand_in_rows():
    made = graph(
        [(n, "relu") for n in "abcd"] + [(f"s{i}", "relu") for i in range(12)], "a -> b, c -> d"
    )
    sizes = dict.fromkeys(made.nodes, (150.0, 54.0))
    places = arranged(made, sizes)
    assert places["a"][0] == places["c"][0]
    assert places["c"][1] > places["b"][1] + 54 + ACROSS
    rows = sorted({places[f"s{i}"][1] for i in range(12)})
    assert rows[0] > places["d"][1]
    assert 2 <= len(rows) <= 4
    assert all(b - a >= 54 for a, b in pairwise(rows))


def test_two_hundred_nodes_with_frames_are_laid_out():
    made = branching(200, 1)
    sizes = sizes_of(made)
    places = arranged(made, sizes)
    assert overlaps(boxes_of(places, sizes)) == []
