"""What goes wrong is told by kind, step and node, and the last good checkpoint stays."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from training_runs import BODIES, line_of, make_run, source

from netbuilder.files.errors import FileError
from netbuilder.training import checkpoints as checkpoints_module
from netbuilder.training.checkpoints import Checkpoints
from netbuilder.training.client import run_state, start
from netbuilder.training.evaluation.assess import evaluate_run
from netbuilder.training.failures import failure_of
from netbuilder.training.records import RecordWriter, read_records
from netbuilder.training.run import RunFolder
from netbuilder.training.trace import node_of

Train = Callable[[RunFolder], dict[str, Any]]


def with_counter(code: str, extra: str = "") -> str:
    """The MLP with a line that depends on how many training forwards there were."""
    return f"""        self.linear_1 = nn.Linear(64, 32)
        self.linear_2 = nn.Linear(32, 3)
        self.register_buffer("count", torch.zeros(()))

    def forward(self, point):
        if self.training:
            self.count += 1
        x = F.relu(self.linear_1(point))
        {code}
        return self.linear_2(x)
{extra}"""


CASES = {
    "a value in the forward": (
        with_counter("x = x * torch.where(self.count == 20, torch.nan, 1.0)  # self.scale_1"),
        20,
        "scale_1",
        "x = x * torch",
    ),
    "an infinity that a layer makes": (
        with_counter("x = x + torch.exp(self.count * 1000 - 18500)  # self.exp_1"),
        19,
        "exp_1",
        "torch.exp",
    ),
    "the loss alone": (
        with_counter(
            "pass",
            """
    def losses(self, point, label):
        logits = self.forward(point)
        loss_1 = F.cross_entropy(logits, label) / (self.count != 31)
        return {"loss_1": loss_1}, {"loss_1": (logits, label)}
""",
        ),
        31,
        "loss_1",
        "loss_1 = F.cross",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_value_that_is_not_finite_is_traced_to_its_node(
    tmp_path: Path, train: Train, case: str
) -> None:
    body, step, node, text = CASES[case]
    made = source(body)
    run = make_run(tmp_path / "run", made=made, checkpoint_every=8, epochs=6)
    result = train(run)
    failure = result["failure"]
    assert failure["kind"] == "not_finite"
    assert (failure["step"], failure["node"]) == (step, node), result["sentence"]
    assert failure["line"] == line_of(made, text)
    assert f"at step {step}" in result["sentence"]
    assert node in result["sentence"]
    assert max(r.step for r in read_records(run.records)) == step
    last, _ = Checkpoints(run.checkpoints).load()
    assert last is not None
    assert last.name == f"step-{(step - 1) // 8 * 8}"
    assert_finite(run)
    state = run_state(run)
    assert (state.state, state.sentence) == ("failed", result["sentence"])


def test_of_a_run_that_became_nan_it_is_said_which_weights_are_used(
    tmp_path: Path, train: Train
) -> None:
    body, step, _, _ = CASES["the loss alone"]
    run = make_run(tmp_path / "run", made=source(body), checkpoint_every=8, epochs=6)
    train(run)
    best = run.best_weights()
    assert best is not None
    kind, _, reached = best.parent.name.partition("-")
    assert kind == "best"
    note = run.weights_note()
    assert note == (
        f"a value became NaN or infinite at step {step}; these are the weights of the best epoch, "
        f"reached at step {reached}"
    )
    assert evaluate_run(run)["note"] == note
    early = make_run(
        tmp_path / "early", made=source(body), checkpoint_every=8, epochs=6, batch_size=4
    )
    train(early)
    assert early.weights_note().endswith("these are the weights of step 24")
    fine = make_run(tmp_path / "fine", epochs=1)
    train(fine)
    assert evaluate_run(fine)["note"] == ""


def test_a_gradient_that_is_not_finite_is_found_before_it_is_saved(
    tmp_path: Path, train: Train
) -> None:
    """The loss stays finite: the square root's slope at 0 is infinite, times 0 it is NaN."""
    body = with_counter("x = x + torch.sqrt(x * (self.count != 20)) * 0").replace(
        "F.relu(self.linear_1(point))", "F.softplus(self.linear_1(point))"
    )
    run = make_run(tmp_path / "run", body, checkpoint_every=1, epochs=6)
    result = train(run)
    assert result["failure"]["kind"] == "not_finite"
    assert result["failure"]["step"] == 20
    assert max(record.step for record in read_records(run.records)) == 20
    assert "the gradient of linear_1." in result["sentence"]
    assert result["failure"]["node"] == "linear_1"
    assert_finite(run)


def test_a_learning_rate_that_is_far_too_large_is_told(tmp_path: Path, train: Train) -> None:
    run = make_run(tmp_path / "run", optimizer="sgd", learning_rate=100.0, momentum=0.99, epochs=50)
    result = train(run)
    assert result["failure"]["kind"] == "not_finite", result
    assert "lower learning_rate" in result["sentence"]
    assert result["failure"]["node"]
    assert_finite(run)


def test_bad_numbers_in_the_data_are_told(tmp_path: Path, train: Train) -> None:
    rows = "\n".join(f"{i / 10},{'inf' if i == 50 else i % 7},{'ab'[i % 2]}" for i in range(100))
    (tmp_path / "t.csv").write_text("u,v,w\n" + rows + "\n")
    body = """        self.linear_1 = nn.Linear(2, 3)

    def forward(self, point):
        return self.linear_1(point)
"""
    run = make_run(
        tmp_path / "run",
        made=source(body, (2,)),
        data={"source": "blobs", "params": {"features": 2}, "split": {"seed": 1}},
    )
    real = torch.tensor

    def spoiled(array: Any, **options: Any) -> torch.Tensor:
        tensor = real(array, **options)
        if tensor.dim() == 2 and len(tensor) > 200:
            tensor[60, 1] = torch.inf
        return tensor

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "tensor", spoiled)
        result = train(run)
    assert result["failure"]["kind"] == "not_finite"
    assert "first the data of the field point" in result["sentence"]
    assert result["failure"]["node"] == "point"


