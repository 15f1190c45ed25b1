"""What is changed at random in the samples that are trained on: every setting, with its meaning."""

from __future__ import annotations

from typing import Any

from netbuilder.node_api.params import Declared, Float, Int


def _share(group: str, doc: str, most: float = 1.0) -> Float:
    return Float(0.0, min=0.0, max=most, group=group, doc=doc)


def _angle(doc: str, most: float) -> Float:
    return Float(0.0, min=0.0, max=most, group="Augment: move", unit="degrees", doc=doc)


class Augment(Declared):
    """Changes of the samples as they are trained on; validation and test see them as they are.

    Images are fields of the shape (channels, height, width). A target that is an image or a mask of
    the same size moves along. 0 leaves a change out.
    """

    flip_horizontal = _share(
        "Augment: move", "Probability that left and right of an image are swapped."
    )
    flip_vertical = _share(
        "Augment: move", "Probability that top and bottom of an image are swapped."
    )
    rotate = _angle("Largest angle that an image is turned by, either way.", 180.0)
    shear = _angle("Largest angle that an image is slanted by, either way.", 60.0)
    scale = _share(
        "Augment: move", "Largest change of an image's size: 0.2 for 0.8 to 1.2 times.", 0.9
    )
    translate = _share("Augment: move", "Largest shift of an image, as a share of its size.", 0.9)
    crop = Int(
        0,
        min=0,
        max=10_000,
        group="Augment: move",
        unit="px",
        doc="Largest shift of an image in pixels.",
    )
    brightness = _share("Augment: colour", "Largest change of an image's brightness, as a factor.")
    contrast = _share("Augment: colour", "Largest change of an image's contrast, as a factor.")
    saturation = _share(
        "Augment: colour", "Largest change of how colourful an RGB image is, as a factor."
    )
    blur = _share("Augment: colour", "Probability that an image is blurred.")
    gaussian_noise = _share(
        "Augment: colour", "Standard deviation of what is added to every number.", 1e6
    )
    erase = _share("Augment: hide", "Probability that a rectangle of an image is set to 0.")
    mask_tokens = _share("Augment: hide", "Probability that a token of a text is hidden.")
    mask_token = Int(
        0,
        min=0,
        max=10_000_000,
        group="Augment: hide",
        doc="The token that stands for a hidden one.",
    )
    mixup = _share(
        "Augment: mix",
        "Alpha of mixup: samples are mixed in pairs, targets in the same shares.",
        100.0,
    )
    cutmix = _share(
        "Augment: mix",
        "Alpha of CutMix: a rectangle comes from another image, targets by its share.",
        100.0,
    )

    def active(self) -> dict[str, Any]:
        """The changes that are made, as plain data; empty where samples stay as they are."""
        changed = {n: v for n, v in self.to_plain().items() if v != self.params[n].default}
        return changed if set(changed) - {"mask_token"} else {}
