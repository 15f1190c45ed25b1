"""The data linter: twenty planted faults are found, and none is raised on the bundled sets as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from networks import network

from netbuilder.app.data_linting import Inspection, inspect
from netbuilder.app.examples import example
from netbuilder.data.linting import Material, lint
from netbuilder.data.prepare import prepare
from netbuilder.graph.model import Network

ROWS = 200
GOLDEN = Path(__file__).parents[1] / "golden" / "sanity" / "data.txt"
BUNDLED = ("iris", "wine", "breast_cancer", "digits", "diabetes")
SHOWN = ("iris_mlp", "wine_mlp", "breast_cancer_mlp", "digits_cnn", "diabetes_mlp")

Rows = dict[str, list[object]]


def sound() -> Rows:
    """Two columns that overlap between three classes."""
    draw = np.random.RandomState(0)
    label = [number % 3 for number in range(ROWS)]
    width = [round(value + float(draw.normal()), 3) for value in label]
    height = [round(float(draw.normal()) * 2, 3) for _ in label]
    return {"width": width, "height": height, "kind": [f"kind {'abc'[n]}" for n in label]}


def with_column(name: str, of: Callable[[int], object]) -> Rows:
    rows = sound()
    return {name: [of(row) for row in range(ROWS)], **rows}


def doubled() -> Rows:
    rows = sound()
    return {name: values[: ROWS // 2] * 2 for name, values in rows.items()}


def spoilt(name: str, row: int, value: object, times: int = 1) -> Rows:
    rows = sound()
    for step in range(times):
        rows[name][row + step] = value
    return rows


def kinds(of: Callable[[int], str]) -> Rows:
    return {**sound(), "kind": [of(row) for row in range(ROWS)]}


def amount(scale: float = 1.0) -> Rows:
    rows = sound()
    rows["amount"] = [round(float(w) * 3 + row % 7, 3) for row, w in enumerate(rows["width"])]
    rows["amount_in_cents"] = [round(value * 100 * scale, 3) for value in rows["amount"]]
    del rows["kind"]
    return {"amount_in_cents": rows.pop("amount_in_cents"), **rows}


def tiny() -> Rows:
    rows = sound()
    scaled = {name: [f"{float(v) / 1e5:.9f}" for v in rows[name]] for name in ("width", "height")}
    return {**rows, **scaled}


def word(row: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return f"{letters[row % 26].upper()}{letters[row // 26 % 26]}nna {letters[row * 7 % 26]}err"


FAULTS: dict[str, tuple[Rows, str, str]] = {
    "rows twice": (doubled(), "NB411", "same inputs"),
    "code of the class": (with_column("code", lambda r: r % 3), "NB412", "code"),
    "threshold on the class": (
        with_column("rank", lambda r: r % 3 * 1000 + r),
        "NB412",
        "rank",
    ),
    "class under another name": (
        with_column("result", lambda r: ("no", "maybe", "yes")[r % 3]),
        "NB412",
        "result",
    ),
    "amount in another unit": (amount(), "NB412", "amount_in_cents"),
    "rare class": (kinds(lambda r: "rare" if r % 50 == 0 else "common"), "NB409", "rare"),
    "class of one sample": (kinds(lambda r: "once" if r == 5 else f"k{r % 2}"), "NB409", "once"),
    "constant column": (with_column("version", lambda r: 3), "NB413", "version"),
    "empty column": (with_column("remark", lambda r: ""), "NB413", "remark"),
    "slip of a digit": (spoilt("height", 7, 5210.0), "NB414", "5210"),
    "stand-in for missing": (spoilt("width", 20, -999, times=8), "NB414", "-999"),
    "unscaled amounts": (with_column("pay", lambda r: 40_000 + r * 37 % 9000), "NB415", "pay"),
    "tiny numbers": (tiny(), "NB415", "size"),
    "e-mail addresses": (with_column("contact", lambda r: f"p{r}@mail.org"), "NB417", "e-mail"),
    "names": (with_column("name", word), "NB417", "names"),
    "surnames": (with_column("last_name", word), "NB417", "names"),
    "phone numbers": (with_column("reach", lambda r: f"+49 30 {r:03} {r:04}"), "NB417", "phone"),
    "ids": (with_column("patient_id", lambda r: 7919 * r % 100_003), "NB417", "ids"),
    "row numbers": (with_column("n", lambda r: r + 1), "NB417", "ids"),
    "dates": (with_column("sold", lambda r: f"{2019 + r % 5}-{1 + r % 12:02}-{1 + r % 28:02}"), "NB419", "2019-01-01"),
    "free text": (
        with_column("remark", lambda r: f"we saw it {r} times in spring"),
        "NB420",
        "we saw it 0 times in spring",
    ),
    "many towns": (with_column("town", lambda r: f"Town {r % 80}"), "NB421", "80 different values"),
    "classes for yes or no": (sound(), "NB416", "numbers between 0 and 1"),
}  # fmt: skip


def document(rows: Rows, folder: Path, *, yes_or_no: bool = False) -> Network:
    """A table, with the nodes that take its fields."""
    lines = [",".join(rows)] + [",".join(map(str, row)) for row in zip(*rows.values(), strict=True)]
    (folder / "table.csv").write_text("\n".join(lines), encoding="utf-8")
    data = {
        "source": "csv",
        "params": {"path": "table.csv"},
        "split": {"train": 0.6, "val": 0.2, "test": 0.2},
    }
    if "kind" not in rows:
        return Network(data=data)
    if yes_or_no:
        return network(
            [
                ("measures", "input", {"shape": (2,), "field": "features"}),
                ("head", "linear", {"out_features": 1}),
                ("answer", "target", {"shape": (1,), "dtype": "float32", "field": "label"}),
                ("loss", "bce_with_logits"),
                ("out", "output"),
            ],
            "measures -> head, head -> loss, answer -> loss.target, head -> out",
            data=data,
        )
    return network(
        [
            ("measures", "input", {"shape": (), "field": "features"}),
            ("answer", "target", {"shape": (), "dtype": "int64", "field": "label"}),
        ],
        "",
        data=data,
    )


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Inspection]:
    made = {}
    for name, (rows, _, _) in FAULTS.items():
        folder = tmp_path_factory.mktemp("table")
        made[name] = inspect(
            document(rows, folder, yes_or_no=name == "classes for yes or no"), folder
        )
    return made


def test_there_are_twenty_planted_faults_and_more():
    assert len(FAULTS) >= 20
    assert len({code for _, code, _ in FAULTS.values()}) >= 8


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(inspected, name: str):
    _, code, part = FAULTS[name]
    told = [one for one in inspected[name].findings if one.code == code]
    assert any(part in one.message for one in told), inspected[name].findings


def test_nothing_is_told_of_the_table_without_a_fault(tmp_path: Path):
    assert inspect(document(sound(), tmp_path), tmp_path).findings == ()


@pytest.mark.parametrize("source", BUNDLED)
def test_nothing_is_raised_on_a_bundled_set_as_it_is(source: str):
    assert inspect(Network(data={"source": source}), Path()).findings == ()


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_is_raised_on_an_example(name: str):
    assert inspect(example(name), Path()).findings == ()


def test_class_numbers_beyond_the_scores_are_found(tmp_path: Path):
    prepared = prepare(document(sound(), tmp_path).data, tmp_path)
    (told,) = lint(Material(prepared, ("features",), {"label": 2}, ()))
    assert told.code == "NB416"
    assert "it takes class numbers from 0 to 1" in told.message
    assert lint(Material(prepared, ("features",), {"label": 3}, ())) == []


def test_rare_classes_of_pixels_are_told_and_rare_tokens_are_not(tmp_path: Path):
    masks = np.zeros((40, 8, 8), np.uint8)
    masks[:, 0, 0] = 1
    inputs = np.random.RandomState(0).normal(size=(40, 1, 8, 8))
    np.savez(tmp_path / "pixels.npz", x=inputs, masks=masks)
    np.savez(tmp_path / "tokens.npz", x=inputs, y=masks.reshape(40, 64))

    def told(name: str) -> list[str]:
        data = {"source": "npy", "params": {"path": name}}
        return [one.message for one in inspect(Network(data=data), tmp_path).findings]

    assert told("pixels.npz") == ["masks has 1,764 training pixels of 0 and 28 of 1"]
    assert told("tokens.npz") == []


def test_findings_stand_at_the_node_that_takes_the_field(inspected):
    (told,) = [d for d in inspected["code of the class"].findings if d.code == "NB412"]
    assert told.where.node == "measures"
    (told,) = [d for d in inspected["rare class"].findings if d.code == "NB409"]
    assert told.where.node == "answer"


@pytest.mark.parametrize(
    "name", ["e-mail addresses", "constant column", "class under another name"]
)
def test_the_offer_to_leave_a_column_out_mends_it(tmp_path: Path, name: str):
    rows, code, _ = FAULTS[name]
    made = document(rows, tmp_path)
    (told,) = [one for one in inspect(made, tmp_path).findings if one.code == code]
    fix = told.fixes[0]
    assert fix.title.startswith("leave out")
    mended = fix.edit(made)
    assert code not in {one.code for one in inspect(mended, tmp_path).findings}


@pytest.mark.parametrize(
    ("name", "param", "value"),
    [("dates", "dates", "all"), ("many towns", "most_frequent", 20)],
)
def test_the_offer_to_make_better_inputs_of_a_column_mends_it(tmp_path: Path, name, param, value):
    rows, code, _ = FAULTS[name]
    made = document(rows, tmp_path)
    (told,) = [one for one in inspect(made, tmp_path).findings if one.code == code]
    better, left_out = told.fixes
    assert better.edit(made).data["params"][param] == value
    for fix in (better, left_out):
        assert inspect(fix.edit(made), tmp_path).findings == ()


def test_the_offer_to_hash_keeps_buckets_of_what_looks_personal(tmp_path: Path):
    made = document(FAULTS["e-mail addresses"][0], tmp_path)
    (told,) = inspect(made, tmp_path).findings
    mended = told.fixes[1].edit(made)
    assert mended.data["params"]["hashed"] == list(told.fixes[1].title.split()[1:])
    assert inspect(mended, tmp_path).findings == ()
    prepared = prepare(mended.data, tmp_path)
    assert "@" not in json.dumps(prepared.preprocessing)
    assert any("only the bucket is kept" in note for note in prepared.notes)


def test_the_offer_to_take_the_logarithm_mends_outliers(tmp_path: Path):
    rows = with_column("income", lambda r: 4e6 if r == 7 else 800 + r * 37 % 1009)
    made = document(rows, tmp_path)
    (told,) = [one for one in inspect(made, tmp_path).findings if one.code == "NB414"]
    mended = told.fixes[0].edit(made)
    (step,) = mended.data["preprocess"]
    assert (step["step"], step["field"]) == ("log", "features")
    assert "NB414" not in {one.code for one in inspect(mended, tmp_path).findings}


def test_a_number_of_dates_that_says_nothing_takes_no_column_with_it(tmp_path: Path):
    made = document(
        with_column("sold", lambda r: f"2020-{1 + r % 12:02}-{1 + r % 28:02}"), tmp_path
    )
    data = {**made.data, "params": {**made.data["params"], "dates": "parts"}}
    (told,) = inspect(Network(data=data), tmp_path).findings
    assert told.message == "sold: year is the same in every sample"
    assert told.fixes == ()


def test_numbers_with_gaps_are_no_categories(tmp_path: Path):
    rows = with_column("size", lambda r: "NA" if r % 9 == 0 else r * 37 % 1009 / 500)
    assert inspect(document(rows, tmp_path), tmp_path).findings == ()


def test_the_offer_to_standardize_mends_the_scale(tmp_path: Path):
    made = document(FAULTS["unscaled amounts"][0], tmp_path)
    (told,) = [one for one in inspect(made, tmp_path).findings if one.code == "NB415"]
    mended = told.fixes[0].edit(made)
    assert mended.data["standardize"] == ["features"]
    assert "NB415" not in {one.code for one in inspect(mended, tmp_path).findings}


def test_codes_that_the_document_ignores_are_not_told(tmp_path: Path):
    from dataclasses import replace

    made = document(FAULTS["ids"][0], tmp_path)
    found = inspect(replace(made, ignore=("NB417",)), tmp_path)
    assert "NB417" not in {one.code for one in found.findings}


def test_texts_are_as_written_down(inspected, update_golden: bool):
    blocks = []
    for name, found in inspected.items():
        lines = [f"== {name}"]
        for one in found.findings:
            lines.append(f"{one.where}: {one.severity} {one.code}: {one.message}")
            lines.append(f"    hint: {one.hint}")
            lines += [f"    fix: {fix.title}" for fix in one.fixes]
        blocks.append("\n".join(lines))
    text = "\n\n".join(blocks) + "\n"
    if update_golden:
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_figures_of_columns_and_the_balance_of_classes(tmp_path: Path):
    rows = spoilt("height", 3, "", times=4)
    found = inspect(document(rows, tmp_path), tmp_path)
    by_name = {column.name: column for column in found.columns}
    assert list(by_name) == ["width", "height"]
    assert by_name["height"].missing == 4
    width = by_name["width"]
    assert width.low <= width.quarter <= width.median <= width.three_quarters <= width.high
    assert sum(width.histogram) == width.count == found.sizes["train"]
    balance = found.balance["label"]
    assert {kind: sum(of.values()) for kind, of in balance.items()} == {
        "kind a": 67,
        "kind b": 67,
        "kind c": 66,
    }


def test_figures_are_told_before_and_after_the_preprocessing(tmp_path: Path):
    made = document(sound(), tmp_path)
    assert inspect(made, tmp_path).fed == ()
    steps = [{"step": "min_max", "field": "features", "columns": ["width"]}]
    found = inspect(Network(data={**made.data, "preprocess": steps}), tmp_path)
    (width, height), (fed, same) = found.columns[:2], found.fed[:2]
    assert (fed.name, fed.low, fed.high) == ("width", 0, 1)
    assert width.low < 0
    assert (same.low, same.high) == (height.low, height.high)
