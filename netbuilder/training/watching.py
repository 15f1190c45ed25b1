"""What every layer gives and learns in one step: measured only while somebody looks, and cheaply.

Whoever looks touches the file ``watched`` of the run every few seconds. At most twice a second a step
is then done with hooks in place that read a part of every layer's output and the gradients of its
weights. Nothing is changed and nothing drawn, so a watched training comes out bit-equal.
"""

from __future__ import annotations

import ast
import logging
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

from netbuilder.codegen.source import Source
from netbuilder.training.run import RunFolder, write_fleeting
from netbuilder.training.surface import Surface
from netbuilder.training.weight_names import node_path, owners

INTERVAL = 0.5  # s between two measured steps; the eye follows no faster curve on a card
FRESH = 10.0  # s after which nobody is taken to look any more
SHARE = 0.01  # of the time may go into measuring: large networks are measured less often
SAMPLE = 4096  # values of an output that are read; more say the same
BINS = 32
ENOUGH = 256  # samples in a row for which a unit was silent before it is told to never fire
_MISSING = math.nan

_log = logging.getLogger(__name__)

TakeStep = Callable[[int], Any]
See = Callable[[str, Tensor], Any]


class Watching:
    """Measures a step now and then, and writes what it found.

    Args:
        run: The run.
        model: Its network.
        source: What was generated from the graph.
        surface: Draws its decision surface; None where there is none to draw.

    Attributes:
        due: Whether the next step is to be measured.
    """

    def __init__(
        self, run: RunFolder, model: nn.Module, source: Source, surface: Surface | None = None
    ) -> None:
        self.due = False
        self._surface = surface
        self._surface_next = 0.0
        self._run = run
        self._model = model
        self._source = source
        self._next = 0.0
        self._layers: Layers | None = None

    def look(self, now: float) -> None:
        """See whether somebody watches; ``now`` is of the monotonic clock."""
        if now < self._next:
            return
        self._next = now + INTERVAL
        self.due = self._is_watched()

    def judged(self, step: int, epoch: int, *, is_last: bool) -> None:
        """Draw the decision surface after an epoch, if it is time and somebody looks."""
        begin = time.monotonic()
        if self._surface is None or (begin < self._surface_next and not is_last):
            return
        self._surface_next = begin + INTERVAL
        if not self._is_watched():
            return
        try:
            head = {"step": step, "epoch": epoch, "time": time.time()}
            write_fleeting(self._run.surface, head | self._surface.draw())
        except (OSError, RuntimeError) as error:  # such as too little memory for all cells at once
            _log.warning("the decision surface cannot be drawn", exc_info=error)
            self._surface = None
        now = time.monotonic()
        self._surface_next = max(self._surface_next, now + (now - begin) / SHARE)

    def _is_watched(self) -> bool:
        try:
            touched = os.stat(self._run.watched).st_mtime  # noqa: PTH116 - half the cost, many times
        except OSError:
            return False
        return abs(time.time() - touched) < FRESH

    def measured(self, take: TakeStep, position: int, step: int, scale: float = 1.0) -> Any:
        """Do a step with everything measured, and return what it returns.

        Args:
            take: Does it.
            position: Its place in the epoch.
            step: Its number, from 1.
            scale: What the loss is multiplied by meanwhile.
        """
        self.due = False
        begin = time.perf_counter()
        if self._layers is None:
            self._layers = Layers(self._model, self._source)
        layers = self._layers
        layers.spent = time.perf_counter() - begin
        with layers.watched():
            taken = take(position)
        begin = time.perf_counter()
        with suppress(OSError):  # a picture for the eye is no reason to stop a training
            self._write(step, layers.found(scale))
        spent = layers.spent + time.perf_counter() - begin
        self._next = max(self._next, time.monotonic() + spent / SHARE)
        return taken

    def _write(self, step: int, nodes: Mapping[str, Any]) -> None:
        write_fleeting(self._run.activity, {"step": step, "time": time.time(), "nodes": nodes})


