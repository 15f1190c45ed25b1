"""``netbuilder predict``: tables by the names of their columns, images and arrays, as CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_commands import Command
from PIL import Image
from training_runs import make_run

from netbuilder.codegen.source import Argument, Loss, Result, Source
from netbuilder.data.bundled import Iris
from netbuilder.data.prepare import prepare
from netbuilder.training.run import RunFolder, read_json
from netbuilder.training.session import train_run

IRIS = Iris.columns
HEAD = """import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
"""


def trained(run: RunFolder) -> RunFolder:
    """Train a run in this process."""
    with run.hold():
        assert train_run(run)["why"] != "failed", run.result()
    return run


def source(
    body: str, inputs: list[Argument], target: Argument, result: Result, loss: Loss
) -> Source:
    """A source around the body of a class, with one output and one loss."""
    given = ", ".join(argument.name for argument in inputs)
    function = {"mse": "F.mse_loss", "cross_entropy": "F.cross_entropy"}.get(
        loss.type, "F.binary_cross_entropy_with_logits"
    )
    text = (
        f"{HEAD}{body}\n    def losses(self, {given}, {target.name}):\n"
        f"        said = self.forward({given})\n"
        f'        return {{"loss_1": {function}(said, {target.name})}}, '
        f'{{"loss_1": (said, {target.name})}}\n'
    )
    return Source(text, "Net", tuple(inputs), (target,), (result,), (loss,), {})


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def write(path: Path, names: tuple[str, ...], rows: Any) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(rows)
    return path


def test_a_table_is_read_by_the_names_of_its_columns(run: Command, iris_run: Path, tmp_path: Path):
    features = Iris().load(Path())
    some = features.arrays["features"][:140:20]
    straight = write(tmp_path / "a.csv", IRIS, some)
    other = (*reversed(IRIS), "note")
    turned = write(tmp_path / "b.csv", other, [[*row[::-1], "x"] for row in some])
    first, second = (run("predict", iris_run, path) for path in (straight, turned))
    assert (first.code, first.err) == (0, "")
    rows = rows_of(first.out)
    assert [row["row"] for row in rows] == [str(number) for number in range(1, 8)]
    assert rows[0]["input"] == "a.csv:2"
    assert list(rows[0])[2:] == [
        "predicted",
        "probability",
        "p(setosa)",
        "p(versicolor)",
        "p(virginica)",
    ]
    said = [{k: v for k, v in row.items() if k != "input"} for row in rows]
    assert said == [{k: v for k, v in row.items() if k != "input"} for row in rows_of(second.out)]
    for row in rows:
        assert row["probability"] == max(row[f"p({name})"] for name in Iris.classes)
        assert row["probability"] == row[f"p({row['predicted']})"]


def test_what_is_said_is_what_the_network_says_of_its_own_test_split(
    run: Command, iris_run: Path, tmp_path: Path
):
    told = run("evaluate", iris_run, "--json").json
    settings = read_json(iris_run / "data.json")["settings"]
    prepared = prepare(settings, Path())
    index = prepared.indices["test"]
    raw = Iris().load(Path())
    table = write(tmp_path / "test.csv", IRIS, raw.arrays["features"][index])
    done = run("predict", iris_run, table, "-o", tmp_path / "out.csv")
    assert done.out == f"{tmp_path / 'out.csv'}: {len(index)} samples predicted\n"
    rows = rows_of((tmp_path / "out.csv").read_text())
    right = [Iris.classes[place] for place in raw.arrays["label"][index]]
    share = np.mean([row["predicted"] == name for row, name in zip(rows, right, strict=True)])
    assert share == pytest.approx(told["metrics"]["accuracy"])


def test_arrays_are_predicted_too(run: Command, iris_run: Path, tmp_path: Path):
    some = Iris().load(Path()).arrays["features"][::50]
    np.save(tmp_path / "some.npy", some)
    np.savez(tmp_path / "some.npz", features=some, other=np.zeros(2))
    table = run("predict", iris_run, write(tmp_path / "a.csv", IRIS, some), "--json").json
    for name in ("some.npy", "some.npz"):
        found = run("predict", iris_run, tmp_path / name, "--json").json
        assert found["samples"] == 3
        assert [one["input"] for one in found["predictions"]] == [f"{name}[{n}]" for n in range(3)]
        for one, other in zip(found["predictions"], table["predictions"], strict=True):
            assert one["p(setosa)"] == pytest.approx(other["p(setosa)"], abs=1e-6)


@pytest.mark.parametrize(
    ("names", "row", "sentence"),
    [
        (IRIS[1:], [1, 2, 3], "a.csv lacks the column sepal length (cm), which"),
        ((), [], "a.csv is empty"),
        (IRIS, [1, 2, "long", 3], "a.csv, line 2: petal length (cm) is 'long', but the network"),
        (IRIS, [1, 2, "", 3], "a number of features is missing in sample 1"),
        (IRIS, [1, 2, "inf", 3], "petal length (cm) is 'inf'"),
    ],
)
def test_what_does_not_fit_is_told(
    run: Command, iris_run: Path, tmp_path: Path, names, row, sentence
):
    done = run("predict", iris_run, write(tmp_path / "a.csv", names, [row] if row else []))
    assert done.code == 3
    assert sentence in done.err
    assert done.out == ""


def test_files_of_another_kind_are_told(run: Command, iris_run: Path, tmp_path: Path):
    missing = run("predict", iris_run, tmp_path / "none.csv")
    assert (missing.code, "there is no such file" in missing.err) == (2, True)
    np.save(tmp_path / "a.npy", np.zeros((2, 3)))
    wrong = run("predict", iris_run, tmp_path / "a.npy").err
    assert "a.npy holds 2 x 3, but samples x 4 numbers of features were expected" in wrong
    np.save(tmp_path / "o.npy", np.array([{}], object))
    assert "Python objects" in run("predict", iris_run, tmp_path / "o.npy").err
    (tmp_path / "pictures").mkdir()
    told = run("predict", iris_run, tmp_path / "pictures").err
    assert "holds images, but a sample of features is 4" in told


@pytest.fixture(scope="module")
def mixed_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run on a table with gaps, colours and a standardized answer; it predicts a number."""
    folder = tmp_path_factory.mktemp("mixed")
    rng = np.random.default_rng(0)
    rows = []
    for number in range(60):
        size, colour = rng.normal(), ("red", "blue", "")[number % 3]
        rows.append([f"{size:.4f}" if number % 7 else "", colour, f"{1000 + 50 * size:.3f}"])
    write(folder / "table.csv", ("size", "colour", "price"), rows)
    linear = Argument("features", "features", (4,), "float32")
    price = Argument("target", "target", (), "float32")
    body = (
        "        self.linear_1 = nn.Linear(4, 1)\n\n    def forward(self, features):\n"
        "        return self.linear_1(features)[:, 0]\n"
    )
    result = Result("said", ("N",), "float32")
    loss = Loss("loss_1", "mse", "regression", 1.0, ("N",), "said", "target")
    data = {
        "source": "csv",
        "params": {"path": "table.csv"},
        "standardize": ["features", "target"],
    }
    made = source(body, [linear], price, result, loss)
    run = make_run(folder / "run", data=data, made=made, learning_rate=0.05, epochs=30)
    return trained(run)


