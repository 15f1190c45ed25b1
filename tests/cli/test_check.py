"""check, source, explain, nodes and render."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from cli_commands import EXAMPLES, Command

from netbuilder.app.examples import example
from netbuilder.app.project import open_network
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.codes import CODES
from netbuilder.files.documents import save
from netbuilder.graph import edits

CNN = EXAMPLES / "digits_cnn.netgraph"


def with_params(folder: Path, params: Mapping[str, Mapping[str, Any]]) -> Path:
    """Save the digits CNN with other parameters at some nodes."""
    network = example("digits_cnn")
    for node, values in params.items():
        network = edits.set_params(network, node, values)
    path = folder / "net.netgraph"
    save(network, path)
    return path


def test_a_sound_network_is_told_in_a_line(run: Command) -> None:
    done = run("check", CNN)
    assert done.code == 0
    assert done.err == ""
    assert done.out == (
        f"{CNN}: no problems; 18 nodes, 30,762 parameters, 1.81 M FLOPs a sample, "
        "2.4 MB to train at batch 32\n"
    )


def test_problems_stand_one_a_line_with_hint_and_fixes_below(run: Command, tmp_path: Path) -> None:
    path = with_params(tmp_path, {"conv_1": {"groups": 3}, "head": {"out_features": 0}})
    done = run("check", path)
    assert done.code == 1
    found = [line for line in done.out.splitlines() if not line.startswith("    ")]
    assert found[0].startswith(f"{path}: conv_1.groups: error NB2")
    assert found[1].startswith(f"{path}: head.out_features: error NB101: out_features is 0, but")
    assert found[-1].startswith(f"{path}: 2 errors; 18 nodes")
    below = [line for line in done.out.splitlines() if line.startswith("    ")]
    assert any(line.startswith("    hint: ") for line in below)
    assert "    fix: set out_features to its default, 128" in below


def test_warnings_alone_are_fine(run: Command, tmp_path: Path) -> None:
    path = with_params(tmp_path, {"head": {"out_features": 12}})
    done = run("check", path)
    assert done.code == 0
    assert "warning NB404" in done.out
    assert f"{path}: 1 warning; " in done.out


def test_json_has_what_scripts_build_on(run: Command, tmp_path: Path) -> None:
    path = with_params(tmp_path, {"head": {"out_features": 9}})
    done = run("check", path, "--json")
    assert done.code == 1
    plain = done.json
    assert {"diagnostics", "shapes", "cost"} <= set(plain)
    keys = {"code", "severity", "message", "node", "port", "param", "hint", "fixes"}
    assert all(set(one) == keys for one in plain["diagnostics"])
    assert plain["shapes"]["conv_1.output"] == {"shape": ["N", 32, 8, 8], "dtype": "float32"}
    assert {"parameters", "flops", "memory", "nodes"} <= set(plain["cost"])
    assert plain["cost"]["nodes"]["conv_1"]["parameters"] == 288
    assert "fixed" not in plain


def test_fix_mends_and_saves(run: Command, tmp_path: Path) -> None:
    path = with_params(tmp_path, {"head": {"out_features": 9}, "dropout": {"p": 7}})
    done = run("check", path, "--fix")
    assert done.code == 0
    assert f"{path}: dropout.p: fixed NB101: set p to its default, 0.5\n" in done.out
    assert f"{path}: 2 fixes taken, saved\n" in done.out
    assert "no problems" in done.out
    assert open_network(path).graph.nodes["head"].params["out_features"] == 10
    assert run("check", path).code == 0


def test_fix_removes_nothing_that_somebody_made(run: Command, tmp_path: Path) -> None:
    """A node that reaches nothing is offered for removal, not removed."""
    path = with_params(tmp_path, {})
    network, name = edits.add_node(open_network(path), "relu")
    network = edits.connect(network, "conv_1.output", f"{name}.input")
    save(network, path)
    assert f"fix: remove {name}" in run("check", path).out
    assert "nothing to fix" in run("check", path, "--fix").out
    assert name in open_network(path).graph.nodes


def test_fix_leaves_a_sound_file_alone(run: Command, tmp_path: Path) -> None:
    path = with_params(tmp_path, {})
    before = path.stat()
    done = run("check", path, "--fix")
    assert done.code == 0
    assert f"{path}: nothing to fix\n" in done.out
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


def test_fix_says_in_json_what_it_did_and_what_is_left(run: Command, tmp_path: Path) -> None:
    path = with_params(tmp_path, {"head": {"out_features": 9}, "conv_2": {"nothing": 1}})
    plain = run("check", path, "--fix", "--json").json
    assert {one["code"] for one in plain["fixed"]} == {"NB102", "NB403"}
    assert all(one["fix"] in one["fixes"] for one in plain["fixed"])
    assert plain["diagnostics"] == []


def test_source_is_printed_or_written(run: Command, tmp_path: Path) -> None:
    golden = EXAMPLES.parent / "tests" / "golden" / "sources" / "digits_cnn.py"
    done = run("source", CNN)
    assert done.code == 0
    assert done.out == golden.read_text(encoding="utf-8")
    written = run("source", CNN, "-o", tmp_path / "model.py")
    assert (written.code, written.out) == (0, "")
    assert (tmp_path / "model.py").read_text(encoding="utf-8") == done.out


def test_a_network_with_errors_has_no_source(run: Command, tmp_path: Path) -> None:
    path = with_params(tmp_path, {"head": {"out_features": 0}})
    done = run("source", path, "-o", tmp_path / "model.py")
    assert done.code == 1
    assert "head.out_features: error NB101" in done.out
    assert done.err == f"netbuilder source: {path} has errors, so there is no source\n"
    assert not (tmp_path / "model.py").exists()


def test_what_cannot_be_written_is_3(run: Command, tmp_path: Path) -> None:
    done = run("source", CNN, "-o", tmp_path / "no" / "model.py")
    assert done.code == 3
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("code", ["NB202", "nb407", "NB701"])
def test_codes_are_explained(run: Command, code: str) -> None:
    done = run("explain", code)
    assert done.code == 0
    entry = CODES[code.upper()]
    assert done.out.startswith(f"{entry.code}: {entry.title}")
    assert " ".join(entry.text.split()) in " ".join(done.out.split())
    assert run("explain", code, "--json").json["text"] == entry.text


def test_every_node_type_is_listed_and_described(run: Command) -> None:
    catalogue = standard_catalogue()
    listed = run("nodes").out
    plain = run("nodes", "--json").json
    assert [one["id"] for one in plain["nodes"]] == list(catalogue.types)
    for name, node_type in catalogue.types.items():
        assert f"  {name} " in listed
        assert node_type.sentence() in run("nodes", name).out
    facts = run("nodes", "conv2d", "--json").json
    assert facts == json.loads(json.dumps(catalogue.types["conv2d"].facts()))
    assert facts["inputs"][0]["pattern"] == "N C H W"
    assert {"kind", "default", "doc", "min"} <= set(facts["params"]["kernel_size"])


def test_a_node_type_is_found_by_its_title(run: Command) -> None:
    assert run("nodes", "crossentropyloss").out.startswith("CrossEntropyLoss (cross_entropy), Loss")
    done = run("nodes", "conv")
    assert done.code == 2
    assert "conv2d" in done.err


def test_pictures_are_written(run: Command, tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    done = run("render", CNN, "-o", path, "--theme", "dark", "--fold", "900")
    assert (done.code, done.out) == (0, f"{path}\n")
    root = ET.parse(path).getroot()
    assert float(root.get("width", "")) < 1100
    blocks = EXAMPLES / "digits_residual.netgraph"
    assert run("render", blocks, "-o", path, "--group", "residual_block").code == 0
    assert "Residual block" in path.read_text(encoding="utf-8")


def test_a_network_with_errors_has_a_picture(run: Command, tmp_path: Path) -> None:
    path = with_params(tmp_path, {"head": {"out_features": 0}})
    assert run("render", path, "-o", tmp_path / "x.svg").code == 0
    assert "NB101" in (tmp_path / "x.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["-o", "x.png"], "does not end in .svg"),
        (["-o", "x.svg", "--group", "no"], "has no group no; there are: none"),
        (["-o", "x.svg", "--fold", "-1"], "--fold is -1"),
    ],
)
def test_pictures_that_cannot_be(run: Command, args: list[str], words: str) -> None:
    done = run("render", CNN, *args)
    assert done.code == 2
    assert words in done.err


def test_why_says_what_made_a_size(run: Command) -> None:
    done = run("why", CNN, "pool_1.output", "2")
    assert done.code == 0
    assert done.out.splitlines()[-1] == "image (Input): 8 = shape[1]"
    wrong = run("why", CNN, "pool_1.outputs", "2")
    assert wrong.code == 2
    assert "near it are: pool_1.output" in wrong.err
    beyond = run("why", CNN, "pool_1.output", "4")
    assert beyond.code == 2
    assert "its axes are 0 to 3, there is no 4" in beyond.err


def test_a_warning_that_is_not_wanted_is_not_told(run: Command, tmp_path: Path) -> None:
    path = with_params(tmp_path, {"conv_1": {"bias": True}})
    assert "NB332" in run("check", path).out
    done = run("check", path, "--ignore", "nb332")
    assert done.code == 0
    assert "NB332" not in done.out
    assert "no problems" in done.out


def test_advice_is_explained_with_its_source(run: Command) -> None:
    assert "Source: Ioffe and Szegedy 2015" in run("explain", "NB332").out