class Layers:
    """The places that are measured, and what was seen there.

    Args:
        model: A network.
        source: What was generated from its graph.
        see: Gets the path of each node and its whole output.

    Attributes:
        spent: Seconds that measuring took.
    """

    def __init__(self, model: nn.Module, source: Source, see: See | None = None) -> None:
        self.spent = 0.0
        self._see = see
        self._nodes = set(source.lines.values())
        self._model = model
        self._names = {id(module): node_path(name) for name, module in model.named_modules()}
        self._modules: dict[str, nn.Module] = {}
        for name, module in model.named_modules():
            # Of a repeated group the first one stands for all, as in the report of the check.
            if node_path(name) in self._nodes:
                self._modules.setdefault(node_path(name), module)
        self._parameters = [
            (tuple(owners(name, self._nodes)), parameter)
            for name, parameter in model.named_parameters()
            if parameter.requires_grad
        ]
        self._weighted = {path for paths, _ in self._parameters for path in paths}
        self._outputs: dict[str, list[Any]] = {}
        self._silence: dict[str, _Silence] = {}
        self._norms: dict[tuple[str, ...], dict[int, Tensor]] = {}
        self._statements = _statements(source)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Measure whatever the network does inside."""
        self._outputs, self._norms = {}, {}
        begin = time.perf_counter()
        with ExitStack() as stack:
            for path, module in self._modules.items():
                handle = module.register_forward_hook(self._on_output(path))
                stack.callback(handle.remove)
            for number, (paths, parameter) in enumerate(self._parameters):
                if not parameter.requires_grad:
                    continue  # frozen in this phase
                hook = self._on_gradient(paths, number)
                handle = parameter.register_post_accumulate_grad_hook(hook)  # type: ignore[no-untyped-call]
                stack.callback(handle.remove)
            stack.enter_context(self._lines_watched())
            self.spent += time.perf_counter() - begin
            yield
            begin = time.perf_counter()
        self.spent += time.perf_counter() - begin

    def found(self, scale: float = 1.0) -> dict[str, dict[str, Any]]:
        """What was measured, by the path of the node; None for what is not finite or not known.

        Args:
            scale: What gradients are to be divided by.
        """
        squares: dict[str, float] = {}
        for paths, norms in self._norms.items():
            total = sum((float(norm) / scale) ** 2 for norm in norms.values())
            for path in paths:
                squares[path] = squares.get(path, 0.0) + total
        plain = {}
        for path, (mean, std, low, high, counts) in self._outputs.items():
            plain[path] = {
                "mean": _finite(mean),
                "std": _finite(std),
                "gradient_norm": _finite(math.sqrt(squares[path]) if path in squares else _MISSING),
                "low": _finite(low),
                "high": _finite(high),
                "histogram": counts,
                "silent": self._silence[path].share if path in self._silence else None,
            }
        return plain

    def _on_output(self, path: str) -> Callable[[nn.Module, Any, Any], None]:
        def hook(module: nn.Module, inputs: Any, output: Any) -> None:
            self._take(path, output)

        return hook

    def _on_gradient(self, paths: tuple[str, ...], number: int) -> Callable[[Tensor], None]:
        def hook(parameter: Tensor) -> None:
            begin = time.perf_counter()
            if parameter.grad is not None:
                norm = torch.linalg.vector_norm(parameter.grad.detach())
                self._norms.setdefault(paths, {})[number] = norm
            self.spent += time.perf_counter() - begin

        return hook

    def _take(self, path: str, output: Any) -> None:
        """Read a part of an output; the first time that a node gives one counts."""
        begin = time.perf_counter()
        while isinstance(output, tuple | list) and output:
            output = output[0]
        usable = isinstance(output, Tensor) and output.is_floating_point() and output.numel()
        if usable and path not in self._outputs:
            if self._see is not None:
                self._see(path, output)
            found = self._outputs[path] = _read(output)
            # What rectifies gives exact zeros and nothing below; for all others this costs nothing.
            if found[2] == 0 and output.dim() > 1:
                self._silence.setdefault(path, _Silence()).take(output)
            if path not in self._weighted and output.requires_grad:
                output.register_hook(self._on_flow(path))
        self.spent += time.perf_counter() - begin

    def _on_flow(self, path: str) -> Callable[[Tensor], None]:
        def hook(gradient: Tensor) -> None:
            begin = time.perf_counter()
            self._norms.setdefault((path,), {})[-1] = torch.linalg.vector_norm(gradient.detach())
            self.spent += time.perf_counter() - begin

        return hook

    @contextmanager
    def _lines_watched(self) -> Iterator[None]:
        """Read the variables that lines without a layer of their own set, such as a sum."""
        if not self._statements:
            yield
            return
        filename = type(self._model).forward.__code__.co_filename

        def trace(frame: FrameType, event: str, argument: Any) -> Any:
            return local(frame) if frame.f_code.co_filename == filename else None

        def local(frame: FrameType) -> Any:
            last = self._statements.get(frame.f_lineno)

            def step(frame: FrameType, event: str, argument: Any) -> Any:
                nonlocal last
                now = None if event == "return" else self._statements.get(frame.f_lineno)
                if last is not None and now is not last:
                    self._on_statement(frame, *last)
                last = now
                return step

            return step

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            yield
        finally:
            sys.settrace(before)

    def _on_statement(self, frame: FrameType, variable: str, node: str) -> None:
        instance = self._names.get(id(frame.f_locals.get("self")), "")
        path = f"{instance}/{node}" if instance else node
        if path not in self._modules:
            self._take(path, frame.f_locals.get(variable))


class _Silence:
    """For how many samples in a row each unit of an output gave nothing but zeros.

    A unit is a channel of an image and else a place of the last axis.
    """

    def __init__(self) -> None:
        self._samples: Tensor | None = None
        self._seen = 0

    @property
    def share(self) -> float | None:
        """The share of units that are silent; None before enough samples were seen."""
        if self._samples is None or self._seen < ENOUGH:
            return None
        return float((self._samples >= ENOUGH).float().mean())

    @torch.no_grad()
    def take(self, output: Tensor) -> None:
        """Look at an output without negative values, of shape (samples, ...)."""
        unit = 1 if output.dim() > 3 else output.dim() - 1
        others = [axis for axis in range(output.dim()) if axis != unit]
        fires = (output.detach().amax(others) > 0).cpu()
        if self._samples is None or self._samples.shape != fires.shape:
            self._samples, self._seen = torch.zeros(fires.shape, dtype=torch.int64), 0
        self._seen += len(output)
        self._samples += len(output)
        self._samples[fires] = 0


def _statements(source: Source) -> dict[int, tuple[str, str]]:
    """The variable and the node's id of the lines that set a value, for all lines of a statement."""
    found: dict[int, tuple[str, str]] = {}
    for one in ast.walk(ast.parse(source.text)):
        if not isinstance(one, ast.Assign) or not isinstance(one.targets[0], ast.Name):
            continue
        node = source.lines.get(one.lineno, "")
        if node:
            row = (one.targets[0].id, node.rpartition("/")[2])
            found |= dict.fromkeys(range(one.lineno, (one.end_lineno or one.lineno) + 1), row)
    return found


@torch.no_grad()
def _read(output: Tensor) -> list[Any]:
    """Mean, standard deviation, least, largest and a histogram of a part of an output."""
    flat = output.detach().reshape(-1)
    part = flat[:: max(1, flat.numel() // SAMPLE)].to(device="cpu", dtype=torch.float32)
    std, mean = torch.std_mean(part, correction=0)
    low, high = (float(value) for value in torch.aminmax(part))
    counts: list[int] = []
    if math.isfinite(low) and math.isfinite(high):
        counts = [int(count) for count in torch.histc(part, BINS, low, high).tolist()]
    return [float(mean), float(std), low, high, counts]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
