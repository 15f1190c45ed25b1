"""A training as it goes: a progress bar on a terminal, a line an epoch elsewhere, JSON for machines."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from netbuilder.cli.output import console, figure, print_json, size
from netbuilder.training.client import Event, Worker, stop
from netbuilder.training.records import Record
from netbuilder.training.run import RunError, RunFolder
from netbuilder.training.usage import INTERVAL, read_usage

if TYPE_CHECKING:
    from types import FrameType

    from rich.console import Console
    from rich.progress import Progress, TaskID

    from netbuilder.app.training import OnRecord

WIDE = 120  # columns from which there is room for more
WINDOW = 3.0  # s over which speed is measured; shorter ones flicker, longer ones lag


class Speed:
    """Measures samples and steps a second over the last few seconds of training."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int, int]] = deque()
        self._known = (0.0, 0.0)

    def add(self, record: Record) -> None:
        """Take in a step."""
        points = self._points
        points.append((record.monotonic, record.seen, record.step))
        while len(points) > 2 and points[0][0] < record.monotonic - WINDOW:
            points.popleft()

    def rest(self) -> None:
        """Leave out what comes until the next step: it is validation, not training."""
        self._known = (self.samples, self.steps)
        self._points.clear()

    @property
    def samples(self) -> float:
        """Samples a second; 0 while unknown."""
        return self._rate(1)

    @property
    def steps(self) -> float:
        """Steps a second; 0 while unknown."""
        return self._rate(2)

    def _rate(self, place: int) -> float:
        if len(self._points) < 2:
            return self._known[place - 1]
        first, last = self._points[0], self._points[-1]
        seconds = last[0] - first[0]
        return (last[place] - first[place]) / seconds if seconds > 0 else 0.0


class Show(Protocol):
    """What shows a training."""

    def __call__(self, item: Record | Event) -> None:
        """Take in a record or an event."""

    def close(self) -> None:
        """Take down what is shown."""


class JsonLines:
    """Writes every record and event as a line of JSON."""

    def __call__(self, item: Record | Event) -> None:
        """Write it."""
        if isinstance(item, Record):
            print_json(item.to_plain())
        else:
            print_json({"kind": item.kind, "time": item.time, **item.values})

    def close(self) -> None:
        """Nothing is open."""


class Lines:
    """Writes a line an epoch, and what happened besides.

    Args:
        epochs: How many there will be.
    """

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._speed = Speed()
        self._epoch: Record | None = None

    def __call__(self, item: Record | Event) -> None:
        """Write the line when it is complete."""
        if isinstance(item, Event):
            text = remark(item)
            if text:
                self._flush(None)
                print(text, flush=True)
        elif item.kind == "step":
            self._flush(None)
            self._speed.add(item)
        elif item.kind == "epoch":
            self._flush(None)
            self._epoch = item
            self._speed.rest()
        else:
            self._flush(item)

    def close(self) -> None:
        """Write a line that waits for its validation."""
        self._flush(None)

    def _flush(self, validation: Record | None) -> None:
        epoch, self._epoch = self._epoch, None
        if epoch is None:
            return
        parts = [f"epoch {epoch.epoch} of {self._epochs}: loss {figure(epoch.loss)}"]
        if validation is not None:
            parts.append(f"val loss {figure(validation.loss)}")
            parts += [f"{name} {figure(value)}" for name, value in validation.metrics.items()]
        if self._speed.samples:
            parts.append(f"{self._speed.samples:,.0f} samples/s")
        print(", ".join(parts), flush=True)


