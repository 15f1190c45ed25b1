"""Which weights of a run a network can start from: told without torch, and by the process that has it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from netbuilder.app.examples import example
from netbuilder.app.weight_fitting import MODULE, fit_question
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import write
from netbuilder.codegen.load import load
from netbuilder.graph.edits import set_params
from netbuilder.training.client import create_run
from netbuilder.training.run import RunError, RunFolder
from netbuilder.training.weight_fit import WeightFit, fit_of_nodes, shapes_in, weight_fit
from netbuilder.training.weight_fit_worker import answered


def _run(path: Path, name: str) -> RunFolder:
    """A run of an example with one checkpoint."""
    network = example(name)
    source = write(network, standard_catalogue())
    run = create_run(path, network, source, folder=path.parent)
    best = run.checkpoints / "step-1"
    best.mkdir(parents=True)
    (run.checkpoints / "LATEST").write_text("step-1\n")
    (best / "state.json").write_text(json.dumps({"state": {"best": ""}}))
    save_file(dict(load(source)().state_dict()), best / "model.safetensors")
    return run


def test_names_and_shapes_decide() -> None:
    given = {"a.weight": (3, 2), "a.bias": (3,), "gone.weight": (1,)}
    own = {"a.weight": (4, 2), "a.bias": (3,), "b.weight": (2, 2)}
    fit = weight_fit(given, own)
    assert fit.kept == ("a.bias",)
    assert fit.new == ("b.weight",)
    assert fit.left == ("gone.weight",)
    assert fit.reshaped == {"a.weight": ((3, 2), (4, 2))}
    assert WeightFit.from_plain(json.loads(json.dumps(fit.to_plain()))) == fit


def test_weights_are_told_node_by_node() -> None:
    fit = WeightFit(
        ("blocks.0.conv.weight", "blocks.1.conv.weight", "head.bias"),
        ("attn.out_proj.weight", "scale"),
        ("old.weight", "blocks.0.norm.weight"),
        {"head.weight": ((3, 2), (4, 2))},
    )
    nodes = ("blocks/conv", "attn", "blocks", "scale", "head")
    rows = fit_of_nodes(fit, nodes, ("old", "blocks", "blocks/norm"))
    assert [(row.node, row.word, row.is_there) for row in rows] == [
        ("attn", "new", True),
        ("blocks/conv", "kept", True),
        ("scale", "new", True),
        ("head", "partly kept", True),
        ("blocks/norm", "left behind", False),
        ("old", "left behind", False),
    ]
    assert rows[1].fit.kept == ("blocks.0.conv.weight", "blocks.1.conv.weight")


def test_the_header_of_a_file_is_read_alone(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    save_file({"b": torch.ones(2, 3), "one": torch.tensor(1.0)}, file, {"made": "by hand"})
    assert shapes_in(file) == {"b": (2, 3), "one": ()}
    whole = file.read_bytes()
    for text in (b"", whole[:20], b"\xff" * 40, b"\x02" + bytes(7) + b"[]"):
        file.write_bytes(text)
        with pytest.raises(RunError, match="not a safetensors file"):
            shapes_in(file)
    with pytest.raises(RunError, match="cannot be read"):
        shapes_in(tmp_path / "none")


def test_an_edited_network_is_told_from_its_run(tmp_path: Path) -> None:
    run = _run(tmp_path / "run", "digits_residual")
    question = fit_question(example("digits_residual"), run)
    same = question.answer(WeightFit.from_plain(answered({"id": 1, **question.plain})["fit"]))
    assert {row.word for row in same} == {"kept"}
    assert "blocks/conv_1" in {row.node for row in same}
    bare = set_params(example("digits_residual"), "stem", {"bias": False})
    question = fit_question(bare, run)
    rows = question.answer(WeightFit.from_plain(answered({"id": 2, **question.plain})["fit"]))
    stem = next(row for row in rows if row.node == "stem")
    assert (stem.word, stem.fit.kept, stem.fit.left) == ("kept", ("stem.weight",), ("stem.bias",))
    (run.checkpoints / "LATEST").unlink()
    with pytest.raises(RunError, match="no checkpoint yet"):
        fit_question(bare, run)


def test_the_process_answers_a_line_with_a_line(tmp_path: Path) -> None:
    file = tmp_path / "given.safetensors"
    save_file({"weight": torch.ones(3, 2)}, file)
    text = "from torch import nn\nprint('noise')\nclass Net(nn.Linear):\n    def __init__(self):\n        super().__init__(2, 3)\n"
    asked = {"text": text, "class_name": "Net", "weights": str(file)}
    lines = [
        {"id": 1, **asked},
        {"id": 2, **asked, "weights": ""},
        {"id": 3, **asked, "text": "1/0"},
    ]
    done = subprocess.run(
        [sys.executable, "-m", MODULE],
        input="".join(json.dumps(line) + "\n" for line in lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert first == {
        "id": 1,
        "fit": {"kept": ["weight"], "new": ["bias"], "left": [], "reshaped": {}},
    }
    assert "cannot be read" in second["error"]
    assert "the network cannot be built: division by zero" in third["error"]
