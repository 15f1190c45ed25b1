"""What code generation gives: the text, and what the program needs to know about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Argument:
    """An input or target of the generated module.

    Attributes:
        name: The id of its node, and the name of the argument.
        field: The field of the data it takes.
        shape: The shape of one sample, batch axis left out; a name for a size left open.
        dtype: The torch dtype it expects.
    """

    name: str
    field: str
    shape: tuple[int | str, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class Result:
    """An output of the generated module.

    Attributes:
        name: The id of its node.
        shape: The shape, batch axis included, sizes left open by name.
        dtype: The torch dtype.
        classes_from: The field of the data whose classes its last or class axis scores, or empty.
    """

    name: str
    shape: tuple[int | str, ...]
    dtype: str
    classes_from: str = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss of the generated module.

    Attributes:
        name: The id of its node.
        type: The id of its node type.
        task: ``classification``, ``binary`` or ``regression``; empty where it has no metrics.
        weight: Its factor in the sum.
        prediction: The shape of what it scores, batch axis included.
        output: The name of the output that is the same value, or empty.
        target: The field of the data it is scored against, or empty where it is computed or there
            is none.
    """

    name: str
    type: str
    task: str
    weight: float
    prediction: tuple[int | str, ...]
    output: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """The generated source of a network.

    The text holds one class a group definition and the network's class last. The network's class has

    * ``forward(*inputs)``: the one output, or a tuple of the outputs in order;
    * where there are losses, ``losses(*inputs, *targets)``: a dict of the weighted losses by name,
      and a dict of the pair (prediction, target) that each scored which has metrics.

    Attributes:
        text: The Python source; it imports torch alone.
        class_name: The network's class.
        inputs: The arguments of ``forward``, in order.
        targets: The further arguments of ``losses``, in order.
        outputs: What ``forward`` returns, in order.
        losses: In the order of the dict.
        lines: The path of the node (``block_1/conv_1``) that each line of the text belongs to,
            lines counted from 1; lines of no node are missing.
        learning_rates: What the learning rate is multiplied by, by the dotted path of a module of the
            network; of several that hold a weight, the longest path counts.
    """

    text: str
    class_name: str
    inputs: tuple[Argument, ...]
    targets: tuple[Argument, ...]
    outputs: tuple[Result, ...]
    losses: tuple[Loss, ...]
    lines: Mapping[int, str]
    learning_rates: Mapping[str, float] = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """Everything but the text, as JSON data."""
        plain = asdict(self)
        del plain["text"]
        plain["lines"] = {str(line): path for line, path in self.lines.items()}
        return plain

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return what ``to_plain`` wrote, with the text as ``text`` beside it.

        Raises:
            KeyError: Something is missing.
            TypeError: Something is of another kind.
            ValueError: A line is no number.
        """
        return cls(
            text=plain["text"],
            class_name=plain["class_name"],
            inputs=tuple(Argument(**_tuples(item)) for item in plain["inputs"]),
            targets=tuple(Argument(**_tuples(item)) for item in plain["targets"]),
            outputs=tuple(Result(**_tuples(item)) for item in plain["outputs"]),
            losses=tuple(Loss(**_tuples(item)) for item in plain["losses"]),
            lines={int(line): path for line, path in plain["lines"].items()},
            learning_rates=plain.get("learning_rates", {}),
        )


def _tuples(item: Mapping[str, Any]) -> dict[str, Any]:
    """Lists of JSON as the tuples they were."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in item.items()}