class Bar:
    """A progress bar with epoch, loss, the metric of the validation, samples a second and time left.

    Where the terminal is wide, the worker's memory and processors stand behind them.

    Args:
        out: The terminal.
        run: The run.
    """

    def __init__(self, out: Console, run: RunFolder) -> None:
        from rich.progress import BarColumn, Progress, TextColumn

        status = run.status()
        self._metric = run.recipe().metric
        self._epochs = status.total_epochs
        self._steps = status.total_steps
        self._speed = Speed()
        self._loss: float | None = None
        self._validation = ""
        self._run = run
        self._machine, self._machine_due = "", 0.0
        self._progress: Progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[figures]}"),
            TextColumn("{task.fields[speed]}", style="dim"),
            console=out,
        )
        self._task: TaskID = self._progress.add_task(
            "starting", total=self._steps or None, figures="", speed=""
        )
        self._progress.start()

    def __call__(self, item: Record | Event) -> None:
        """Bring the bar up to date."""
        if isinstance(item, Event):
            self._happened(item)
        elif item.kind == "step":
            self._stepped(item)
        elif item.kind == "epoch":
            self._speed.rest()
        else:
            name = self._metric if self._metric in item.metrics else "loss"
            value = item.metrics.get(name, item.loss)
            self._validation = f"  val {name} {figure(value)}"
            self._progress.update(self._task, figures=self._figures())

    def close(self) -> None:
        """Leave the bar as it is."""
        self._progress.stop()

    def _happened(self, event: Event) -> None:
        if event.kind == "start":
            self._steps = int(event.values.get("steps", self._steps))
            self._epochs = int(event.values.get("epochs", self._epochs))
            self._progress.update(self._task, total=self._steps)
        if event.kind in ("stopped", "finished", "failed"):
            self._progress.update(self._task, speed="")
        text = remark(event)
        if text:
            self._progress.console.print(text)

    def _stepped(self, record: Record) -> None:
        self._speed.add(record)
        self._loss = record.loss
        self._progress.update(
            self._task,
            completed=record.step,
            description=f"epoch {record.epoch} of {self._epochs}",
            figures=self._figures(),
            speed=self._speed_text(record.step),
        )

    def _figures(self) -> str:
        return f"loss {figure(self._loss)}{self._validation}"

    def _speed_text(self, step: int) -> str:
        if not self._speed.steps:
            return ""
        left = max(self._steps - step, 0) / self._speed.steps
        return f"{self._speed.samples:,.0f} samples/s  {clock(left)} left{self._machine_text()}"

    def _machine_text(self) -> str:
        """The worker's memory and processors, looked up as often as they are measured."""
        now = time.monotonic()
        if self._progress.console.width >= WIDE and now >= self._machine_due:
            self._machine_due = now + INTERVAL
            usage = read_usage(self._run)
            if usage is not None and usage.memory:
                self._machine = f"  {size(usage.memory)}  {usage.cpu:.1f} CPU"
        return self._machine


def clock(seconds: float) -> str:
    """Return a duration: ``0:07``, ``12:30``, ``3:05:00``."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes = f"{rest // 60:02d}" if hours else f"{rest // 60}"
    return f"{hours}:{minutes}:{rest % 60:02d}" if hours else f"{minutes}:{rest % 60:02d}"


def remark(event: Event) -> str:
    """Return what is worth a line of its own among records; empty for the rest."""
    step = event.values.get("step", "?")
    match event.kind:
        case "warning":
            return f"warning: {event.values.get('text', '')}"
        case "resumed":
            return f"going on from step {step}"
        case "paused":
            return f"paused at step {step}; go on with: netbuilder runs resume"
        case "running":
            return f"going on at step {step}"
        case "nan":
            return f"a value became NaN or infinite by step {step}; looking for where it came up"
    return ""


def shown(run: RunFolder, *, json: bool) -> Show:
    """Return what shows a training best where standard output goes."""
    if json:
        return JsonLines()
    out = console()
    return Bar(out, run) if out.is_terminal else Lines(run.status().total_epochs)


def followed(worker: Worker, follow: Callable[[Worker, OnRecord], None], show: Show) -> bool:
    """Show a training to its end; return whether Ctrl-C ended it.

    The first Ctrl-C stops the training after its step, with a checkpoint; the second kills it.
    """
    with _interrupts(worker) as interrupted:
        try:
            follow(worker, show)
        except BaseException:
            worker.stop()  # nobody watches it any more
            raise
        finally:
            show.close()
    return bool(interrupted)


@contextmanager
def _interrupts(worker: Worker) -> Iterator[list[int]]:
    """Collect Ctrl-C instead of being ended by it; only the main thread can."""
    seen: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield seen
        return

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        if len(seen) > 1:
            worker.kill()
            return
        print("stopping with a checkpoint; Ctrl-C again to kill", file=sys.stderr, flush=True)
        with suppress(RunError):  # it has ended at this very moment
            stop(worker.run)

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)
