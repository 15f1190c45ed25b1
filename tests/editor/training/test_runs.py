"""Trainings from the editor: started, followed, steered, found again; deaths are messages."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from netbuilder.app.training import start_training
from netbuilder.editor.tab import Tab
from netbuilder.editor.training import runs as runs_module
from netbuilder.editor.training.runs import Runs
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.training.run import RunFolder
from netbuilder.training.run_notes import TRASH

LONG = "recipe.epochs=100000"
WAIT = 90_000

Open = Callable[..., Tab]


def steps(runs: Runs) -> Callable[[], bool]:
    return lambda: runs.shown is not None and runs.shown.step > 0


def ended(runs: Runs) -> Callable[[], bool]:
    return lambda: (
        not runs.starting
        and runs.shown is not None
        and not runs.shown.is_active
        and runs.shown.loaded
    )


def in_state(runs: Runs, state: str) -> Callable[[], bool]:
    return lambda: runs.shown is not None and runs.shown.state.state == state


def test_a_training_is_followed_to_its_end(
    runs: Runs, iris: Open, qtbot: Any, workspace: Workspace
) -> None:
    tab = iris()
    said: list[Any] = []
    workspace.said.connect(lambda *words: said.append(words))
    assert runs.shown is None
    assert not runs.active_runs()
    runs.train()
    assert runs.starting
    qtbot.waitUntil(ended(runs), timeout=WAIT)
    view = runs.shown
    assert view is not None
    assert view.path.parent == tab.session.folder / "runs"
    assert view.name.startswith("iris-")
    assert view.state.state == "done"
    assert view.cause.startswith("finished after 2 epochs")
    assert view.curves["loss"].raw.x.tolist() == list(range(1, 13))
    assert len(view.curves["loss"].validation) == 2
    assert len(view.curves["accuracy"].validation) == 2
    assert view.figures[0] == "loss"
    assert view.figures[-2:] == ("learning rate", "gradient norm")
    assert view.metric == "accuracy"
    assert view.best is not None
    assert view.result is not None
    assert view.best.value == view.result["best"]["value"]
    assert (view.step, view.total_steps, view.epoch, view.total_epochs) == (12, 12, 2, 2)
    assert said == []


def test_what_is_missing_is_asked_for(runs: Runs, tab: Tab, qtbot: Any) -> None:
    with qtbot.waitSignal(runs.loss_missing) as asked:
        runs.train()
    assert asked.args == [tab]
    assert not runs.starting


def test_data_are_asked_for_once_there_is_a_loss(runs: Runs, iris: Open, qtbot: Any) -> None:
    tab = iris()
    tab.do("Forget the data", lambda network: edits.set_data(network, {}))
    with qtbot.waitSignal(runs.data_missing) as asked:
        runs.train()
    assert asked.args == [tab]


def test_a_network_with_errors_is_refused_with_its_problems(
    runs: Runs, iris: Open, qtbot: Any
) -> None:
    tab = iris()
    tab.do("Break it", lambda network: edits.set_recipe(network, {"epochs": -1}))
    with qtbot.waitSignal(runs.refused) as refused:
        runs.train()
    assert any(found.severity == "error" for found in refused.args[0])
    assert not runs.starting
    assert not (tab.session.folder / "runs").exists()


def test_pause_go_on_stop_and_resume(runs: Runs, iris: Open, qtbot: Any) -> None:
    iris(LONG)
    handlers, enabled = runs.handlers(), runs.enabled()
    assert enabled["run.train"]()
    handlers["run.train"]()
    qtbot.waitUntil(steps(runs), timeout=WAIT)
    view = runs.shown
    assert view is not None
    assert view is runs.active
    assert not enabled["run.train"]()
    assert not enabled["run.resume"]()
    handlers["run.pause"]()
    qtbot.waitUntil(in_state(runs, "paused"), timeout=WAIT)
    assert enabled["run.resume"]()
    handlers["run.pause"]()
    qtbot.waitUntil(in_state(runs, "running"), timeout=WAIT)
    handlers["run.stop"]()
    qtbot.waitUntil(ended(runs), timeout=WAIT)
    assert view.state.state == "stopped"
    assert view.resumable
    assert runs.active is None
    step = view.step
    assert enabled["run.resume"]()
    handlers["run.resume"]()
    qtbot.waitUntil(lambda: view.step > step, timeout=WAIT)
    assert runs.shown is view
    assert len(runs.all) == 1
    handlers["run.stop_after_epoch"]()
    qtbot.waitUntil(ended(runs), timeout=WAIT)
    x = view.curves["loss"].raw.x
    assert x.tolist() == list(range(1, view.step + 1))


def test_a_worker_that_dies_is_a_message_with_its_cause_and_resume(
    runs: Runs, iris: Open, qtbot: Any
) -> None:
    iris(LONG)
    runs.train()
    qtbot.waitUntil(steps(runs), timeout=WAIT)
    view = runs.shown
    assert view is not None
    assert view.tail.worker is not None
    os.kill(view.tail.worker.process.pid, signal.SIGKILL)
    qtbot.waitUntil(ended(runs), timeout=WAIT)
    assert view.state.state == "failed"
    assert view.cause.startswith("the worker died: SIGKILL at step")
    assert "netbuilder train" not in view.cause
    assert view.resumable
    assert runs.enabled()["run.resume"]()
    step = view.step
    runs.resume()
    qtbot.waitUntil(lambda: view.step > step + 5, timeout=WAIT)
    x = view.curves["loss"].raw.x
    assert x.tolist() == list(range(1, len(x) + 1))
    runs.stop()
    qtbot.waitUntil(ended(runs), timeout=WAIT)


def test_layers_are_told_while_it_trains(runs: Runs, iris: Open, qtbot: Any) -> None:
    iris(LONG)
    with qtbot.waitSignal(runs.live, timeout=WAIT):
        runs.train()
    with qtbot.waitSignal(runs.live, timeout=WAIT):
        pass
    view = runs.shown
    assert view is not None
    assert {"hidden", "relu", "head", "loss"} <= set(view.activity)
    hidden = view.activity["hidden"]
    assert hidden.std is not None
    assert hidden.std > 0
    assert len(hidden.history) >= 2
    assert len(hidden.histogram) == 32
    assert hidden.gradient_norm is not None


def test_the_graph_moves_on(runs: Runs, iris: Open, qtbot: Any) -> None:
    tab = iris()
    assert not runs.moved_on(tab)
    runs.train()
    qtbot.waitUntil(ended(runs), timeout=WAIT)
    assert not runs.moved_on(tab)
    tab.do("Move", lambda n: edits.move_nodes(n, {"hidden": (999.0, 999.0)}))
    tab.do("Threads", lambda n: edits.set_recipe(n, {**n.recipe, "threads": 2}))
    assert not runs.moved_on(tab)
    tab.do("Widen", lambda n: edits.set_param(n, "hidden", "out_features", 17))
    assert runs.moved_on(tab)
    tab.undo()
    assert not runs.moved_on(tab)


def test_runs_that_go_on_are_found_again(
    runs: Runs, iris: Open, qtbot: Any, workspace: Workspace
) -> None:
    iris(LONG)
    runs.train()
    qtbot.waitUntil(steps(runs), timeout=WAIT)
    first = runs.shown
    assert first is not None
    worker = first.tail.worker
    runs.shut()
    later = Runs(workspace)
    try:
        qtbot.waitUntil(lambda: later.active is not None and later.active.step > 0, timeout=WAIT)
        assert later.active is later.shown
        step = later.active.step
        qtbot.waitUntil(lambda: later.active is not None and later.active.step > step, timeout=WAIT)
        later.stop_all()
        qtbot.waitUntil(lambda: not later.active_runs(), timeout=WAIT)
        assert later.shown is not None
        assert later.shown.state.state == "stopped"
    finally:
        if worker is not None and RunFolder(first.path).is_active():
            worker.kill()
        later.shut()


def test_a_training_that_another_program_starts_is_shown(
    runs: Runs, iris: Open, qtbot: Any
) -> None:
    tab = iris(LONG)
    folder = tab.session.folder / "runs"
    assert runs.shown is None
    worker = start_training(tab.network, tab.session.folder, folder / "iris-20260101-000000")
    try:
        qtbot.waitUntil(steps(runs), timeout=WAIT)
        assert runs.active is runs.shown
        later = start_training(tab.network, tab.session.folder, folder / "iris-20260101-000001")
        try:
            qtbot.waitUntil(lambda: len(runs.active_runs()) == 2, timeout=WAIT)
        finally:
            later.kill()
            later.wait()
    finally:
        worker.kill()
        worker.wait()
    qtbot.waitUntil(lambda: not runs.active_runs(), timeout=WAIT)


def test_a_warm_worker_is_kept_and_used(runs: Runs, iris: Open, qtbot: Any) -> None:
    iris()
    runs.begin()
    assert runs._warm.is_waiting
    process = runs._warm._process
    assert process is not None
    runs.train()
    qtbot.waitUntil(ended(runs), timeout=WAIT)
    assert process.poll() == 0
    qtbot.waitUntil(lambda: runs._warm.is_waiting, timeout=WAIT)
    assert runs._warm._process is not process


def test_a_run_is_removed_unless_it_is_taken_back(
    runs: Runs, iris: Open, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    iris()
    runs.train()
    qtbot.waitUntil(ended(runs), timeout=WAIT)
    view = runs.shown
    assert view is not None
    runs.delete(view)
    assert runs.is_leaving(view)
    assert runs.shown is None
    runs.keep(view)
    assert runs.shown is view
    monkeypatch.setattr(runs_module, "REGRET", 0)
    runs.delete(view)
    qtbot.waitUntil(lambda: not view.path.exists() and not runs.all, timeout=WAIT)
    assert RunFolder(view.path.parent / TRASH / view.path.name).best_weights() is not None


def test_a_setting_of_threads_goes_into_the_run(
    runs: Runs, iris: Open, qtbot: Any, workspace: Workspace
) -> None:
    tab = iris("recipe.threads=0")
    workspace.preferences.set("threads", 1)
    runs.train()
    qtbot.waitUntil(ended(runs), timeout=WAIT)
    assert runs.shown is not None
    assert runs.shown.facts.recipe.threads == 1
    assert tab.session.document.is_clean
    assert not runs.moved_on(tab)


def test_a_damaged_run_hides_no_other(runs: Runs, iris: Open, qtbot: Any) -> None:
    tab = iris()
    folder = tab.session.folder / "runs" / "iris-20200101-000000"
    folder.mkdir(parents=True)
    for name in ("recipe.json", "source.json"):
        (folder / name).write_text("{}")
    (folder / "status.json").write_text('{"state": "odd"}')
    (folder / "records.bin").write_text("no records")
    runs.train()
    qtbot.waitUntil(lambda: len(runs.all) == 1 and not runs.starting, timeout=WAIT)
    runs.refresh()
    qtbot.waitUntil(lambda: len(runs.all) == 2, timeout=WAIT)
    qtbot.waitUntil(ended(runs), timeout=WAIT)
    bad = next(view for view in runs.all if view.path == folder)
    assert bad.state.state == "damaged"
    assert "odd" in bad.cause
