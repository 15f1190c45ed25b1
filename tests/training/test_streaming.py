"""Images that stay on disk are trained on as those in memory are, bit by bit, and go on bit by bit."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch
from PIL import Image
from training_runs import make_run

from netbuilder.app.data_linting import inspect
from netbuilder.codegen.source import Argument, Loss, Result, Source
from netbuilder.data.applying import applied
from netbuilder.data.prepare import prepare
from netbuilder.data.source import DataError
from netbuilder.data.streamed import Streamed
from netbuilder.graph.model import Network
from netbuilder.training import tensors as streaming
from netbuilder.training.evaluation.assess import evaluate_run
from netbuilder.training.records import read_records
from netbuilder.training.session import train_run

TEXT = """import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv_1 = nn.Conv2d(3, 4, 3)
        self.head = nn.Linear(4, 2)

    def forward(self, image):
        return self.head(torch.relu(self.conv_1(image)).mean((2, 3)))

    def losses(self, image, label):
        said = self.forward(image)
        return {"loss_1": F.cross_entropy(said, label)}, {"loss_1": (said, label)}
"""
NET = Source(
    TEXT,
    "Net",
    (Argument("image", "image", (3, 8, 8), "float32"),),
    (Argument("label", "label", (), "int64"),),
    (Result("said", ("N", 2), "float32", "label"),),
    (Loss("loss_1", "cross_entropy", "classification", 1.0, ("N", 2), "said", "label"),),
    {},
)


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    draw = np.random.RandomState(0)
    for name, grey in (("dark", 60), ("light", 160)):
        (folder / "all" / name).mkdir(parents=True)
        for number in range(25):
            pixels = (grey + draw.randint(-50, 50, (9, 8, 3))).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "all" / name / f"{number}.png")
    (folder / "all" / "dark" / "none.png").write_bytes(b"no image")
    return folder


def data(folder, **more):
    params = {"path": str(folder / "all"), "height": 8, "width": 8}
    return {"source": "image_folder", "params": {**params, "stream": True}, **more}


def in_memory(settings):
    return {**settings, "params": {**settings["params"], "stream": False}}


def trained(run):
    with run.hold():
        result = train_run(run)
    assert result["why"] != "failed", result["sentence"]
    return result


def losses(run):
    return [(one.kind, one.step, one.loss) for one in read_records(run.records)]


def test_only_what_is_asked_for_is_read(images):
    streamed, held = prepare(data(images), images), prepare(in_memory(data(images)), images)
    values = streamed.splits["train"]["image"]
    assert isinstance(values, Streamed)
    whole = held.splits["train"]["image"]
    assert (values.shape, values.dtype, values.ndim) == (whole.shape, whole.dtype, whole.ndim)
    for key in (3, slice(2, 7), [5, 1, 5], np.array([0, 9])):
        np.testing.assert_array_equal(values[key], whole[key])
    np.testing.assert_array_equal(np.asarray(values), whole)
    assert "1 image cannot be read and is left out: dark/none.png" in " ".join(streamed.notes)
    assert streamed.fingerprint == prepare(data(images), images).fingerprint != held.fingerprint


def test_steps_are_learnt_of_some_samples_and_done_when_samples_are_read(images):
    steps = [{"step": "resize", "field": "image", "height": 4, "width": 4}]
    settings = data(images, preprocess=steps, standardize=["image"])
    streamed, held = prepare(settings, images), prepare(in_memory(settings), images)
    values = streamed.splits["val"]["image"]
    assert values.shape[1:] == (3, 4, 4)
    np.testing.assert_array_equal(
        values[:], held.splits["val"]["image"]
    )  # so few are all learnt of
    raw = prepare(data(images), images).splits["val"]["image"]
    again = applied({"image": raw[:]}, streamed.preprocessing)["image"]
    np.testing.assert_array_equal(again, values[:])


@pytest.mark.parametrize("augment", [{}, {"flip_horizontal": 0.5, "rotate": 20.0}])
def test_a_training_is_that_of_images_in_memory_bit_by_bit(images, tmp_path, augment):
    settings = data(images, augment=augment) if augment else data(images)
    recipe = {"epochs": 3, "batch_size": 4, "accumulate": 2 if augment else 1}
    runs = [
        make_run(tmp_path / name, data=given, made=NET, **recipe)
        for name, given in (("streamed", settings), ("held", in_memory(settings)))
    ]
    results = [trained(run) for run in runs]
    assert results[0]["test"] == results[1]["test"]
    assert losses(runs[0]) == losses(runs[1])
    assert evaluate_run(runs[0])["metrics"] == results[0]["test"]["metrics"]


def test_a_training_that_was_stopped_in_an_epoch_goes_on_bit_by_bit(images, tmp_path, monkeypatch):
    recipe = {"epochs": 3, "batch_size": 4, "checkpoint_every": 5}
    whole = make_run(tmp_path / "whole", data=data(images), made=NET, **recipe)
    trained(whole)
    cut = make_run(tmp_path / "cut", data=data(images), made=NET, **recipe)
    read = streaming.StreamedTensor.index_select
    left = iter(range(12))

    def until_then(self, dim, index):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return read(self, dim, index)

    monkeypatch.setattr(streaming.StreamedTensor, "index_select", until_then)
    with pytest.raises(KeyboardInterrupt), cut.hold():
        train_run(cut)
    monkeypatch.undo()
    trained(cut)
    assert losses(cut) == losses(whole)


def test_batches_are_read_before_their_turn_and_few_of_them(images):
    values = prepare(data(images), images).splits["train"]["image"]
    tensor = streaming.StreamedTensor(values, NET.inputs[0], torch.device("cpu"))
    batches = torch.split(torch.randperm(len(values)), 4)
    tensor.expect(batches)
    assert not tensor._coming
    for number, index in enumerate(batches[2:], 2):
        np.testing.assert_array_equal(tensor.index_select(0, index).numpy(), values[index.numpy()])
        ahead = [one[0] for one in tensor._coming]
        assert len(ahead) == min(streaming.AHEAD, len(batches) - number - 1)
        assert all(one is other for one, other in zip(ahead, batches[number + 1 :], strict=False))
    again = tensor.index_select(0, batches[-1])  # as LBFGS looks twice
    np.testing.assert_array_equal(again.numpy(), values[batches[-1].numpy()])
    names = {thread.name.rstrip("_0123456789") for thread in threading.enumerate()}
    assert names >= {"reader", "fetcher"}


def test_a_file_that_breaks_later_is_named_and_a_whole_too_large_is_refused(
    images, tmp_path, monkeypatch
):
    folder = tmp_path / "copy" / "all"
    for name in ("dark", "light"):
        (folder / name).mkdir(parents=True)
        for number in range(3):
            bytes_of = (images / "all" / name / f"{number}.png").read_bytes()
            (folder / name / f"{number}.png").write_bytes(
                bytes_of[:70] if number == 1 else bytes_of
            )
    split = {"train": 1.0, "val": 0.0, "test": 0.0}
    values = prepare(data(tmp_path / "copy", split=split), tmp_path).splits["train"]["image"]
    with pytest.raises(DataError, match=r"1\.png cannot be read \(damaged"):
        np.asarray(values)
    monkeypatch.setattr("netbuilder.data.streamed.MOST_BYTES", 100)
    with pytest.raises(DataError, match="these samples are streamed and take"):
        np.asarray(values)


def test_too_many_images_for_the_memory_are_offered_to_be_streamed(images, monkeypatch):
    monkeypatch.setattr("netbuilder.data.image_folder.MOST_VALUES", 1000)
    with pytest.raises(DataError, match="set stream, or make height and width smaller"):
        prepare(in_memory(data(images)), images)
    assert len(prepare(data(images), images).splits["train"]["image"]) == 34


def test_the_linter_looks_at_some_of_them(images, monkeypatch):
    found = inspect(Network(data=data(images)), images)
    assert found.to_plain() == inspect(Network(data=in_memory(data(images))), images).to_plain()
    size = 3 * 8 * 8 * 4
    monkeypatch.setattr("netbuilder.data.streamed.LEARNT_BYTES", 10 * size)
    most = []
    read = Streamed.__getitem__
    monkeypatch.setattr(
        Streamed, "__getitem__", lambda self, key: most.append(found := read(self, key)) or found
    )
    inspect(Network(data=data(images)), images)
    assert 5 < max(map(len, most)) <= 10
