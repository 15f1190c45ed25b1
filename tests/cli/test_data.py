"""``netbuilder data``: figures, balance and findings, in lines or as JSON."""

from __future__ import annotations

from pathlib import Path

from cli_commands import EXAMPLES, Command, iris_file

import netbuilder as nb
from netbuilder.data.download import Remote, Told
from netbuilder.files.format import dumps


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


def test_a_public_set_is_downloaded_when_that_is_asked_for(
    run: Command, tmp_path: Path, monkeypatch
):
    asked = []

    def fetch(remote: Remote, folder: Path, told: Told) -> Path:
        asked.append(remote.name)
        folder.mkdir(parents=True, exist_ok=True)
        told(remote.name, remote.size)
        (folder / remote.name).write_text("To be, or not to be\n" * 100)
        return folder / remote.name

    monkeypatch.setattr("netbuilder.data.fetching.fetch", fetch)
    monkeypatch.setattr("netbuilder.data.public_sets.cache_folder", lambda: tmp_path / "cache")
    made = nb.Builder("Plays", data={"source": "tiny_shakespeare"})
    made.add("input", shape=[64], dtype="int64", id="tokens")
    file = tmp_path / "plays.netgraph"
    file.write_text(dumps(made.network), encoding="utf-8")
    before = run("data", file)
    assert before.code == 3
    assert "is not on this computer yet: input.txt (1.1 MB); download it in" in before.err
    assert asked == []
    done = run("data", file, "--download")
    assert done.code == 0, done.err
    assert "downloaded 1.1 MB: input.txt" in done.err
    assert done.out.startswith("samples: train ")
    assert "mean" not in done.out  # of numbers that are names
    assert run("data", file, "--download").code == 0
    assert asked == ["input.txt"]
