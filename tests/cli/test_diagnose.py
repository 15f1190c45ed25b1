"""``netbuilder diagnose``: in a process of its own, told in lines or as JSON."""

from __future__ import annotations

from pathlib import Path

from cli_commands import EXAMPLES, Command, iris_file


def test_findings_are_told_and_the_file_stays_as_it_is(run: Command, tmp_path: Path):
    file = iris_file(tmp_path, "recipe.learning_rate=30", "recipe.optimizer=sgd")
    before = file.read_bytes()
    done = run("diagnose", file, "--only", "gradients", "--only", "learning_rate", "--json")
    assert done.code == 1
    assert done.json["ok"] is False
    gradients, rate = done.json["findings"]
    assert (gradients["test"], gradients["status"]) == ("gradients", "ok")
    assert (rate["test"], rate["status"]) == ("learning_rate", "bad")
    assert rate["numbers"]["suggestion"] < 3
    assert len(rate["curve"]) > 20
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_lines_for_people_name_the_way_out(run: Command, monkeypatch):
    from netbuilder.app import diagnosing
    from netbuilder.training.sanity.finding import Finding

    found = (
        Finding("gradients", "bad", "head gets no gradient", "connect it", ("head",)),
        Finding("probe", "ok", "an epoch takes 1 s"),
    )
    monkeypatch.setattr(diagnosing, "diagnose", lambda *_: found)
    done = run("diagnose", EXAMPLES / "iris_mlp.netgraph")
    assert done.code == 1
    assert done.out.splitlines() == [
        "bad     Gradients: head gets no gradient",
        "        way out: connect it",
        "ok      Time and memory: an epoch takes 1 s",
    ]


def test_a_test_that_is_not_there_is_wrong_usage(run: Command):
    done = run("diagnose", EXAMPLES / "iris_mlp.netgraph", "--only", "luck")
    assert done.code == 2
    assert "there is no test luck; there are: first_loss" in done.err


def test_a_network_with_errors_is_not_tested(run: Command, tmp_path: Path):
    file = iris_file(tmp_path, "recipe.epochs=2")
    file.write_text(file.read_text().replace('"type": "relu"', '"type": "rellu"'))
    done = run("diagnose", file)
    assert done.code == 1
    assert "so it is not tested" in done.err
