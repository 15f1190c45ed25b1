"""``netbuilder data``: figures, balance and findings, in lines or as JSON."""

from __future__ import annotations

from pathlib import Path

from cli_commands import EXAMPLES, Command, iris_file


def test_figures_and_balance_are_told(run: Command):
    done = run("data", EXAMPLES / "iris_mlp.netgraph")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "samples: train 90, val 30, test 30"
    assert lines[1].split() == ["column", "values", "missing", "distinct", "mean", "std", "min", "median", "max"]  # fmt: skip
    assert "classes of label:" in lines
    assert lines[-1].endswith("no problems")


def test_json_holds_everything(run: Command):
    done = run("data", EXAMPLES / "iris_mlp.netgraph", "--json")
    assert done.code == 0
    assert done.json["findings"] == []
    assert len(done.json["columns"]) == 4
    assert done.json["balance"]["label"]["setosa"] == {"train": 30, "val": 10, "test": 10}


def test_what_is_wrong_is_told_at_its_node(run: Command, tmp_path: Path):
    rows = ["mail,size,kind"] + [f"p{n}@mail.org,{n * 7 % 13},{'ab'[n % 2]}" for n in range(60)]
    (tmp_path / "people.csv").write_text("\n".join(rows), encoding="utf-8")
    file = iris_file(
        tmp_path, "data.source=csv", "data.params.path=people.csv", "data.standardize="
    )
    done = run("data", file)
    assert done.code == 0
    assert f"{file}: features: warning NB417: mail looks like it holds e-mail addresses" in done.out
    assert "    fix: leave out mail" in done.out


def test_data_that_cannot_be_read_are_an_error(run: Command, tmp_path: Path):
    file = iris_file(tmp_path, "data.source=csv", "data.params.path=none.csv", "data.standardize=")
    done = run("data", file)
    assert done.code == 3
    assert "none.csv" in done.err
