"""What is changed at random in the samples: pixels, targets and who may."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from benchmarks.kill_training import difference
from training.test_resume import RECIPE, Train, train_until
from training_runs import DATA, make_run

from netbuilder.codegen.source import Argument, Loss, Source
from netbuilder.data.augment import Augment
from netbuilder.data.prepare import prepare
from netbuilder.data.settings import DataSettings
from netbuilder.training import augmentation as changes
from netbuilder.training.augmentation import CLASS, IMAGE, MASK, NUMBERS, TARGET_IMAGE, TOKENS
from netbuilder.training.augmenting import changes_of, suited
from netbuilder.training.run import RunError


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def changed(batch: list[torch.Tensor], kinds: list[str], **settings: float) -> list[torch.Tensor]:
    change = changes.augmentation(settings, kinds, [10 if kind == CLASS else 0 for kind in kinds])
    return change([tensor.clone() for tensor in batch])


def images(count: int = 64, channels: int = 3, height: int = 12, width: int = 9) -> torch.Tensor:
    return torch.rand(count, channels, height, width) + 0.5


def test_flips_swap_sides_as_often_as_asked() -> None:
    x = images(2000, 1, 4, 4)
    (always,) = changed([x], [IMAGE], flip_horizontal=1, flip_vertical=1)
    assert torch.equal(always, x.flip(-1, -2))
    (seldom,) = changed([x], [IMAGE], flip_horizontal=0.25)
    swapped = (seldom == x.flip(-1)).all(dim=(1, 2, 3))
    assert torch.equal(seldom[~swapped], x[~swapped])
    assert 0.2 < swapped.float().mean() < 0.3


def test_a_crop_moves_by_whole_pixels_and_brings_in_zeros() -> None:
    x = images()
    (moved,) = changed([x], [IMAGE], crop=2)
    wider = torch.nn.functional.pad(x, (2, 2, 2, 2))
    seen = set()
    for before, after in zip(wider, moved, strict=True):
        found = [
            (down, across)
            for down in range(5)
            for across in range(5)
            if torch.equal(before[:, down : down + 12, across : across + 9], after)
        ]
        assert len(found) == 1
        seen.update(found)
    assert len(seen) > 15


@pytest.mark.parametrize(("draw", "turns"), [(1.0, (1, -1)), (0.0, (1, -1))])
def test_a_quarter_turn_is_one(
    monkeypatch: pytest.MonkeyPatch, draw: float, turns: tuple[int, ...]
) -> None:
    x = images(2, 2, 8, 8)
    monkeypatch.setattr(torch, "rand", lambda *size, device=None: torch.full(size, draw))
    (turned,) = changed([x], [IMAGE], rotate=90)
    assert any(torch.allclose(turned, torch.rot90(x, k, (2, 3)), atol=1e-5) for k in turns)


def test_a_turn_keeps_what_is_round_in_an_image_that_is_not_square() -> None:
    y, x = torch.meshgrid(torch.arange(40) - 19.5, torch.arange(60) - 29.5, indexing="ij")
    disc = (y**2 + x**2 < 15**2).float().expand(16, 1, -1, -1)
    (turned,) = changed([disc], [IMAGE], rotate=180)
    assert (turned - disc).abs().mean() < 0.02


def test_moves_go_as_far_as_asked() -> None:
    dot = torch.zeros(400, 1, 41, 41)
    dot[:, :, 19:22, 19:22] = 1.0
    (moved,) = changed([dot], [IMAGE], translate=0.25)
    rows = (moved.sum(3) * torch.arange(41)).sum((1, 2)) / moved.sum((1, 2, 3)) - 20
    assert 8 < rows.abs().max() <= 0.25 * 41 + 0.1
    block = torch.zeros(400, 1, 41, 41)
    block[:, :, 13:28, 13:28] = 1.0
    (sized,) = changed([block], [IMAGE], scale=0.5)
    area = sized.sum((1, 2, 3)) / 15**2
    assert 0.2 < area.min() < 0.5
    assert 1.8 < area.max() < 2.4


@pytest.mark.parametrize(
    "settings",
    [{"crop": 3}, {"flip_vertical": 0.5}, {"rotate": 40, "scale": 0.2, "shear": 20}],
    ids=str,
)
def test_masks_and_images_to_be_predicted_move_along(settings: dict[str, float]) -> None:
    mask = torch.zeros(32, 16, 16, dtype=torch.int64)
    mask[:, 4:11, 2:9] = 7
    x = mask.unsqueeze(1).float()
    moved, also, same = changed([x, mask, x], [IMAGE, MASK, TARGET_IMAGE], **settings)
    assert also.dtype == torch.int64
    assert set(also.unique().tolist()) <= {0, 7}
    # Between two pixels an image has a mean and a mask one of both.
    clear = (moved - moved.round()).abs() < 1e-4
    assert torch.equal(moved[:, 0][clear[:, 0]].round(), also[clear[:, 0]].float())
    assert clear.float().mean() > 0.8
    assert torch.equal(same, moved)
    assert not torch.equal(also, mask)


def test_colours_change_as_far_as_asked() -> None:
    x = images()
    (bright,) = changed([x], [IMAGE], brightness=0.3)
    factors = (bright / x).flatten(1)
    assert torch.allclose(factors.min(1).values, factors.max(1).values)
    assert 0.7 <= factors.min() < 0.8
    assert 1.2 < factors.max() <= 1.3
    (contrast,) = changed([x], [IMAGE], contrast=0.5)
    assert torch.allclose(contrast.mean((1, 2, 3)), x.mean((1, 2, 3)), atol=1e-5)
    assert not torch.allclose(contrast, x)
    grey = x[:, :1].expand(-1, 3, -1, -1)
    (same,) = changed([grey], [IMAGE], saturation=1)
    assert torch.allclose(same, grey, atol=1e-5)
    (pale,) = changed([x], [IMAGE], saturation=1)
    assert not torch.allclose(pale, x)
    flat = torch.full((4, 2, 6, 6), 3.0)
    (blurred,) = changed([flat], [IMAGE], blur=1)
    assert torch.allclose(blurred, flat)
    (soft,) = changed([x], [IMAGE], blur=1)
    assert soft.std() < 0.7 * x.std()
    clean, noisy = changed(
        [x, x], [TARGET_IMAGE, IMAGE], gaussian_noise=0.1, brightness=0.2, erase=1.0
    )
    assert torch.equal(clean, x)
    assert not torch.allclose(noisy, x)


def test_what_is_hidden_has_the_size_asked_for() -> None:
    x = images(400, 2, 30, 20)
    (erased,) = changed([x], [IMAGE], erase=0.5)
    gone = erased == 0
    assert torch.equal(gone[:, 0], gone[:, 1])
    share = gone.float().mean((1, 2, 3))
    assert 0.4 < (share > 0).float().mean() < 0.6
    assert share.max() < 0.36
    tokens = torch.randint(5, 90, (200, 50))
    (hidden,) = changed([tokens], [TOKENS], mask_tokens=0.15, mask_token=3)
    assert set(tokens[hidden != tokens].tolist())
    assert (hidden[hidden != tokens] == 3).all()
    assert 0.13 < (hidden != tokens).float().mean() < 0.17
    (noisy,) = changed([torch.zeros(1000, 5)], [NUMBERS], gaussian_noise=2)
    assert 1.9 < noisy.std() < 2.1


def test_mixup_mixes_samples_and_targets_in_the_same_share() -> None:
    x, label = torch.eye(10)[:, None, None].expand(-1, 1, 2, -1), torch.arange(10)
    for _ in range(20):
        mixed, shares = changed([x, label], [IMAGE, CLASS], mixup=0.8)
        assert torch.allclose(shares.sum(1), torch.ones(10))
        assert torch.allclose(mixed[:, 0, 0], shares)


def test_cutmix_pastes_a_rectangle_and_shares_targets_by_its_area() -> None:
    label = torch.arange(10)
    x = label.float()[:, None, None, None].expand(-1, 1, 16, 24)
    mask = label[:, None, None].expand(-1, 16, 24)
    seen = set()
    for _ in range(20):
        mixed, shares, also = changed([x, label, mask], [IMAGE, CLASS, MASK], cutmix=1)
        assert torch.equal(also, mixed[:, 0].long())
        area = torch.stack([(mixed == k).float().mean((1, 2, 3)) for k in range(10)], 1)
        assert torch.allclose(area, shares, atol=1e-6)
        seen.add(round(float(shares.max()), 2))
    assert len(seen) > 5


def test_shares_of_classes_give_the_loss_of_both_classes() -> None:
    logits, label = torch.randn(6, 10), torch.arange(6)
    _, shares = changed([images(6), label], [IMAGE, CLASS], mixup=1)
    by_hand = -(shares * logits.log_softmax(1)).sum(1).mean()
    assert float(torch.nn.functional.cross_entropy(logits, shares)) == pytest.approx(float(by_hand))


# Who may.


def source(
    inputs: list[tuple[Any, ...]], target: tuple[Any, ...], loss: str = "cross_entropy"
) -> Source:
    arguments = tuple(Argument(f"x_{i}", f"x_{i}", *one) for i, one in enumerate(inputs))
    scored = Loss("loss", loss, "classification", 1.0, ("N", 10), "", "y")
    return Source("", "Net", arguments, (Argument("y", "y", *target),), (), (scored,), {})


@pytest.mark.parametrize(
    ("inputs", "target", "kinds"),
    [
        ([((3, 8, 8), "float32")], ((), "int64"), ("image", "class")),
        ([((3, 8, 8), "float32")], ((8, 8), "int64"), ("image", "mask")),
        ([((3, 8, 8), "float32")], ((1, 8, 8), "float32"), ("image", "target_image")),
        ([((4,), "float32")], ((2,), "float32"), ("numbers", "amount")),
        ([((20,), "int64"), ((1, 8, 8), "float32")], ((), "int64"), ("tokens", "image", "class")),
        ([((3, 8, 8), "float32")], ((9, 9), "int64"), ("image", "")),
    ],
)
def test_what_a_tensor_is_follows_from_its_shape(
    inputs: list[tuple[Any, ...]], target: tuple[Any, ...], kinds: tuple[str, ...]
) -> None:
    assert suited(source(inputs, target), {}).kinds == kinds


@pytest.mark.parametrize(
    ("settings", "inputs", "target", "loss", "told"),
    [
        (
            {"rotate": 10},
            [((4,), "float32")],
            ((), "int64"),
            "cross_entropy",
            (
                "data.augment.rotate changes images, but no Input takes any (channels, height, width); "
                "set it to 0"
            ),
        ),
        (
            {"mask_tokens": 0.1},
            [((4,), "float32")],
            ((), "int64"),
            "cross_entropy",
            (
                "data.augment.mask_tokens hides tokens, but no Input takes a row of whole numbers; set it "
                "to 0"
            ),
        ),
        (
            {"mixup": 0.2},
            [((4,), "float32")],
            ((), "int64"),
            "nll",
            (
                "data.augment.mixup mixes targets in shares, but y holds whole numbers that cannot be "
                "mixed; with classes it works for CrossEntropyLoss on (samples, classes): set it to 0"
            ),
        ),
    ],
)
def test_what_cannot_be_is_told(
    settings: dict[str, float], inputs: Any, target: Any, loss: str, told: str
) -> None:
    with pytest.raises(RunError) as caught:
        changes_of(source(inputs, target, loss), settings)
    assert str(caught.value) == told


def test_settings_that_change_nothing_are_not_active() -> None:
    assert Augment({"mask_token": 7}).active() == {}
    assert Augment({"rotate": 5.0}).active() == {"rotate": 5.0}
    with_changes = DataSettings.from_plain({**DATA, "augment": {"gaussian_noise": 0.5}})
    assert with_changes.augment.active() == {"gaussian_noise": 0.5}


def test_the_samples_keep_their_fingerprint(tmp_path: Path) -> None:
    plain = prepare(DATA, tmp_path)
    assert (
        prepare({**DATA, "augment": {"gaussian_noise": 0.5}}, tmp_path).fingerprint
        == plain.fingerprint
    )


def test_a_run_changes_its_samples_and_resumes_bit_equal(
    tmp_path: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {**DATA, "augment": {"gaussian_noise": 0.3, "mixup": 0.4}}
    reference = make_run(tmp_path / "reference", data=data, **RECIPE)
    assert train(reference)["why"] == "finished"
    run = make_run(tmp_path / "run", data=data, **RECIPE)
    for step in (17, 44):
        train_until(run, step, train, monkeypatch)
    assert train(run)["why"] == "finished"
    assert difference(run, reference) == ""
    plain = make_run(tmp_path / "plain", **RECIPE)
    train(plain)
    assert difference(plain, reference) == "records"
    assert math.isfinite(train_loss(reference))
    assert train_loss(reference) > train_loss(plain)


def train_loss(run: Any) -> float:
    from netbuilder.training.records import read_records

    return [found.loss for found in read_records(run.records) if found.kind == "epoch"][-1]
