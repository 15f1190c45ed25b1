"""The steps of a preprocessing: what they learn, do and undo, against scikit-learn and torch."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn import preprocessing as oracle
from sklearn.impute import SimpleImputer

from netbuilder.check.fields import Field
from netbuilder.data.applying import applied, undone, unit
from netbuilder.data.learnt import done, learn
from netbuilder.data.new_samples import Trained, read_samples
from netbuilder.data.prepare import SPLITS, fields, prepare
from netbuilder.data.settings import DataSettings, as_given
from netbuilder.data.source import DataError
from netbuilder.data.steps import STEPS, Resize

HERE = Path(__file__).parent


def iris(*steps, **more):
    return {"source": "iris", "preprocess": list(steps), **more}


def step(kind, field="features", **settings):
    return {"step": kind, "field": field, **settings}


@pytest.fixture
def table(tmp_path):
    """A table with gaps, categories and large numbers; 40 rows."""
    rng = np.random.RandomState(3)
    rows = ["age,income,size,bought"]
    for row in range(40):
        age = "" if row % 7 == 3 else str(rng.randint(18, 80))
        income = "" if row % 11 == 5 else f"{np.exp(rng.standard_normal() * 2 + 8):.2f}"
        rows.append(
            f"{age},{income},{('small', 'medium', 'large')[row % 3]},{('no', 'yes')[row % 2]}"
        )
    (tmp_path / "table.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


def csv(*steps, **params):
    return {
        "source": "csv",
        "params": {"path": "table.csv", **params},
        "preprocess": list(steps),
    }


SCALERS = {
    "standardize": oracle.StandardScaler(),
    "min_max": oracle.MinMaxScaler(),
    "robust": oracle.RobustScaler(),
}


@pytest.mark.parametrize("kind", SCALERS)
def test_numbers_are_scaled_as_scikit_learn_scales_them(kind):
    raw, scaled = prepare(iris(), HERE), prepare(iris(step(kind)), HERE)
    scaler = SCALERS[kind].fit(raw.splits["train"]["features"].astype(np.float64))
    for split in SPLITS:
        expected = scaler.transform(raw.splits[split]["features"].astype(np.float64))
        np.testing.assert_allclose(scaled.splits[split]["features"], expected, atol=1e-6)


def test_standardize_as_a_step_is_what_the_short_form_does():
    short, long = (
        prepare(iris(standardize=["features"]), HERE),
        prepare(iris(step("standardize")), HERE),
    )
    for split in SPLITS:
        np.testing.assert_array_equal(
            short.splits[split]["features"], long.splits[split]["features"]
        )
    assert short.fingerprint != long.fingerprint


def test_columns_that_are_not_named_stay_as_they_are():
    raw, scaled = (
        prepare(iris(), HERE),
        prepare(iris(step("min_max", columns=["petal width (cm)"])), HERE),
    )
    names = raw.preprocessing["columns"]["features"]
    place = names.index("petal width (cm)")
    others = [at for at in range(len(names)) if at != place]
    train, changed = raw.splits["train"]["features"], scaled.splits["train"]["features"]
    np.testing.assert_array_equal(train[:, others], changed[:, others])
    assert (changed[:, place].min(), changed[:, place].max()) == (0, 1)


def test_the_logarithm_is_signed_and_taken_of_the_columns_alone():
    values = np.array([[-3.0, 0, 1e6], [2, 5, -7]], np.float32)
    whole = done(values, {"step": "log", "field": "x"})
    np.testing.assert_allclose(whole, np.sign(values) * np.log1p(np.abs(values)), rtol=1e-6)
    some = done(values, {"step": "log", "field": "x", "places": [2]})
    np.testing.assert_array_equal(some[:, :2], values[:, :2])
    np.testing.assert_array_equal(some[:, 2], whole[:, 2])


@pytest.mark.parametrize("by", ["mean", "median", "most_frequent", "constant"])
def test_gaps_are_filled_as_scikit_learn_fills_them(table, by):
    raw, filled = (
        DataSettings.from_plain(csv()).source.load(table).arrays["features"],
        prepare(csv(step("impute", by=by, value=-1.0)), table),
    )
    filler = SimpleImputer(strategy=by, fill_value=-1.0).fit(raw[filled.indices["train"]])
    for split in SPLITS:
        expected = filler.transform(raw[filled.indices[split]])
        np.testing.assert_allclose(filled.splits[split]["features"], expected, rtol=1e-6)
    assert "Missing numbers of features are replaced" in " ".join(filled.notes)


def test_each_column_can_be_filled_in_its_own_way(table):
    steps = (
        step("impute", columns=["age"], by="constant", value=-5),
        step("impute", columns=["income"]),
    )
    found = prepare(csv(*steps), table)
    train = (
        DataSettings.from_plain(csv()).source.load(table).arrays["features"][found.indices["train"]]
    )
    assert found.preprocessing["impute"]["features"][0] == -5
    assert found.preprocessing["impute"]["features"][1] == pytest.approx(np.nanmedian(train[:, 1]))


def test_a_constant_stands_in_where_no_training_sample_has_a_value(tmp_path):
    text = "a,b,y\n" + "".join(f"{'' if n < 9 else n},{n},{n * 1.5}\n" for n in range(10))
    (tmp_path / "table.csv").write_text(text)
    split = {"train": 0.6, "val": 0.2, "test": 0.2, "by": "time"}
    with pytest.raises(
        DataError, match="number 1 of the field features is missing in every training"
    ):
        prepare({**csv(), "split": split}, tmp_path)
    found = prepare({**csv(step("impute", by="constant")), "split": split}, tmp_path)
    assert found.splits["train"]["features"][:, 0].tolist() == [0] * 6
    assert prepare({**as_given(csv(step("impute", by="constant"))), "split": split}, tmp_path)


def test_categories_become_one_hot_or_a_place_in_an_order(table):
    hot = csv(step("one_hot", "size"), categories="codes")
    assert fields(hot, table)["size"].shape == (3,)
    raw = prepare(csv(categories="codes"), table).splits["train"]["size"]
    found = prepare(hot, table)
    encoder = oracle.OneHotEncoder(sparse_output=False, categories=[range(3)])
    np.testing.assert_array_equal(
        found.splits["train"]["size"], encoder.fit_transform(raw[:, None])
    )
    assert found.preprocessing["columns"]["size"] == [
        "size = large",
        "size = medium",
        "size = small",
    ]
    order = ["small", "medium", "large"]
    found = prepare(csv(step("ordinal", "size", order=order), categories="codes"), table)
    classes = found.preprocessing["classes"]["size"]
    assert found.splits["train"]["size"].tolist() == [order.index(classes[code]) for code in raw]
    assert (
        fields(csv(step("ordinal", "size"), categories="codes"), table)["size"].dtype == "float32"
    )
    back = undone(found.splits["train"]["size"], "size", found.preprocessing)
    np.testing.assert_array_equal(back, raw)


@pytest.mark.parametrize("size", [(4, 4), (8, 8), (13, 5), (16, 20)])
def test_images_are_resized_as_torch_does_it_with_antialiasing(size):
    data = {
        "source": "digits",
        "preprocess": [step("resize", "image", height=size[0], width=size[1])],
    }
    raw, found = prepare({"source": "digits"}, HERE), prepare(data, HERE)
    assert fields(data, HERE)["image"].shape == (1, *size)
    expected = torch.nn.functional.interpolate(
        torch.as_tensor(raw.splits["val"]["image"]), size, mode="bilinear", antialias=True
    )
    np.testing.assert_allclose(found.splits["val"]["image"], expected.numpy(), atol=1e-5)


def test_masks_are_resized_to_the_nearest_pixel():
    masks = torch.randint(0, 9, (2, 6, 9))
    expected = torch.nn.functional.interpolate(masks[None].double(), (4, 12), mode="nearest-exact")[
        0
    ]
    learnt = learn(
        Resize({"field": "mask", "height": 4, "width": 12}), masks.numpy(), Field("mask"), ()
    )
    found = done(masks.numpy(), learnt)
    np.testing.assert_array_equal(found, expected.numpy().astype(np.int64))


def test_steps_are_done_in_order_and_again_to_new_samples(table):
    data = csv(
        step("log", columns=["income"]),
        step("robust", columns=["age", "income"]),
        step("min_max", low=-1),
        standardize=["features"],
    )
    data["standardize"] = data["params"].pop("standardize")
    found = prepare(data, table)
    raw = DataSettings.from_plain(data).source.load(table).arrays
    known = json.loads(json.dumps(found.preprocessing))
    again = applied({"features": raw["features"]}, known)["features"]
    for split in SPLITS:
        np.testing.assert_array_equal(again[found.indices[split]], found.splits[split]["features"])
    back = undone(again, "features", known)
    there = ~np.isnan(raw["features"])
    np.testing.assert_allclose(back[there], raw["features"][there], rtol=1e-4, atol=1e-6)


def test_a_category_that_became_one_hot_is_read_of_a_new_table_as_well(table):
    data = csv(step("one_hot", "size"), categories="codes")
    found = prepare(data, table)
    source = DataSettings.from_plain(data).source
    new = table / "new.csv"
    new.write_text("income,size,age\n1,medium,30\n2,small,\n")
    trained = Trained(source, dict, found.preprocessing, ["features", "size"])
    fed = applied(read_samples(new, trained).arrays, found.preprocessing)
    assert fed["size"].tolist() == [[0, 1, 0], [0, 0, 1]]
    assert fed["features"][0].tolist() == [30, 1]


def test_a_hashed_column_puts_texts_into_buckets_also_those_never_seen(table):
    data = csv(hashed=["size"], buckets=8)
    found = prepare(data, table)
    names = found.preprocessing["columns"]["features"]
    assert [name for name in names if name.startswith("size")] == [f"size = #{n}" for n in range(8)]
    new = table / "new.csv"
    new.write_text("age,income,size\n30,1,small\n30,1,never seen\n")
    trained = Trained(DataSettings.from_plain(data).source, dict, found.preprocessing, ["features"])
    read = read_samples(new, trained).arrays["features"]
    raw = DataSettings.from_plain(data).source.load(table).arrays["features"]
    np.testing.assert_array_equal(read[0, 2:], raw[0, 2:])  # the first row is small as well
    assert read[:, 2:].sum(1).tolist() == [1, 1]
    with pytest.raises(DataError, match="the column bought is hashed, but it is the answer"):
        fields(csv(hashed=["bought"]), table)


def test_a_number_has_a_unit_unless_its_logarithm_was_taken():
    data = {
        "source": "diabetes",
        "preprocess": [step("min_max", "target")],
        "standardize": ["target"],
    }
    known = prepare(data, HERE).preprocessing
    target = np.array([[0.25], [1.25]])
    own = undone(target, "target", known)
    assert unit("target", known) == pytest.approx(float(own[1, 0] - own[0, 0]))
    assert unit("features", known) is None
    data["preprocess"].insert(0, step("log", "target"))
    known = prepare(data, HERE).preprocessing
    assert unit("target", known) is None
    raw = prepare({"source": "diabetes"}, HERE).splits["val"]["target"]
    scaled = prepare(data, HERE).splits["val"]["target"]
    np.testing.assert_allclose(undone(scaled, "target", known), raw, rtol=1e-4)


def test_what_older_runs_were_made_with_keeps_its_fingerprint():
    assert prepare({"source": "iris"}, HERE).fingerprint == prepare(iris(), HERE).fingerprint
    assert "steps" not in prepare(iris(), HERE).preprocessing
    assert prepare(iris(step("log")), HERE).fingerprint != prepare(iris(), HERE).fingerprint


REFUSED = {
    "step 1 of preprocess is 'cube'": [step("cube")],
    "a list of steps was expected": "log",
    "step 2 of preprocess is 3": [step("log"), 3],
    "there is no parameter power": [step("log", power=2)],
    "names the field nothing, but the data have: features, label": [step("log", "nothing")],
    "is for numbers, but the field label holds whole numbers": [step("log", "label")],
    "is for what goes in, but label is an answer": [step("one_hot", "label")],
    "is for categories, but the field features has no classes": [step("one_hot")],
    "is for images": [step("resize")],
    "low has to be less than high": [step("min_max", low=2)],
}


@pytest.mark.parametrize("said", REFUSED)
def test_a_step_that_cannot_be_done_is_refused_before_samples_are_loaded(said):
    with pytest.raises(DataError) as caught:
        fields({"source": "iris", "preprocess": REFUSED[said]}, HERE)
    assert said in str(caught.value)


def test_a_column_or_class_that_is_not_there_is_named(table):
    with pytest.raises(DataError, match="names the column weight, but features has: sepal length"):
        prepare(iris(step("log", columns=["weight"])), HERE)
    with pytest.raises(DataError, match="the classes of size are large, medium, small"):
        fields(csv(step("ordinal", "size", order=["small", "big"]), categories="codes"), table)
    with pytest.raises(DataError, match="a sample of it is no row of numbers"):
        fields({"source": "digits", "preprocess": [step("log", "image", columns=["a"])]}, HERE)


@pytest.mark.parametrize("kind", STEPS)
def test_every_step_says_itself_and_is_read_again(kind):
    plain = DataSettings.from_plain(iris(step(kind))).to_plain()
    assert (
        DataSettings.from_plain(plain).preprocess[0].to_plain()
        == STEPS[kind]({"field": "features"}).to_plain()
    )
    assert STEPS[kind].doc.endswith(".")
    assert STEPS[kind].title
