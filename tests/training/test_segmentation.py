"""A small convolutional network learns the class of every pixel of images with masks."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import netbuilder as nb
from netbuilder.app.training import create_training
from netbuilder.training.evaluation.assess import evaluate_run, subject_of
from netbuilder.training.session import train_run

DATA = {
    "source": "image_masks",
    "standardize": ["image"],
    "params": {"images": "images", "masks": "masks", "height": 8, "width": 8, "colour": "grey"},
}
RECIPE = {"epochs": 15, "learning_rate": 0.05, "batch_size": 8, "threads": 1, "device": "cpu"}


def test_cross_entropy_over_pixels_learns_the_masks(tmp_path: Path) -> None:
    draw = np.random.RandomState(0)
    for name in ("images", "masks"):
        (tmp_path / name).mkdir()
    for number in range(40):
        mask = np.zeros((8, 8), np.uint8)
        row, column = draw.randint(0, 5, 2)
        mask[row : row + 4, column : column + 4] = 255
        image = (mask // 255 * 120 + draw.randint(0, 60, (8, 8))).astype(np.uint8)
        Image.fromarray(image).save(tmp_path / "images" / f"{number}.png")
        Image.fromarray(mask).save(tmp_path / "masks" / f"{number}.png")
    b = nb.Builder("Squares", data=DATA, recipe=RECIPE)
    image = b.add("input", shape=[1, 8, 8], id="image")
    mask = b.add("target", shape=[8, 8], dtype="int64", id="mask")
    hidden = b.add("relu", b.add("conv2d", image, out_channels=4, kernel_size=3, padding=1))
    scores = b.add("conv2d", hidden, out_channels=2, kernel_size=1, id="scores")
    b.add("output", scores, id="classes")
    b.add("cross_entropy", scores, mask, id="loss")
    report = nb.check(b, folder=tmp_path)
    assert not report.diagnostics
    run = create_training(b.network, tmp_path, tmp_path / "run")
    with run.hold():
        result = train_run(run)
    assert result["why"] == "finished"
    assert result["test"]["metrics"]["accuracy"] > 0.95
    found = evaluate_run(run)["details"]["loss"]
    assert len(found["masks"]) == 6  # the whole test split
    subject = subject_of(run)
    x, y = subject.tensors("test")
    with torch.no_grad():
        said = subject.model(x).argmax(1)
    for one, worst in zip(found["masks"], found["worst"], strict=True):
        assert one["place"] == worst["place"]
        mask, truth = (
            np.frombuffer(base64.b64decode(one[key]), np.uint8).reshape(8, 8)
            for key in ("said", "truth")
        )
        np.testing.assert_array_equal(mask, said[one["place"]].numpy())
        np.testing.assert_array_equal(truth, y[one["place"]].numpy())
        assert worst["right"] == pytest.approx((mask == truth).mean())
