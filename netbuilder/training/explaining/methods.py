"""How a prediction can be explained; nothing here imports torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """A way to explain.

    Attributes:
        name: What the command line calls it.
        title: What people call it.
        about: What it tells, in a few words.
    """

    name: str
    title: str
    about: str


METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        Method(
            "integrated_gradients",
            "Integrated gradients",
            "what each number adds to the score; together they add up to it",
        ),
        Method("gradient_input", "Gradient x input", "the gradient times the number"),
        Method("saliency", "Saliency", "how steeply the score changes with each number"),
        Method("grad_cam", "Grad-CAM", "where the last convolution sees what speaks for it"),
        Method("occlusion", "Occlusion", "how much the score falls when a part is covered"),
    )
}


@dataclass(frozen=True)
class Asked:
    """What is asked.

    Attributes:
        sample: The sample's place in the source of the data.
        method: One of ``METHODS``.
        output: The name of an output; empty for the first.
        target: A class or a number of it, by name or place; empty for what the network says.
        window: Edge of the squares that occlusion covers, in pixels; 0 for an eighth of the image.
        node: The convolution that ``grad_cam`` looks at, by its path; empty for the last one.
    """

    sample: int
    method: str
    output: str = ""
    target: str = ""
    window: int = 0
    node: str = ""
