"""Looking node types up, and bringing old nodes along."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.graph.model import Node
from netbuilder.node_api import In, Int, NodeType, Out


class Scale(NodeType, id="scale", title="Scale", category="Fake", version=3):
    """Scale it."""

    input = In("*B")
    output = Out("*B")
    factor = Int(2)

    calls = 0

    @staticmethod
    def migrate(params: dict[str, Any], version: int) -> dict[str, Any]:
        Scale.calls += 1
        if version < 2:
            params["by"] = params.pop("amount", 2)
        if version < 3:
            params["factor"] = params.pop("by", 2)
        return params


class Breaks(NodeType, id="breaks", title="Breaks", category="Fake", version=2):
    """Break."""

    @staticmethod
    def migrate(params: dict[str, Any], version: int) -> dict[str, Any]:
        raise ZeroDivisionError


CATALOGUE = Catalogue([Scale, Breaks])


@pytest.mark.parametrize(
    ("version", "params"), [(1, {"amount": 5}), (2, {"by": 5}), (3, {"factor": 5})]
)
def test_an_old_node_is_brought_to_the_present_version(version: int, params: Any) -> None:
    node = Node("scale_1", "scale", version=version, params=params, note="kept")
    upgraded = CATALOGUE.upgrade(node)
    assert dict(upgraded.params) == {"factor": 5}
    assert upgraded.version == 3
    assert upgraded.note == "kept"


def test_a_node_is_brought_along_once() -> None:
    node = Node("scale_1", "scale", version=1, params={"amount": 5})
    first, before = CATALOGUE.upgrade(node), Scale.calls
    assert CATALOGUE.upgrade(node) is first
    assert Scale.calls == before


def test_unknown_newer_and_failing_nodes_stay_as_they_are() -> None:
    for node in (
        Node("a", "unknown", version=0),
        Node("a", "group:block"),
        Node("a", "scale", version=4, params={"new": 1}),
        Node("a", "breaks", params={"x": 1}),
    ):
        assert CATALOGUE.upgrade(node) is node


def test_many_nodes_do_not_fill_the_memory() -> None:
    catalogue = Catalogue([Scale])
    for number in range(10_000):
        node = Node(f"a_{number}", "scale", version=1, params={"amount": number})
        assert catalogue.upgrade(node).params["factor"] == number
    assert len(catalogue._upgraded) <= 4096


def test_types_are_found_by_id_and_cannot_be_changed() -> None:
    assert CATALOGUE.get("scale") is Scale
    assert CATALOGUE.get("nothing") is None
    assert dict(CATALOGUE.categories()) == {"Fake": (Scale, Breaks)}
    with pytest.raises(TypeError):
        CATALOGUE.types["x"] = Scale  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("conv2d", "conv2d"),
        ("Conv", "conv1d"),
        ("linear", "linear"),
        ("max pool", "max_pool1d"),
        ("cross entropy", "cross_entropy"),
        ("attention", "multihead_attention"),
        ("lstm", "lstm"),
        ("flat", "flatten"),
    ],
)
def test_searching_finds_what_people_mean_first(text: str, first: str) -> None:
    found = [t.id for t in standard_catalogue().search(text)]
    assert found[0] == first


def test_searching_for_nothing_gives_all_and_for_nonsense_none() -> None:
    catalogue = standard_catalogue()
    assert len(catalogue.search("")) == len(catalogue.types)
    assert catalogue.search("zebra crossing") == ()


def test_the_palette_has_an_order() -> None:
    categories = list(standard_catalogue().categories())
    assert categories[:3] == ["Input and output", "Linear", "Convolution"]
    assert len(categories) == len(set(categories))


def test_the_standard_catalogue_comes_without_torch_and_numpy() -> None:
    program = (
        "import sys; from netbuilder.catalogue.packs import standard_catalogue as s;"
        "c = s(); assert not c.problems, c.problems; assert len(c.types) > 40;"
        "print({'torch', 'numpy', 'sklearn', 'onnx', 'PySide6'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
