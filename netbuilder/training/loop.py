"""The training loop: epochs, validation, records, checkpoints and commands around the steps."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor

from netbuilder.codegen.source import Loss
from netbuilder.files.errors import FileError
from netbuilder.training.checkpoints import Checkpoints
from netbuilder.training.control import Command, Commands
from netbuilder.training.evaluate import Evaluation, evaluate, in_precision
from netbuilder.training.learner import Learner
from netbuilder.training.metrics import metric_names, validation_metrics
from netbuilder.training.progress import Progress
from netbuilder.training.records import EPOCH, NAN, STEP, VALIDATION, RecordWriter, Schema, whole
from netbuilder.training.run import RunError, RunFolder, State, Status, append_event
from netbuilder.training.usage import Meter, device_memory
from netbuilder.training.watching import Watching

Why = Literal["finished", "early_stop", "stopped"]

# Steps whose losses may wait on the device before they are read, checked and written. Few, so that a
# value that is not finite stops the run at once; more than one, because reading waits for the device.
FLUSH_STEPS = 16
FLUSH_SECONDS = 0.1
ATTEND_SECONDS = 0.05  # between two looks at the commands

_log = logging.getLogger(__name__)


class NotFinite(Exception):  # noqa: N818 - a finding: the network did it, not the program
    """A loss or weight became NaN or infinite.

    Attributes:
        step: The step, counted from 1.
    """

    def __init__(self, step: int) -> None:
        super().__init__(f"a value that is not finite at step {step}")
        self.step = step


@dataclass(frozen=True, slots=True)
class Identity:
    """What a checkpoint belongs to; one of another network, recipe or data is never used.

    Attributes:
        source: The hash of the generated source.
        recipe: The recipe's values that decide the numbers.
        data: The fingerprint of the data.
    """

    source: str
    recipe: dict[str, Any]
    data: str

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {"source": self.source, "recipe": self.recipe, "data": self.data}


class Trainer:
    """Trains a network and keeps its run folder up to date.

    Args:
        run: The run.
        learner: The network with its training data.
        losses: Its losses.
        validation: Inputs and targets of the validation split; empty where there is none.
        identity: What checkpoints belong to.
        watching: Measures the layers while somebody looks.

    Attributes:
        progress: How far it is.
        best: The weights of the best epoch so far.
        status: What was said of the run last.

    Raises:
        RunError: The recipe names a metric that there is not.
        OSError: The run folder cannot be written.
    """

    def __init__(
        self,
        run: RunFolder,
        learner: Learner,
        losses: Sequence[Loss],
        validation: Sequence[Tensor],
        identity: Identity,
        watching: Watching,
    ) -> None:
        self.run = run
        self.learner = learner
        self.recipe = learner.recipe
        self.losses = losses
        self.validation = validation
        self.identity = identity
        self.watching = watching
        self.checkpoints = Checkpoints(run.checkpoints)
        self.progress = Progress(sums=[0.0] * len(losses))
        self.best: dict[str, Tensor] | None = None
        self.status = replace(
            run.status(),
            total_steps=learner.plan.total,
            total_epochs=learner.plan.epochs,
        )
        self._meter = Meter(run, device_memory(learner.device))
        self._commands = Commands(run.commands, self.status.commands)
        self._pending: list[tuple[float, tuple[Tensor, ...], Tensor | None]] = []
        self._stop: Literal["", "now", "after_epoch"] = ""
        self._checkpoint_due = math.inf
        self._attend_due = 0.0
        self._check_metric()
        self._records = self._open()

    # Starting and going on.

    def _open(self) -> RecordWriter:
        """Go back to the newest checkpoint, or begin."""
        checkpoint, notes = self.checkpoints.load(self._unusable)
        for note in notes:
            self.warn(note)
        names = metric_names(self.losses, self.recipe) if self.validation else ()
        schema = Schema(tuple(loss.name for loss in self.losses), names, bool(self.validation))
        if checkpoint is None:
            self.event("start", steps=self.learner.plan.total, epochs=self.recipe.epochs)
            return RecordWriter(self.run.records, schema)
        records = RecordWriter(self.run.records, schema, keep=checkpoint.state["records"])
        self.learner.restore(checkpoint)
        self.progress = Progress.from_plain(checkpoint.state["progress"])
        self.best = checkpoint.best
        self.learner.top = self.progress.rate
        self.event("resumed", step=self.progress.step)
        return records

    def close(self) -> None:
        """Close the file of records."""
        self._records.close()

    @property
    def waiting(self) -> int:
        """Steps done whose losses are not read yet."""
        return len(self._pending)

    def _unusable(self, state: dict[str, Any]) -> str:
        mine = self.identity.to_plain()
        for key, what in (("source", "network"), ("recipe", "recipe"), ("data", "data")):
            if state["identity"][key] != mine[key]:
                raise RunError(
                    f"the {what} in {self.run.path} has changed since its checkpoints were written, so "
                    "the run cannot go on; start a new one"
                )
        return "" if whole(self.run.records, state["records"]) else "its records are not whole"

    def _check_metric(self) -> None:
        names = metric_names(self.losses, self.recipe)
        known = ("loss", *(loss.name for loss in self.losses), *names)
        if self.recipe.metric not in known:
            raise RunError(
                f"the recipe's metric is {self.recipe.metric}, but this network's validation gives "
                f"{', '.join(dict.fromkeys(known))}"
            )
        if not self.validation and self.recipe.metric in names:
            raise RunError(
                f"the recipe's metric is {self.recipe.metric}, but the data have no validation "
                "split to measure it on; give split.val a share, or set metric to loss"
            )

    # The loop.

    def train(self) -> Why:
        """Train to the end, or until told to stop; a checkpoint holds the result.

        Raises:
            NotFinite: A loss or weight became NaN or infinite.
            OSError: Records cannot be written.
        """
        self.learner.model.train()
        self.say("running")
        if self.learner.note:
            self.warn(self.learner.note)
        if self.progress.step == 0:
            # With one at the start, whatever happens can be traced and gone on from.
            self.write_checkpoint()
        self._arm()
        why = self._epochs()
        self._meter.measure(time.monotonic())
        self.say("stopping")
        self.write_checkpoint()
        return why

    def _epochs(self) -> Why:
        progress = self.progress
        while not progress.exhausted(self.recipe):
            if progress.epoch >= self.recipe.epochs:
                return "finished"
            self._train_epoch()
            if self._stop == "now":
                return "stopped"
            self._end_epoch()
            self._attend()
            if self._stop:
                return "stopped"
        self.event("early_stop", step=progress.step, best_epoch=progress.best_epoch)
        return "early_stop"

    def _train_epoch(self) -> None:
        progress, pending = self.progress, self._pending
        take = self.learner.steps(progress.epoch)
        watching, looks = self.watching, not self.learner.is_compiled
        every = self.recipe.checkpoint_every
        steps = self.learner.plan.steps
        begin = progress.epoch * steps
        monotonic, append = time.monotonic, pending.append
        flush_due = monotonic() + FLUSH_SECONDS
        for position in range(progress.position, steps):
            if looks and watching.due:
                step = begin + position + 1
                losses, norm = watching.measured(take, position, step, self.learner.scale)
            else:
                losses, norm = take(position)
            now = monotonic()
            append((now, losses, norm))
            checkpoint = every and (begin + position + 1) % every == 0
            if checkpoint or now >= flush_due or len(pending) >= FLUSH_STEPS:
                self._flush()
                flush_due = now + FLUSH_SECONDS
                if checkpoint:
                    self.write_checkpoint()
                if now >= self._attend_due:
                    self._attend()
                    if self._stop == "now":
                        return
        self._flush()

    def _end_epoch(self) -> None:
        progress = self.progress
        means = [total / max(progress.counted, 1) for total in progress.sums]
        self._measured(EPOCH, progress.counted, means, [])
        self.learner.average.take_in(progress.epoch + 1)
        if not self._is_judged(progress.epoch + 1):
            progress.epoch += 1
            progress.begin_epoch()
            return
        progress.begin_average(self.recipe)
        with self.learner.average_in_place(progress.epoch):
            self._judge(means)
            is_last = progress.epoch + 1 == self.recipe.epochs
            self.watching.judged(progress.step, progress.epoch + 1, is_last=is_last)
        progress.epoch += 1
        progress.begin_epoch()

    def _is_judged(self, epoch: int) -> bool:
        """Whether an epoch, counted from 1, is validated; without validation each one counts."""
        every = self.recipe.validate_every
        return not self.validation or epoch % every == 0 or epoch == self.recipe.epochs

    def _judge(self, means: list[float]) -> None:
        """Measure how good the network is now, and keep the weights if they are the best."""
        progress = self.progress
        losses, metrics = means, dict[str, float]()
        if self.validation:
            found = self._validate()
            losses = list(found.losses)
            metrics = validation_metrics(self.losses, found.scored, self.recipe)
            names = metric_names(self.losses, self.recipe)
            self._measured(
                VALIDATION, found.samples, losses, [metrics.get(name, NAN) for name in names]
            )
        named = {loss.name: value for loss, value in zip(self.losses, losses, strict=True)}
        value = {**named, "loss": sum(losses), **metrics}.get(self.recipe.metric, NAN)
        if progress.judge(self.recipe, value, losses, metrics):
            self.best = {name: t.detach().clone() for name, t in self.learner.weights().items()}
        if self.recipe.schedule == "reduce_on_plateau":
            progress.settle(self.recipe, value)
            self.learner.top = progress.rate

    def _validate(self) -> Evaluation:
        recipe = self.recipe
        precision = in_precision(recipe, self.learner.device)
        return evaluate(self.learner.model, self.validation, recipe.batch_size, precision)

    # Records.

    def _flush(self) -> None:
        """Read the losses that wait on the device, check them and write their records."""
        pending, progress, learner = self._pending, self.progress, self.learner
        if not pending:
            return
        width = len(self.losses)
        with torch.no_grad():
            values = torch.stack([loss for _, losses, _ in pending for loss in losses]).tolist()
            measured = [norm for _, _, norm in pending if norm is not None]
            norms = iter(torch.stack(measured).tolist() if measured else ())
        # Time of day from the monotonic clock: it neither jumps nor costs a call a step.
        day = time.time() - time.monotonic()
        packed, bad = [], 0
        for i, (now, _, norm) in enumerate(pending):
            losses = values[i * width : (i + 1) * width]
            rate = learner.rate(progress.step)
            batches, samples = learner.extent(progress.position)
            progress.step += 1
            progress.position += 1
            progress.seen += samples
            progress.counted += samples
            progress.sums = [a + b * samples for a, b in zip(progress.sums, losses, strict=True)]
            batch = (progress.position - 1) * learner.plan.accumulate + batches
            total = sum(losses)
            packed.append(
                self._records.pack(
                    (
                        STEP,
                        progress.epoch + 1,
                        progress.step,
                        batch,
                        samples,
                        progress.seen,
                        now,
                        now + day,
                        total,
                        rate,
                        NAN if norm is None else next(norms),
                    ),
                    losses,
                )
            )
            if not math.isfinite(total):
                bad = progress.step
                break
        pending.clear()
        self._records.append(packed)
        if bad:
            raise NotFinite(bad)

    def _measured(
        self, kind: int, samples: int, losses: Sequence[float], metrics: Sequence[float]
    ) -> None:
        """Write the record of an epoch or a validation."""
        progress = self.progress
        now = time.monotonic()
        rate = self.learner.rate(max(progress.step - 1, 0))
        head = (
            kind,
            progress.epoch + 1,
            progress.step,
            self.learner.plan.batches,
            samples,
            progress.seen,
            now,
            time.time(),
            sum(losses),
            rate,
            NAN,
        )
        self._records.append([self._records.pack(head, [*losses, *metrics])])

    # Checkpoints.

    def write_checkpoint(self) -> None:
        """Write a checkpoint of where training is; one that cannot be written is told and let be.

        Raises:
            NotFinite: Weights are not finite; no checkpoint ever holds such.
        """
        self._flush()
        learner, progress = self.learner, self.progress
        if not learner.is_finite():
            raise NotFinite(progress.step)
        try:
            self._records.sync()
            name = self.checkpoints.write(
                progress.step,
                learner.weights(),
                learner.optimizer_state(),
                self.best,
                {
                    "identity": self.identity.to_plain(),
                    "progress": progress.to_plain(),
                    "records": self._records.offset,
                    "random": learner.random_state(),
                    "scaling": learner.scaling(),
                    "best_step": progress.best_step,
                },
            )
        except (OSError, FileError) as error:
            last = self.status.checkpoint
            self.warn(
                f"the checkpoint at step {progress.step} cannot be written: {error}; training goes on, "
                + (f"the last checkpoint is of step {last}" if last >= 0 else "there is none yet")
            )
        else:
            self.status = replace(self.status, checkpoint=progress.step)
            self.say(self.status.state)
            self.event("checkpoint", step=progress.step, name=name)
        self._arm()

    def _arm(self) -> None:
        seconds = self.recipe.checkpoint_seconds
        self._checkpoint_due = time.monotonic() + seconds if seconds else math.inf

    # Commands.

    def _attend(self) -> None:
        """Do what commands say, and write a checkpoint when it is time."""
        now = time.monotonic()
        self._attend_due = now + ATTEND_SECONDS
        self.watching.look(now)
        self._meter.look(now)
        for command in self._commands.poll():
            self._obey(command)
        if now >= self._checkpoint_due:
            self.write_checkpoint()

    def _obey(self, command: Command) -> None:
        _log.info("command: %s", command)
        self.status = replace(self.status, commands=self._commands.offset)
        if command == "stop":
            self._stop = "now"
        elif command == "stop_after_epoch":
            self._stop = self._stop or "after_epoch"
        elif command == "checkpoint":
            self.write_checkpoint()
        elif command == "pause" and not self._stop:
            self._pause()

    def _pause(self) -> None:
        """Wait for a command; a checkpoint holds what there is, whatever happens meanwhile."""
        self.write_checkpoint()
        self.say("paused")
        self.event("paused", step=self.progress.step)
        while True:
            time.sleep(ATTEND_SECONDS)
            self._meter.look(time.monotonic())
            for command in self._commands.poll():
                if command == "pause":
                    continue
                if command != "resume":
                    self._obey(command)
                if command != "checkpoint":
                    self.say("running")
                    self.event("running", step=self.progress.step)
                    return

    # Telling.

    def say(self, state: State) -> None:
        """Write down where the run stands; a full disk does not stop the training for that."""
        self.status = replace(
            self.status,
            state=state,
            step=self.progress.step,
            epoch=min(self.progress.epoch + 1, self.recipe.epochs),
            commands=self._commands.offset,
            time=time.time(),
        )
        write_quietly(self.run, self.status)

    def event(self, kind: str, **values: Any) -> None:
        """Append an event."""
        try:
            append_event(self.run.events, kind, values)
        except OSError as error:
            _log.warning("the event %s cannot be written: %s", kind, error)

    def warn(self, text: str) -> None:
        """Tell of something that does not stop the training."""
        _log.warning("%s", text)
        self.event("warning", text=text)


def write_quietly(run: RunFolder, status: Status) -> None:
    """Write the status; that it cannot be written goes to the log."""
    try:
        run.write_status(status)
    except (OSError, FileError) as error:
        _log.warning("the status cannot be written: %s", error)
