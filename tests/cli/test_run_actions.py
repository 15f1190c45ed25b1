"""runs compare, note, rename, delete and restore, and how the list searches, filters and sorts."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from cli_commands import Command

from netbuilder.app.run_compare import graph_difference
from netbuilder.files.documents import load, save
from netbuilder.graph.edits import set_params
from netbuilder.training.run import RunFolder


@pytest.fixture
def runs(iris_run: Path, tmp_path: Path) -> Path:
    """Two copies of one run, the second changed by hand."""
    for name in ("one", "two"):
        shutil.copytree(iris_run, tmp_path / name)
    two = RunFolder(tmp_path / "two")
    recipe = json.loads(two.recipe_file.read_text())
    two.recipe_file.write_text(json.dumps({**recipe, "learning_rate": 0.5}))
    network = load(two.graph)
    node = next(name for name, node in network.graph.nodes.items() if node.type == "linear")
    save(set_params(network, node, {"out_features": 9}), two.graph)
    data = json.loads(two.data_file.read_text())
    data["settings"].setdefault("split", {})["seed"] = 7
    two.data_file.write_text(json.dumps(data))
    return tmp_path


def test_two_runs_are_compared(run: Command, runs: Path) -> None:
    plain = run("runs", "compare", runs / "one", runs / "two", "--json").json
    assert plain["recipe"].keys() == {"learning_rate"}
    assert plain["recipe"]["learning_rate"][1] == 0.5
    assert plain["data"] == {"split.seed": [2, 7]}
    assert len(plain["graph"]["changed"]) == 1
    assert plain["graph"]["added"] == plain["graph"]["removed"] == []
    assert plain["metrics"]["test loss"][0] == plain["metrics"]["test loss"][1]
    text = run("runs", "compare", runs / "one", runs / "two").out
    assert "learning_rate" in text
    assert "changed" in text
    text = run("runs", "compare", runs / "one", runs / "one").out
    assert "graph: the same\nrecipe: the same\ndata: the same\n" in text


def test_nodes_that_come_and_go_and_wires(iris_run: Path) -> None:
    network = load(RunFolder(iris_run).graph)
    target = next(iter(network.graph.edges))
    nodes = {k: v for k, v in network.graph.nodes.items() if k != target.node}
    edges = {k: v for k, v in network.graph.edges.items() if target.node not in (k.node, v.node)}
    less = replace(network, graph=replace(network.graph, nodes=nodes, edges=edges))
    found = graph_difference(network, less)
    assert found.removed == (target.node,)
    assert graph_difference(less, network).added == (target.node,)
    assert all(not wire.startswith(f"{target.node}.") for wire in found.rewired)


def test_notes_filter_and_sort_the_list(run: Command, runs: Path) -> None:
    run(
        "runs", "note", runs / "two", "--tag", "good", "--tag", " good ", "--pin", "--text", "Ärger"
    )
    said = run("runs", "note", runs / "two", "--json").json
    assert (said["tags"], said["note"], said["pinned"]) == (["good"], "Ärger", True)

    def listed(*options: str) -> list[str]:
        plain = run("runs", "list", runs, *options, "--json").json
        return [Path(one["run"]).name for one in plain["runs"]]

    assert listed() == ["two", "one"]  # the pinned one first
    assert listed("--tag", "good") == listed("--search", "äRG") == ["two"]
    assert listed("--tag", "none") == listed("--state", "failed") == []
    run("runs", "note", runs / "two", "--untag", "good", "--unpin")
    assert listed("--sort", "step") == ["one", "two"]
    (runs / "one" / "notes.json").write_text('{"tags": 3}')
    plain = run("runs", "list", runs, "--json").json["runs"]
    assert [one["state"] for one in plain] == ["damaged", "done"]


def test_a_run_is_renamed_deleted_and_restored(run: Command, runs: Path) -> None:
    assert run("runs", "rename", runs / "one", "first").code == 0
    assert "is there already" in run("runs", "rename", runs / "two", "first").err
    for name in ("../out", ".hidden", ""):
        assert "is no name" in run("runs", "rename", runs / "two", name).err
    weights = RunFolder(runs / "first").best_weights()
    assert weights is not None
    held = weights.read_bytes()
    assert run("runs", "delete", runs / "first").code == 0
    assert not (runs / "first").exists()
    assert len(run("runs", "list", runs, "--json").json["runs"]) == 1
    assert run("runs", "restore", runs / "first").code == 0
    assert weights.read_bytes() == held
    assert "holds no run" in run("runs", "restore", runs / "first").err
    with RunFolder(runs / "two").hold():
        assert "is being trained" in run("runs", "delete", runs / "two").err