def assert_finite(run: RunFolder) -> None:
    """No checkpoint holds a bad value."""
    found = list(run.checkpoints.glob("*/*.safetensors"))
    assert found
    for path in found:
        for name, tensor in checkpoints_module.load_tensors(path.read_bytes()).items():
            assert torch.isfinite(tensor).all(), (path, name)


def test_an_exception_in_the_network_is_told_with_its_node(tmp_path: Path, train: Train) -> None:
    made = source(BODIES["mlp"][0].replace("self.linear_2(x)", "self.linear_2(x[:, :31])"))
    result = train(make_run(tmp_path / "run", made=made))
    failure = result["failure"]
    assert (failure["kind"], failure["step"], failure["node"]) == ("model", 1, "linear_2")
    assert failure["line"] == line_of(made, "return self.linear_2")
    assert "RuntimeError at step 1 in linear_2 (model.py, line" in result["sentence"]
    assert "31" in result["sentence"]


def test_a_lonely_last_sample_under_batch_norm_gets_advice(tmp_path: Path, train: Train) -> None:
    body = BODIES["mlp"][0].replace("nn.Dropout(0.3)", "nn.BatchNorm1d(32)")
    result = train(make_run(tmp_path / "run", body, batch_size=179))
    assert "set drop_last or another batch_size" in result["sentence"]
    fine = make_run(tmp_path / "fine", body, batch_size=179, drop_last=True)
    assert train(fine)["why"] == "finished"


def test_out_of_memory_is_told_with_advice(tmp_path: Path, train: Train) -> None:
    body = with_counter("x = x if self.count < 3 else x + torch.empty(2**60)[:1]  # self.add_1")
    result = train(make_run(tmp_path / "run", body, checkpoint_every=1))
    failure = result["failure"]
    assert (failure["kind"], failure["step"], failure["node"]) == ("out_of_memory", 3, "add_1")
    assert "set batch_size below 16" in result["sentence"]
    assert "GiB at most" in result["sentence"]


def test_all_ways_of_having_no_memory_are_known() -> None:
    for error in (
        MemoryError(),
        RuntimeError("not enough memory: you tried"),
        torch.OutOfMemoryError("CUDA out of memory"),
    ):
        assert failure_of(error, 1, "", {}, 8).kind == "out_of_memory"
    assert failure_of(RuntimeError("shapes"), 1, "", {}, 8).kind == "program"
    assert failure_of(FileError("a", "b"), 1, "", {}, 8).kind == "disk"


def test_a_checkpoint_that_cannot_be_written_is_told_and_training_goes_on(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = checkpoints_module.write_atomic
    full = {"step-20", "step-30"}

    def write(path: Path, data: bytes) -> None:
        if any(f".{name}.tmp" in str(path) and path.name == "state.json" for name in full):
            raise FileError(path, "could not be saved: No space left on device")
        real(path, data)

    monkeypatch.setattr(checkpoints_module, "write_atomic", write)
    run = make_run(tmp_path / "run", checkpoint_every=10)
    result = train(run)
    assert result["why"] == "finished"
    warnings = [event["text"] for event in run.event_list() if event["event"] == "warning"]
    assert len(warnings) == 2
    assert "the checkpoint at step 20 cannot be written" in warnings[0]
    assert "No space left on device" in warnings[0]
    assert "the last checkpoint is of step 10" in warnings[0]
    assert not list(run.checkpoints.glob(".*"))


def test_records_that_cannot_be_written_fail_the_run(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = RecordWriter.append

    def append(self: RecordWriter, records: Any) -> None:
        if self.offset > 3000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(self, records)

    monkeypatch.setattr(RecordWriter, "append", append)
    run = make_run(tmp_path / "run", checkpoint_every=10)
    result = train(run)
    assert result["failure"]["kind"] == "disk"
    assert "No space left on device; free some space and resume" in result["sentence"]
    assert run_state(run).resumable
    monkeypatch.undo()
    assert train(run)["why"] == "finished"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small file system")
def test_a_full_disk_is_told_though_there_is_no_room_for_it(tmp_path: Path) -> None:
    """A real file system of 700 KB: the run keeps a reserve to write down its own failure."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(disk)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this user cannot mount")
    try:
        run = make_run(disk / "run", epochs=2000, checkpoint_every=500)
        assert start(run).wait(60) == 1
        state = run_state(run)
        assert state.state == "failed", run.log.read_text()
        assert "No space left on device" in state.sentence
        assert run.result() is not None
        assert state.status.checkpoint >= 0
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.slow
def test_a_worker_short_of_memory_says_so(tmp_path: Path) -> None:
    """A real limit on the worker's address space."""
    body = with_counter("x = x if self.count < 3 else x + torch.zeros(2**34)[:1]  # self.add_1")
    run = make_run(tmp_path / "run", body)
    limit = 24 * 2**30
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    try:
        worker = start(run)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert worker.wait() == 1
    assert "out of memory at step 3 in add_1" in run_state(run).sentence


def test_parameters_are_led_back_to_nodes() -> None:
    nodes = {"block_1/conv_1", "head", "block_1"}
    assert node_of("block_1.conv_1.weight", nodes) == "block_1/conv_1"
    assert node_of("block_1.0.conv_1.weight", nodes) == "block_1/conv_1"
    assert node_of("block_1.other.weight", nodes) == "block_1"
    assert node_of("head.weight", nodes) == "head"
    assert node_of("stray", nodes) == ""
