"""Where a value stopped being finite: the steps since the last checkpoint are done again, looking.

Training does not look at every value, since that would cost more than the training. Because it can be
repeated bit for bit, looking afterwards finds the same thing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

from netbuilder.codegen.source import Source
from netbuilder.training.checkpoints import Checkpoint
from netbuilder.training.failures import Failure
from netbuilder.training.learner import Learner, first_bad
from netbuilder.training.progress import Progress

_ADVICE = "lower learning_rate, set clip_norm, or scale the data"


@dataclass(frozen=True, slots=True)
class Origin:
    """The first value that was not finite.

    Attributes:
        what: In words, such as ``the output of exp_1``.
        node: The path of its node; empty if it belongs to none.
        line: The line of model.py; 0 for none.
    """

    what: str
    node: str = ""
    line: int = 0


class _Found(Exception):  # noqa: N818 - it ends a search
    """Ends a step as soon as the origin is known."""

    def __init__(self, origin: Origin) -> None:
        super().__init__(origin.what)
        self.origin = origin


def find_origin(learner: Learner, checkpoint: Checkpoint, step: int, source: Source) -> Failure:
    """Repeat the steps after a checkpoint and say where the first bad value came up.

    Args:
        learner: The network; it is left in a state of no use.
        checkpoint: Where to start from.
        step: The step at whose end a bad value was seen, counted from 1.
        source: Knows which line belongs to which node.
    """
    bad = _first_bad_step(learner, checkpoint, step)
    seen = f"step {bad or step}"
    if not bad:
        # Only where operations differ from one time to the next, as some do on a GPU.
        sentence = f"a value became NaN or infinite at {seen}, but not again when it was repeated; {_ADVICE}"
        return Failure("not_finite", sentence, step)
    _go_to(learner, checkpoint, bad - 1)
    learner.interpret()
    origin = _search(learner, bad, source)
    where = f" (model.py, line {origin.line})" if origin.line else ""
    sentence = f"a value became NaN or infinite at {seen}: first {origin.what}{where}; {_ADVICE}"
    return Failure("not_finite", sentence, bad, origin.node, origin.line)


def _first_bad_step(learner: Learner, checkpoint: Checkpoint, last: int) -> int:
    """The first step after which a loss, a gradient's effect or a weight is not finite; 0 if none."""
    for step, losses in _repeat(learner, checkpoint, last):
        if not all(bool(torch.isfinite(loss)) for loss in losses) or not learner.is_finite():
            return step
    return 0


def _go_to(learner: Learner, checkpoint: Checkpoint, last: int) -> None:
    for _ in _repeat(learner, checkpoint, last):
        pass


def _repeat(
    learner: Learner, checkpoint: Checkpoint, last: int
) -> Iterator[tuple[int, tuple[Tensor, ...]]]:
    """Do the steps after a checkpoint once more; yield each with its losses."""
    learner.restore(checkpoint)
    learner.model.train()
    progress = Progress.from_plain(checkpoint.state["progress"])
    epoch, position = progress.epoch, progress.position
    take = learner.steps(epoch)
    for step in range(progress.step + 1, last + 1):
        if position == learner.plan.steps:
            epoch, position = epoch + 1, 0
            take = learner.steps(epoch)
        yield step, take(position)[0]
        position += 1


def _search(learner: Learner, step: int, source: Source) -> Origin:
    """Do one step, looking at every value on the way."""
    epoch, position = divmod(step - 1, learner.plan.steps)
    origin = _in_batch(learner, epoch, position, source)
    if origin:
        return origin
    nodes = set(source.lines.values())
    filename = type(learner.model).forward.__code__.co_filename
    take = learner.steps(epoch)
    try:
        with ExitStack() as stack:
            stack.enter_context(_watched_lines(filename, source.lines))
            stack.enter_context(_watched_modules(learner.model, nodes))
            stack.enter_context(_watched_gradients(learner.parameters, nodes))
            take(position)
    except _Found as found:
        return found.origin
    name = first_bad(learner.weights())
    if name:
        return Origin(f"the weight {name} after its step", node_of(name, nodes))
    name, _, kept = first_bad(learner.optimizer_state()).rpartition(":")
    if name:
        what = f"what the optimizer keeps of the gradients of {name} ({kept})"
        return Origin(what, node_of(name, nodes))
    return Origin("the sum of the losses")


def _in_batch(learner: Learner, epoch: int, position: int, source: Source) -> Origin | None:
    """Bad numbers in the data themselves."""
    batches = learner.batches(epoch)
    count = learner.plan.accumulate
    index = torch.cat(batches[position * count : (position + 1) * count])
    arguments = (*source.inputs, *source.targets)
    for argument, tensor in zip(arguments, learner.tensors, strict=True):
        if first_bad({"": tensor.index_select(0, index)}) or _is_bad(tensor.index_select(0, index)):
            return Origin(f"the data of the field {argument.field}", argument.name)
    return None


@contextmanager
def _watched_lines(filename: str, lines: Mapping[int, str]) -> Iterator[None]:
    """Look at the variables of the generated code after each of its lines."""

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename != filename:
            return None
        last = frame.f_lineno

        def local(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal last
            values = argument if event == "return" else list(frame.f_locals.values())
            if event in ("line", "return"):
                if _is_bad(values):
                    node = lines.get(last, "")
                    raise _Found(Origin(f"the output of {node or 'a line'}", node, last))
                last = frame.f_lineno
            return local

        return local

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


@contextmanager
def _watched_modules(model: nn.Module, nodes: set[str]) -> Iterator[None]:
    """Look at what every layer gives; a line of the source may call several."""

    def hook(name: str) -> Any:
        def look(module: nn.Module, inputs: Any, output: Any) -> None:
            if not _is_bad(output):
                return
            node = node_of(f"{name}.", nodes)
            bad_weight = first_bad(dict(module.named_parameters()))
            what = f"the weight {bad_weight} of" if bad_weight else "the output of"
            raise _Found(Origin(f"{what} {node or name}", node))

        return look

    handles = [
        module.register_forward_hook(hook(name))
        for name, module in model.named_modules()
        if name and not list(module.children())
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _watched_gradients(parameters: Mapping[str, nn.Parameter], nodes: set[str]) -> Iterator[None]:
    """Look at the gradients in the order in which they come up."""

    def hook(name: str) -> Any:
        def look(gradient: Tensor) -> None:
            if _is_bad(gradient):
                node = node_of(name, nodes)
                raise _Found(Origin(f"the gradient of {name}", node))

        return look

    handles = []
    for name, parameter in parameters.items():
        if parameter.requires_grad:
            handles.append(parameter.register_hook(hook(name)))  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def node_of(name: str, nodes: set[str]) -> str:
    """Return the path of the node that a parameter of the module belongs to; empty if not known.

    Args:
        name: As torch calls it: ``block_1.0.conv_1.weight``.
        nodes: The paths that there are: ``block_1/conv_1``.
    """
    parts = name.split(".")[:-1]
    while parts:
        for path in ("/".join(parts), "/".join(part for part in parts if not part.isdigit())):
            if path in nodes:
                return path
        parts.pop()
    return ""


def _is_bad(value: Any) -> bool:
    """Whether there is a tensor with a value that is not finite."""
    if isinstance(value, Tensor):
        return bool(value.is_floating_point() and not torch.isfinite(value).all())
    if isinstance(value, dict):
        return any(map(_is_bad, value.values()))
    return isinstance(value, list | tuple) and any(map(_is_bad, value))
