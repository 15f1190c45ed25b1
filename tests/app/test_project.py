"""Networks with their data: checked, written, built, mended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from networks import IMAGE, LABEL, network

from netbuilder.app.mending import MOST_FIXES, mend
from netbuilder.app.project import build, check_network, open_network, require_sound, source_of
from netbuilder.check.diagnostics import Diagnostic, Fix
from netbuilder.codegen.emit import NotSoundError
from netbuilder.files.documents import save
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.graph.semantics import semantic_hash

EXAMPLES = Path(__file__).parents[2] / "examples"
DIGITS = {"source": "digits"}


def mlp(**fields: object) -> Network:
    nodes = [
        IMAGE,
        LABEL,
        ("flat", "flatten"),
        ("head", "linear", {"out_features": 10}),
        ("logits", "output"),
        ("loss", "cross_entropy"),
    ]
    edges = "image -> flat, flat -> head, head -> logits, head -> loss, label -> loss.target"
    return network(nodes, edges, **fields)


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [one.code for one in found]


def test_a_sound_network_with_its_data_has_nothing_to_say(tmp_path: Path) -> None:
    report = check_network(mlp(data=DIGITS), tmp_path)
    assert report.ok
    assert report.diagnostics == ()


def test_the_fields_of_the_data_are_compared(tmp_path: Path) -> None:
    nine = edits.set_param(mlp(data=DIGITS), "head", "out_features", 9)
    assert "NB403" in codes(check_network(nine, tmp_path).diagnostics)
    assert check_network(replace(nine, data={}), tmp_path).ok


def test_data_that_cannot_be_read_are_a_finding_with_their_sentence(tmp_path: Path) -> None:
    missing = mlp(data={"source": "csv", "params": {"path": "gone.csv", "target": "y"}})
    report = check_network(missing, tmp_path)
    assert codes(report.diagnostics) == ["NB407"]
    assert "gone.csv" in report.diagnostics[0].message
    assert not report.ok
    assert report.types["head.output"].shape[1] == 10
    assert report.to_plain()["diagnostics"][0]["severity"] == "error"


def test_paths_of_the_data_start_at_the_folder(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("x,y\n" + "".join(f"{i},{i % 2}\n" for i in range(20)))
    data = {"source": "csv", "params": {"path": "points.csv", "target": "y"}}
    assert "NB407" not in codes(check_network(mlp(data=data), tmp_path).diagnostics)
    assert "NB407" in codes(check_network(mlp(data=data), tmp_path / "other").diagnostics)


def test_every_problem_of_the_recipe_is_a_finding(tmp_path: Path) -> None:
    report = check_network(mlp(recipe={"epochs": 0, "momentum": 0.5}), tmp_path)
    assert codes(report.diagnostics) == ["NB701", "NB701"]
    assert "epochs" in report.diagnostics[0].message


def test_training_needs_more_than_a_source_does(tmp_path: Path) -> None:
    bad_recipe = mlp(recipe={"epochs": 0})
    assert "class TestNet" in source_of(bad_recipe, tmp_path).text
    with pytest.raises(NotSoundError, match="epochs"):
        require_sound(bad_recipe, tmp_path)


def test_a_network_with_errors_has_no_source(tmp_path: Path) -> None:
    with pytest.raises(NotSoundError) as caught:
        source_of(edits.set_param(mlp(), "head", "out_features", 0), tmp_path)
    assert codes(caught.value.report.diagnostics) == ["NB101"]


def test_a_built_network_runs(tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = build(mlp(), tmp_path)
    assert module(torch.zeros(3, 1, 8, 8)).shape == (3, 10)
    assert {name for name, _ in module.named_children()} >= {"head"}


def test_a_file_opens_as_it_was_saved(tmp_path: Path) -> None:
    network = edits.set_title(mlp(), "Saved")
    save(network, tmp_path / "a.netgraph")
    assert semantic_hash(open_network(tmp_path / "a.netgraph")) == semantic_hash(network)


def test_mending_takes_the_first_fix_of_each_until_nothing_is_left(tmp_path: Path) -> None:
    broken = edits.set_param(mlp(data=DIGITS), "head", "out_features", 9)
    broken, _ = edits.insert_on_edge(broken, edits.endpoint("loss.input"), "softmax")
    mended = mend(broken, tmp_path)
    assert mended.report.ok
    assert {found.code for found, _ in mended.done} >= {"NB403"}
    assert all(title == found.fixes[0].title for found, title in mended.done)
    assert mended.network.graph.nodes["head"].params["out_features"] == 10


def test_mending_leaves_a_sound_network_as_it_is(tmp_path: Path) -> None:
    sound = mlp(data=DIGITS)
    mended = mend(sound, tmp_path)
    assert mended.network is sound
    assert mended.done == ()


def test_mending_ends_where_fixes_go_in_circles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flipping(network: Network, folder: Path) -> object:
        other = "b" if network.title == "a" else "a"
        fix = Fix("flip", lambda n: edits.set_title(n, other))
        found = Diagnostic("NB999", "error", "the title is wrong", fixes=(fix,))
        return replace(check_network(network, folder), diagnostics=(found,))

    monkeypatch.setattr("netbuilder.app.mending.check_network", flipping)
    mended = mend(replace(mlp(), title="a"), tmp_path)
    assert len(mended.done) == 1 < MOST_FIXES
    assert mended.network.title == "b"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.netgraph")), ids=lambda path: path.stem)
def test_examples_are_sound_with_their_data(path: Path) -> None:
    assert check_network(open_network(path), EXAMPLES).diagnostics == ()