def test_gaps_categories_and_units_are_those_of_the_training(
    run: Command, mixed_run: RunFolder, tmp_path: Path
):
    rows = [["blue", "1"], ["red", ""], ["", "0"], ["red", "-1"]]
    table = write(tmp_path / "new.csv", ("colour", "size"), rows)
    done = run("predict", mixed_run.path, table, "--json")
    assert done.code == 0, done.err
    said = [one["predicted"] for one in done.json["predictions"]]
    assert list(done.json["predictions"][0]) == ["row", "input", "predicted"]
    assert said[0] == pytest.approx(1050, abs=15)
    assert said[3] == pytest.approx(950, abs=15)
    assert 960 < said[1] < 1040


def test_a_parquet_file_is_a_table_too(run: Command, mixed_run: RunFolder, tmp_path: Path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    columns = {"size": [1.0, None], "colour": ["blue", "red"]}
    parquet.write_table(pa.table(columns), tmp_path / "new.parquet")
    done = run("predict", mixed_run.path, tmp_path / "new.parquet")
    assert done.code == 0, done.err
    first, second = rows_of(done.out)
    assert (first["input"], second["input"]) == ("new.parquet:1", "new.parquet:2")
    assert float(first["predicted"]) == pytest.approx(1050, abs=15)


def test_a_category_that_was_not_trained_on_is_refused(
    run: Command, mixed_run: RunFolder, tmp_path: Path
):
    table = write(tmp_path / "new.csv", ("colour", "size"), [["red", "1"], ["pink", "1"]])
    done = run("predict", mixed_run.path, table)
    assert done.code == 3
    assert "new.csv, line 3: colour is 'pink', which no training sample was" in done.err
    assert "known are: blue, red, (missing)" in done.err
    lacking = run("predict", mixed_run.path, write(tmp_path / "b.csv", ("x",), [["1"]])).err
    assert "b.csv lacks the columns size, colour" in lacking


def test_a_folder_of_images(run: Command, tmp_path: Path):
    inside = tmp_path / "images"
    for name, grey in (("dark", 20), ("light", 220)):
        (inside / name).mkdir(parents=True)
        for number in range(8):
            Image.new("L", (6, 6), grey + number).save(inside / name / f"{number}.png")
    image = Argument("image", "image", (1, 4, 4), "float32")
    label = Argument("label", "label", (), "float32")
    body = (
        "        self.linear_1 = nn.Linear(16, 1)\n\n    def forward(self, image):\n"
        "        return self.linear_1(image.flatten(1))[:, 0]\n"
    )
    result = Result("said", ("N",), "float32", "label")
    loss = Loss("loss_1", "bce_with_logits", "binary", 1.0, ("N",), "said", "label")
    data = {
        "source": "image_folder",
        "params": {"path": "images", "height": 4, "width": 4, "colour": "grey"},
    }
    made = source(body, [image], label, result, loss)
    run_folder = trained(
        make_run(tmp_path / "run", data=data, made=made, learning_rate=0.1, epochs=40)
    )
    new = tmp_path / "new"
    new.mkdir()
    Image.new("L", (9, 9), 10).save(new / "a.png")
    Image.new("RGB", (9, 5), (240, 240, 240)).save(new / "b.jpg")
    (new / "c.png").write_bytes(b"no image")
    done = run("predict", run_folder.path, new)
    assert done.code == 0
    assert done.err == "note: new/c.png (neither PNG nor JPEG) is left out\n"
    rows = rows_of(done.out)
    assert [(row["input"], row["predicted"]) for row in rows] == [
        ("a.png", "dark"),
        ("b.jpg", "light"),
    ]
    assert all(0 <= float(row["p(light)"]) <= 1 for row in rows)
    (one,) = rows_of(run("predict", run_folder.path, new / "b.jpg").out)
    assert one["predicted"] == "light"


def test_a_run_that_has_not_begun_is_told(run: Command, tmp_path: Path):
    made = make_run(tmp_path / "run")
    (tmp_path / "a.csv").write_text("point_1\n1\n")
    done = run("predict", made.path, tmp_path / "a.csv")
    assert (done.code, "has not begun" in done.err) == (3, True)
    assert json.loads(run("predict", made.path, tmp_path / "a.csv", "--json").out)["error"]


def test_a_table_is_refused_where_samples_are_more_than_rows(run: Command, tmp_path: Path):
    made = trained(make_run(tmp_path / "run", epochs=1))
    names = tuple(f"point_{number}" for number in range(1, 65))
    done = run("predict", made.path, write(tmp_path / "a.csv", names, [range(64)]))
    assert rows_of(done.out)[0]["predicted"].startswith("blob ")
    image = Argument("image", "image", (1, 8, 8), "float32")
    body = (
        "        self.linear_1 = nn.Linear(64, 10)\n\n    def forward(self, image):\n"
        "        return self.linear_1(image.flatten(1))\n"
    )
    label = Argument("label", "label", (), "int64")
    result = Result("said", ("N", 10), "float32", "label")
    loss = Loss("loss_1", "cross_entropy", "classification", 1.0, ("N", 10), "said", "label")
    digits = source(body, [image], label, result, loss)
    of_images = trained(
        make_run(tmp_path / "digits", data={"source": "digits"}, made=digits, epochs=1)
    )
    told = run("predict", of_images.path, tmp_path / "a.csv").err
    assert "a.csv is a table, but a sample of image is 1 x 8 x 8 numbers; give a folder" in told
    flat = np.random.default_rng(0).random((3, 64)).astype(np.float32)
    np.save(tmp_path / "flat.npy", flat)
    assert len(rows_of(run("predict", of_images.path, tmp_path / "flat.npy").out)) == 3


def test_a_text_is_cut_into_windows_that_end_where_it_ends(run: Command, tmp_path: Path):
    (tmp_path / "text.txt").write_text("ab\n" * 40)
    tokens = Argument("tokens", "tokens", (4,), "int64")
    after = Argument("next_tokens", "next_tokens", (4,), "int64")
    body = (
        "        self.embedding_1 = nn.Embedding(3, 3)\n\n    def forward(self, tokens):\n"
        "        return self.embedding_1(tokens).transpose(1, 2)\n"
    )
    result = Result("said", ("N", 3, 4), "float32", "next_tokens")
    loss = Loss(
        "loss_1", "cross_entropy", "classification", 1.0, ("N", 3, 4), "said", "next_tokens"
    )
    data = {"source": "text", "params": {"path": "text.txt", "window": 4}}
    made = source(body, [tokens], after, result, loss)
    folder = trained(make_run(tmp_path / "run", data=data, made=made, learning_rate=0.3, epochs=15))
    new = tmp_path / "new.txt"
    new.write_text("ab\nab\na")
    done = run("predict", folder.path, new)
    assert done.code == 0
    rows = rows_of(done.out)
    assert [row["input"] for row in rows] == ["new.txt: 1-4", "new.txt: 4-7"]
    assert [list(row.values())[2:] for row in rows] == [
        ["b", "newline", "a", "b"],
        ["b", "newline", "a", "b"],
    ]
    new.write_text("a")
    (one,) = rows_of(run("predict", folder.path, new).out)
    assert (one["input"], one["predicted(4)"]) == ("new.txt: 1-1", "b")
    new.write_bytes(b"a\xff")
    assert "new.txt is no text in UTF-8" in run("predict", folder.path, new).err
    new.write_text("")
    assert "new.txt is empty" in run("predict", folder.path, new).err


def test_a_series_is_forecast_from_every_window_the_last_one_too(run: Command, tmp_path: Path):
    table = [("day", "level")] + [(str(number), str(number % 3)) for number in range(60)]
    write(tmp_path / "series.csv", table[0], table[1:])
    past = Argument("window", "window", (2, 1), "float32")
    future = Argument("future", "future", (1,), "float32")
    body = (
        "        self.linear_1 = nn.Linear(2, 1)\n\n    def forward(self, window):\n"
        "        return window[:, 0] * 2 + window[:, 1] * 3 + self.linear_1(window[:, :, 0]) * 0\n"
    )
    result = Result("said", ("N", 1), "float32", "future")
    loss = Loss("loss_1", "mse", "regression", 1.0, ("N", 1), "said", "future")
    data = {
        "source": "time_series",
        "params": {"path": "series.csv", "time": "day", "window": 2},
        "preprocess": [{"step": "min_max", "field": "future", "high": 2.0}],
    }
    made = source(body, [past], future, result, loss)
    folder = trained(make_run(tmp_path / "run", data=data, made=made, epochs=1))
    new = write(tmp_path / "new.csv", ("level", "day"), [("7", "3"), ("5", "1"), ("6", "2")])
    done = run("predict", folder.path, new)
    assert done.code == 0
    assert "put in order of day" in done.err
    # In order of the day the levels are 5, 6, 7; the unit of the target is undone: 0 to 2 stays.
    rows = rows_of(done.out)
    assert [row["input"] for row in rows] == ["new.csv:4", "new.csv:2"]
    assert [float(row["predicted"]) for row in rows] == [5 * 2 + 6 * 3, 6 * 2 + 7 * 3]
    write(new, ("level", "day"), [("7", "3")])
    assert "has 1 rows, but a window takes 2" in run("predict", folder.path, new).err
    write(new, ("level", "day", "more"), [("7", "3", "1"), ("7", "4", "1")])
    assert "has 2 columns of numbers beside the time" in run("predict", folder.path, new).err
