"""What augmentation makes of a sample, as the data window shows it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from netbuilder.app.augment_preview import AS_IT_IS, DRAWS, draws
from netbuilder.app.looking import answers
from netbuilder.app.samples import Samples

HERE = Path(__file__).parent


def pixels(picture):
    return np.frombuffer(picture.values, np.uint8).reshape(picture.height, picture.width, -1)


def test_a_flip_is_seen_beside_the_sample_and_repeats_with_its_seed():
    data = {"source": "digits", "augment": {"flip_horizontal": 1.0}}
    found = draws(data, HERE, 3, 0)
    first, *others = found.pictures
    assert (first.label, len(others)) == (AS_IT_IS, DRAWS)
    for other in others:
        np.testing.assert_array_equal(pixels(other), pixels(first)[:, ::-1])
    assert draws(data, HERE, 3, 0) == found
    assert draws(data, HERE, 4, 0) != found
    turned = {"source": "digits", "augment": {"rotate": 40.0}}
    assert draws(turned, HERE, 3, 1) != draws(turned, HERE, 3, 0)
    assert draws(turned, HERE, 3 + 64, 0) == draws(turned, HERE, 3, 0)


def test_colours_keep_the_scale_of_the_sample_also_of_standardized_images():
    data = {"source": "digits", "augment": {"brightness": 0.9}, "standardize": ["image"]}
    first, *others = draws(data, HERE, 0, 0).pictures
    raw = draws({**data, "standardize": []}, HERE, 0, 0).pictures[0]
    assert np.abs(pixels(first).astype(int) - pixels(raw).astype(int)).max() <= 1
    assert len({pixels(other).mean() for other in others}) == DRAWS


def test_mixed_samples_say_their_shares():
    data = {"source": "digits", "augment": {"mixup": 1.0}}
    labels = [one.label for one in draws(data, HERE, 0, 0).pictures]
    assert labels[0] == AS_IT_IS
    assert any("%" in label and "," in label for label in labels[1:])


def test_hidden_tokens_are_marked_in_the_text(tmp_path):
    (tmp_path / "text.txt").write_text("hello there, " * 30)
    data = {
        "source": "text",
        "params": {"path": "text.txt", "window": 12},
        "augment": {"mask_tokens": 0.4},
    }
    found = draws(data, tmp_path, 0, 0)
    assert found.heads == ("", "tokens")
    assert found.rows[0][0] == AS_IT_IS
    assert "\N{WHITE VERTICAL RECTANGLE}" not in found.rows[0][1]
    assert any("\N{WHITE VERTICAL RECTANGLE}" in row[1] for row in found.rows[1:])
    (tmp_path / "text.txt").write_text("other words. " * 30)
    assert "other"[1:] in draws(data, tmp_path, 0, 0).rows[0][1]


def test_noise_on_a_table_is_shown_in_its_own_unit():
    data = {"source": "iris", "augment": {"gaussian_noise": 0.1}, "standardize": ["features"]}
    found = draws(data, HERE, 0, 0)
    assert found.heads[1] == "sepal length (cm)"
    values = np.array([[float(cell) for cell in row[1:]] for row in found.rows])
    assert 4 < values[0, 0] < 8.5
    assert 0 < np.abs(values[1:] - values[0]).max() < 1
    assert draws({"source": "iris"}, HERE, 0, 0) == Samples((), (), ())


@pytest.mark.parametrize(
    "data", [{"source": "digits", "augment": {"rotate": -1}}, {"source": "no"}]
)
def test_the_process_beside_the_editor_answers(data):
    good = {"source": "digits", "augment": {"blur": 1.0}}
    asked = {"id": 1, "folder": "/", "place": 0, "seed": 0}
    lines = [json.dumps({**asked, "data": one}) for one in (good, data)]
    first, second = answers(lines)
    assert len(Samples.from_plain(first["samples"]).pictures) == DRAWS + 1
    assert second["error"]
