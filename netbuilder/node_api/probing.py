"""What running a node's module told, where no rule of its type says what flows out.

The check never runs torch. A type that leaves axes of its outputs open, by patterns whose axes no input
has and without ``infer`` or ``types``, is asked here; what is not known yet is noted down, somebody
runs the module beside this process (``netbuilder.app.probing``) and the check is made again. The
answers are this process's, because a type is: one read anew from its file is another class, and asked anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from netbuilder.node_api.dims import Shape
from netbuilder.node_api.ports import TensorType
from netbuilder.node_api.problems import Problem, Refusal

if TYPE_CHECKING:
    from netbuilder.node_api.axes import Axes
    from netbuilder.node_api.node_type import NodeType

WAITING = "NB506"
FAILED = "NB507"

_KEPT = 10_000

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A node whose outputs somebody has to find out.

    Attributes:
        node: The node type with its parameters.
        axes: The bound axes, with what flows in.
    """

    node: NodeType
    axes: Axes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run of the module told.

    Attributes:
        types: The type at every output port.
        weights: The shape of every trained tensor.
        trouble: Why there are none of these: a sentence; empty where there are.
        hint: The way out of the trouble.
    """

    types: Mapping[str, TensorType] = field(default_factory=dict)
    weights: Mapping[str, Shape] = field(default_factory=dict)
    trouble: str = ""
    hint: str = ""


class Probes:
    """The questions of a process and their answers."""

    def __init__(self) -> None:
        self._answers: dict[Key, Answer] = {}
        self._asked: dict[Key, Question] = {}

    def types(self, node: NodeType, axes: Axes) -> Mapping[str, TensorType]:
        """Return what flows out of a node.

        Raises:
            Refusal: It is not known yet, and asked from now on; or running the module failed.
        """
        key = _key(node, axes)
        answer = self._answers.get(key)
        if answer is None:
            self._asked.setdefault(key, Question(node, axes))
            message = f"what comes out of {node.title} is being found out by running it"
            hint = "wait a moment, or let its file say it with infer"
            raise Refusal(Problem(WAITING, message, hint=hint))
        if answer.trouble:
            raise Refusal(Problem(FAILED, answer.trouble, hint=answer.hint))
        return answer.types

    def weights(self, node: NodeType, axes: Axes) -> Mapping[str, Shape]:
        """Return the shapes of a node's weights, as far as they are known."""
        answer = self._answers.get(_key(node, axes))
        return answer.weights if answer else {}

    @property
    def asked(self) -> Mapping[Key, Question]:
        """What nobody has answered yet."""
        return dict(self._asked)

    def answer(self, key: Key, answer: Answer) -> None:
        """Answer a question."""
        if len(self._answers) >= _KEPT:
            self._answers.clear()
        self._answers[key] = answer
        self._asked.pop(key, None)


PROBES = Probes()


def _key(node: NodeType, axes: Axes) -> Key:
    # Sizes that carry a formula are equal to those that do not, so codegen finds what the check asked.
    values = tuple((name, _hashable(value)) for name, value in node.values().items())
    return type(node), values, tuple(axes.inputs.items())


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list | tuple) else value
