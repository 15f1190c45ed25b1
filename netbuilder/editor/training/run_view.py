"""A run as the editor knows it: where it stands, its curves, its layers; panels only read it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.editor.training.plane import Plane
from netbuilder.editor.training.tail import Facts, News, Overview, Tail
from netbuilder.training.client import RunState, Worker
from netbuilder.training.records import EPOCH, STEP, VALIDATION
from netbuilder.training.run import RunFolder
from netbuilder.training.usage import Usage

if TYPE_CHECKING:
    from netbuilder.editor.training.series import Floats, Series, Smoother
    from netbuilder.training.columns import Columns

LEARNING_RATE, GRADIENT_NORM = "learning rate", "gradient norm"
_WINDOW = 4.0  # s over which speed is measured; shorter ones flicker, longer ones lag
_HISTORY = 40  # points of a spark line
_SPAN = 0.006  # of all steps count in a smoothed value, about
_LEAST_SPAN = 4.0
_RESTARTS = ("start", "resumed", "running", "paused")


@dataclass(frozen=True, slots=True)
class Activity:
    """What a layer did in the last step that was measured.

    Attributes:
        mean: Of its output.
        std: Of its output.
        gradient_norm: Of its weights' gradients; of its output's where it has no weights.
        low: Least value of its output.
        high: Largest value of its output.
        histogram: Counts of the output's values in 32 bins from ``low`` to ``high``.
        history: The standard deviations measured before, the newest at the end.
    """

    mean: float | None
    std: float | None
    gradient_norm: float | None
    low: float | None
    high: float | None
    histogram: tuple[int, ...]
    history: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Best:
    """The best epoch so far.

    Attributes:
        metric: What it is judged by.
        value: What was reached.
        epoch: When, counted from 1.
        step: Steps done then.
    """

    metric: str
    value: float
    epoch: int
    step: int


class Curves:
    """One figure over the steps of a run.

    Attributes:
        raw: The value of each step; empty for what is only measured in validations.
        smooth: The same, smoothed; empty where smoothing says nothing.
        validation: The value of each validation.
    """

    def __init__(self, room: int = 0, smoother: Smoother | None = None) -> None:
        from netbuilder.editor.training.series import Series

        self.raw: Series = Series(room)
        self.smooth: Series = Series(room if smoother else 0)
        self.validation: Series = Series()
        self._smoother = smoother

    def take(self, x: Any, y: Any) -> None:
        """Add values of steps."""
        self.raw.append(x, y)
        if self._smoother is not None:
            self.smooth.append(x, self._smoother.feed(y))


class RunView:
    """A run and what was read of it.

    Attributes:
        folder: The run's folder.
        home: The folder of runs that it lies in.
        state: Where it stands.
        facts: What does not change.
        result: What came out; None while it has not ended.
        began: When it was started first, seconds since 1970.
        ended: When it was heard of last.
        notes: What people say of it.
        curves: Its figures by name: ``loss``, metrics, ``learning rate``, ``gradient norm``.
        activity: What its layers did, by the path of the node.
        measured: The last measurement of its layers, as the worker wrote it.
        surface: What its network says over the plane of its two inputs; None for all others.
        usage: What its worker takes of the machine, or took at the end; None while unknown.
        best: The best epoch so far, or None.
        step: Steps done.
        epoch: The epoch under way, counted from 1.
        validates: Whether its data have a validation split.
        loaded: Whether all records there were are read.
        tail: What reads it.
        reading: Whether it is being read at this moment.
    """

    def __init__(self, found: Overview, worker: Worker | None = None) -> None:
        self.folder = RunFolder(found.path)
        self.home = found.path.parent
        self.state: RunState = found.state
        self.facts: Facts = found.facts
        self.result = found.result
        self.began, self.ended = found.began, found.ended
        self.notes = found.notes
        self.curves: dict[str, Curves] = {}
        self.activity: dict[str, Activity] = {}
        self.measured: dict[str, Any] = {}
        self.surface: Plane | None = None
        self.usage: Usage | None = None
        self.best: Best | None = _best_of(found.result)
        self.step, self.epoch = found.state.step, found.state.status.epoch
        self.loaded = False
        self.reading = False
        self.tail = Tail(self.folder, worker)
        self.validates = False
        self._total_steps = found.state.status.total_steps
        self._points: deque[tuple[float, int, int]] = deque()
        self._session: tuple[float, int, int] | None = None

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.folder.name

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.folder.path

    @property
    def is_active(self) -> bool:
        """Whether a worker is at it, or about to be."""
        return self.state.active or self.tail.worker is not None

    @property
    def resumable(self) -> bool:
        """Whether starting it again goes on from a checkpoint."""
        return self.state.resumable and not self.is_active

    @property
    def total_steps(self) -> int:
        """Steps in all; 0 while unknown."""
        return self._total_steps

    @property
    def total_epochs(self) -> int:
        """Epochs in all."""
        return self.state.status.total_epochs or self.facts.recipe.epochs

    @property
    def epoch_steps(self) -> float:
        """Steps an epoch; 0 while unknown."""
        return self._total_steps / self.total_epochs if self.total_epochs else 0.0

    @property
    def cause(self) -> str:
        """Why it ended, or where it stands, without advice for the command line."""
        return self.state.sentence.partition("; last checkpoint at")[0]

    @property
    def checkpoint(self) -> int:
        """The step of the newest checkpoint; -1 while there is none."""
        return self.state.status.checkpoint

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of what was measured, in the order of a menu."""
        return tuple(self.curves)

    @property
    def metric(self) -> str:
        """The figure to show beside the loss: the recipe's metric, or the first there is."""
        if self.facts.recipe.metric in self.curves and self.facts.recipe.metric != "loss":
            return self.facts.recipe.metric
        special = ("loss", LEARNING_RATE, GRADIENT_NORM)
        metrics = [name for name, found in self.curves.items() if not len(found.raw)]
        found = [name for name in metrics if name not in special]
        return found[0] if found else LEARNING_RATE

    @property
    def samples_per_second(self) -> float:
        """Samples a second; 0 while unknown."""
        return self._rate(1)

    @property
    def remaining(self) -> float | None:
        """Seconds that are left at this speed; None while unknown."""
        speed = self._rate(2)
        if not self.is_active or not speed or not self._total_steps:
            return None
        return max(self._total_steps - self.step, 0) / speed

    def last(self, figure: str) -> float | None:
        """The newest measured value of a figure of the steps."""
        found = self.curves.get(figure)
        if found is None or not len(found.raw):
            return None
        y = found.raw.y[-256:]
        y = y[y == y]
        return float(y[-1]) if len(y) else None

    def columns(self) -> dict[str, tuple[Floats, Floats]]:
        """All figures as steps and values, copied so that a task can write them to a table."""
        found = {}
        for name, curves in self.curves.items():
            if len(curves.raw):
                found[name] = (curves.raw.x.copy(), curves.raw.y.copy())
            if len(curves.validation):
                title = f"val {name}" if self.validates else f"epoch mean of {name}"
                found[title] = (curves.validation.x.copy(), curves.validation.y.copy())
        return found

    def renew(self, found: Overview) -> None:
        """Take what a look at the list of runs found."""
        self.notes = found.notes
        if not self.is_active:
            self.state, self.facts, self.result = found.state, found.facts, found.result
            self.began, self.ended = found.began, found.ended
            if found.state.active:
                self.loaded = False

    def take(self, news: News) -> bool:
        """Take what the tail read; return whether it stands elsewhere than before."""
        before = (self.state.state, self.is_active, self.result is None)
        if news.ended:
            self.tail.worker = None
        for event in news.events:
            self._happened(event)
        if news.state is not None:
            self.state = news.state
            self._total_steps = news.state.status.total_steps or self._total_steps
        if news.result is not None:
            self.result = news.result
        if news.columns is not None:
            self._measured(news.columns)
        if news.activity is not None:
            self._layers(news.activity.get("nodes"))
        self.usage = news.usage or self.usage
        self.surface = news.surface or self.surface
        if self.result is not None and not self.is_active:
            self.best = _best_of(self.result) or self.best
        self.loaded = not news.more
        return before != (self.state.state, self.is_active, self.result is None)

    def _happened(self, event: Mapping[str, Any]) -> None:
        kind = event.get("event")
        self.ended = max(self.ended, float(event.get("time", 0.0)))
        self.began = self.began or self.ended
        if kind == "start":
            self._total_steps = int(event.get("steps", 0))
        if kind in _RESTARTS:
            self._points.clear()
            self._session = None

    def _measured(self, columns: Columns) -> None:
        schema, rows = columns
        losses, metrics = schema.losses, schema.metrics
        if not self.curves:
            self._make(losses, metrics, validates=schema.validation)
        kind = rows["kind"]
        steps = rows[kind == STEP]
        if len(steps):
            self._stepped(steps, losses)
        # Where there is no validation, the means of the epochs are what an epoch is judged by.
        judged = rows[kind == (VALIDATION if schema.validation else EPOCH)]
        if len(judged):
            self._judged(judged, losses, metrics)

    def _make(self, losses: tuple[str, ...], metrics: tuple[str, ...], *, validates: bool) -> None:
        from netbuilder.editor.training.series import Smoother

        self.validates = validates
        span = max(_SPAN * self._total_steps, _LEAST_SPAN)
        room = self._total_steps
        self.curves["loss"] = Curves(room, Smoother(span))
        for name in losses if len(losses) > 1 else ():
            self.curves[name] = Curves(room, Smoother(span))
        for name in metrics:
            self.curves[name] = Curves()
        self.curves[LEARNING_RATE] = Curves(room)
        self.curves[GRADIENT_NORM] = Curves(room)

    def _stepped(self, rows: Any, losses: tuple[str, ...]) -> None:
        x = rows["step"].astype(float)
        self.curves["loss"].take(x, rows["loss"])
        for number, name in enumerate(losses if len(losses) > 1 else ()):
            self.curves[name].take(x, rows["values"][:, number])
        self.curves[LEARNING_RATE].take(x, rows["learning_rate"])
        norms = rows["gradient_norm"]
        known = norms == norms
        self.curves[GRADIENT_NORM].take(x[known], norms[known])
        first, last = rows[0], rows[-1]
        self.step, self.epoch = int(last["step"]), int(last["epoch"])
        self.ended = max(self.ended, float(last["time"]))
        if self._session is None:
            self._session = _point(first)
        self._points.append(_point(last))
        while len(self._points) > 2 and self._points[0][0] < self._points[-1][0] - _WINDOW:
            self._points.popleft()

    def _judged(self, rows: Any, losses: tuple[str, ...], metrics: tuple[str, ...]) -> None:
        x = rows["step"].astype(float)
        names = [*losses, *metrics]
        found = {name: rows["values"][:, number] for number, name in enumerate(names)}
        found["loss"] = rows["loss"]
        for name, values in found.items():
            if name in self.curves:
                known = values == values
                self.curves[name].validation.append(x[known], values[known])
        recipe = self.facts.recipe
        for row, value in zip(rows, found.get(recipe.metric, found["loss"]), strict=True):
            if recipe.better(float(value), self.best.value if self.best else None):
                self.best = Best(recipe.metric, float(value), int(row["epoch"]), int(row["step"]))

    def _layers(self, nodes: Any) -> None:
        self.measured = nodes if isinstance(nodes, dict) else {}
        for path, found in self.measured.items():
            before = self.activity.get(path)
            history = before.history if before else ()
            std = found.get("std")
            if isinstance(std, int | float):
                history = (*history, float(std))[-_HISTORY:]
            self.activity[path] = Activity(
                found.get("mean"),
                std,
                found.get("gradient_norm"),
                found.get("low"),
                found.get("high"),
                tuple(found.get("histogram") or ()),
                history,
            )

    def _rate(self, place: int) -> float:
        points = self._points
        if not points:
            return 0.0
        first = points[0] if len(points) > 1 else self._session
        if not self.is_active:  # of an ended run the whole way tells more than its last seconds
            first = self._session
        last = points[-1]
        if first is None or last[0] <= first[0]:
            return 0.0
        return (last[place] - first[place]) / (last[0] - first[0])


def _point(row: Any) -> tuple[float, int, int]:
    return float(row["monotonic"]), int(row["seen"]), int(row["step"])


def _best_of(result: Mapping[str, Any] | None) -> Best | None:
    best = (result or {}).get("best")
    if not isinstance(best, dict):
        return None
    return Best(str(best["metric"]), float(best["value"]), int(best["epoch"]), int(best["step"]))
