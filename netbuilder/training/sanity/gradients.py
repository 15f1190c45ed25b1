"""Whether a gradient reaches every weight."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from torch import Tensor

from netbuilder.training.sanity.bench import Bench
from netbuilder.training.sanity.finding import GRADIENTS, Finding, numbers
from netbuilder.training.trace import node_of

_STEPS = 4  # what begins with zeros, on purpose, passes gradients on from the second step
_LISTED = 5


def gradients(bench: Bench) -> Finding:
    """Do a few steps, and tell the nodes whose weights got no gradient, or only zeros."""
    learner = bench.learner()
    reached: set[str] = set()
    moved: set[str] = set()
    for name, parameter in learner.parameters.items():
        parameter.register_post_accumulate_grad_hook(_hook(name, reached, moved))  # type: ignore[no-untyped-call]
    for step in bench.steps(learner, _STEPS):
        step()
    nodes = set(bench.source.lines.values())
    names = list(learner.parameters)
    cut = _nodes((name for name in names if name not in reached), nodes)
    still = _nodes((name for name in names if name in reached - moved), nodes)
    fixed = (name for name, p in learner.model.named_parameters() if not p.requires_grad)
    frozen = _nodes(fixed, nodes)
    counts = numbers(
        parameters=len(names), unreached=len(names) - len(reached), zero=len(reached - moved)
    )
    return _judged(cut, still, frozen, counts)


def _judged(
    cut: list[str], still: list[str], frozen: list[str], counts: dict[str, float | None]
) -> Finding:
    if cut:
        have, get = ("have", "get") if len(cut) > 1 else ("has", "gets")
        sentence = (
            f"{_listed(cut)} {have} weights, but {get} no gradient, so they will never change"
        )
        hint = (
            "no differentiable way leads from there to a loss: connect it, or take out what cuts the "
            "way, such as detach, argmax or a comparison"
        )
        return Finding(GRADIENTS.name, "bad", sentence, hint, tuple(cut), counts)
    if still:
        verb = "get" if len(still) > 1 else "gets"
        sentence = (
            f"{_listed(still)} {verb} gradients of zero only, so the weights stay as they are"
        )
        hint = (
            "something behind it is flat: look for an activation that is shut for every sample, a "
            "factor of 0 or a clamp, and whether its input is all zeros"
        )
        return Finding(GRADIENTS.name, "bad", sentence, hint, tuple(still), counts)
    if frozen:
        verb, keep = ("are", "keep") if len(frozen) > 1 else ("is", "keeps")
        sentence = (
            f"{_listed(frozen)} {verb} frozen and {keep} the random weights it was drawn with"
        )
        if len(frozen) > 1:
            sentence = sentence.replace("it was", "they were")
        hint = "unfreeze it, unless its weights come from a trained network"
        return Finding(GRADIENTS.name, "warning", sentence, hint, tuple(frozen), counts)
    return Finding(GRADIENTS.name, "ok", "a gradient reaches every weight", numbers=counts)


def _hook(name: str, reached: set[str], moved: set[str]) -> Callable[[Tensor], None]:
    def look(parameter: Tensor) -> None:
        reached.add(name)
        if name not in moved and parameter.grad is not None and bool(parameter.grad.any()):
            moved.add(name)

    return look


def _nodes(names: Iterable[str], nodes: set[str]) -> list[str]:
    """The nodes of parameters, each once; a parameter of no node is told by its own name."""
    return list(dict.fromkeys(node_of(name, nodes) or name for name in names))


def _listed(names: list[str]) -> str:
    more = len(names) - _LISTED
    text = ", ".join(names[:_LISTED])
    return f"{text} and {more} more" if more > 0 else text
