"""Images of another size: resampled, or with numbers moved between channels and places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Choice,
    Dim,
    Expr,
    Floats,
    In,
    Int,
    Ints,
    NodeType,
    Out,
    Problem,
    Shape,
    call,
    is_known,
    nearest_divisor,
    shape_text,
    short,
)

_MODES = ("nearest", "linear", "bilinear", "bicubic", "trilinear", "area", "nearest-exact")
# How many axes, with batch and channels, the modes take that go by straight lines or curves.
_RANKS = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}
_STRAIGHT = {3: "linear", 4: "bilinear", 5: "trilinear"}
# Up to such denominators, torch's floating-point product of size and factor is exact.
_EXACT = 1024


class Upsample(NodeType, id="upsample", title="Upsample", category="Shape"):
    """Make signals, images or volumes larger or smaller, by a factor or to a size.

    Formula: y(p) = x read at p L / P, between places as mode says

    Source: torch.nn.functional.interpolate

    When: On the way up of U-Nets and pyramids, with a convolution behind it. ConvTranspose2d learns how
    to fill in, and may leave a pattern. To make images smaller, switch antialias on or take a pool.

    Also: interpolate, resize, rescale, scale, bilinear, bicubic, nearest neighbour, downsample

    See: conv_transpose2d, pixel_shuffle, avg_pool2d, crop, max_unpool2d
    """

    input = In("N C L *S", doc="Batch, channels, then one to three axes.")
    like = In(
        "B K M *T",
        dtype="any",
        optional=True,
        doc="What has the wanted size behind its channels; it decides before size and scale_factor.",
    )
    output = Out("N C *R", doc="The same at another size.")

    size = Ints(
        (),
        min=1,
        max=1_000_000,
        max_length=3,
        doc="Size of the axes behind the channels, one for all or one each; none stands for scale_factor.",
    )
    scale_factor = Floats(
        (2.0,),
        min=0.01,
        max=64.0,
        min_length=1,
        max_length=3,
        doc="Factor of the axes behind the channels, one for all or one each.",
    )
    mode = Choice(
        "nearest",
        _MODES,
        doc="How new numbers come about: copies, lines (linear, bilinear, trilinear), curves or means (area).",
    )
    align_corners = Bool(
        False,
        group="Advanced",
        doc="Let the outermost numbers stay outermost; for lines and curves.",
    )
    antialias = Bool(
        False, group="Advanced", doc="Smooth what is made smaller; for bilinear and bicubic."
    )

    def _given(self, a: Axes) -> tuple[str, tuple[Any, ...]]:
        """What decides, and what it says for each axis."""
        if "like" in a.inputs:
            return "like", a.shape("like")[2:]
        name = "size" if self.size else "scale_factor"
        values = getattr(self, name)
        return name, values * len(self._sizes(a)) if len(values) == 1 else values

    def _sizes(self, a: Axes) -> Shape:
        return a.shape("input")[2:]

    def check(self, a: Axes) -> Iterator[Problem]:
        """The mode goes with the number of axes, and there is a size for each."""
        sizes, (name, given) = self._sizes(a), self._given(a)
        if len(sizes) > 3:
            yield Problem(
                "NB201",
                f"input is {shape_text(a.shape('input'))}, but at most three axes behind the channels are resampled",
                port="input",
            )
            return
        yield from self._mode_problems(len(sizes) + 2)
        if len(given) != len(sizes):
            port, param = ("like", "") if name == "like" else ("", name)
            yield Problem(
                "NB201",
                f"{name} has {len(given)} numbers, but input has {len(sizes)} axes behind the channels",
                port=port,
                param=param,
                settings={param: self.to_plain()[param][:1]} if param else {},
            )
        elif name == "scale_factor":
            for axis, (size, factor) in enumerate(zip(sizes, given, strict=True), start=2):
                if _scaled(size, factor) is None:
                    yield Problem(
                        "NB205",
                        f"axis {axis} of input is left open ({size}), so nobody can say what {factor} times it is",
                        port="input",
                        hint="take a factor such as 2, 1.5 or 0.25, or connect like",
                    )

    def _mode_problems(self, rank: int) -> Iterator[Problem]:
        if _RANKS.get(self.mode, rank) != rank:
            yield Problem(
                "NB212",
                f"mode {self.mode} goes with {_RANKS[self.mode]} axes, but input has {rank}",
                param="mode",
                settings={"mode": _STRAIGHT[rank]},
            )
        if self.align_corners and self.mode not in _RANKS:
            yield Problem(
                "NB212",
                f"align_corners is on, but mode {self.mode} has no use for it; it goes with {', '.join(_RANKS)}",
                param="align_corners",
                settings={"align_corners": False},
            )
        if self.antialias and (self.mode not in ("bilinear", "bicubic") or rank != 4):
            yield Problem(
                "NB212",
                f"antialias is on, but goes with images and the modes bilinear and bicubic, not with {self.mode} and {rank} axes",
                param="antialias",
                settings={"antialias": False},
            )

    def infer(self, a: Axes) -> Mapping[str, Shape]:
        """As large as asked for; a factor's product is rounded down."""
        name, given = self._given(a)
        if name != "scale_factor":
            return {"R": given}
        sizes = [_scaled(*pair) for pair in zip(self._sizes(a), given, strict=True)]
        return {"R": tuple(size for size in sizes if size is not None)}

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        name, given = self._given(a)
        wanted: dict[str, Any] = {name: short(given)}
        if name == "like":
            wanted = {"size": x["like"].attribute("shape")[slice(2, None)]}
        options = self.options("mode", "align_corners", "antialias")
        return call("F.interpolate", x["input"], **wanted, **options)


def _scaled(size: Dim, factor: float) -> Dim | None:
    """The size times the factor, rounded down; None where an open size gives no formula for it."""
    above, below = factor.as_integer_ratio()
    if below <= _EXACT:
        return size * above if below == 1 else size * above // below
    return int(size * factor) if is_known(size) else None


class PixelShuffle(NodeType, id="pixel_shuffle", title="PixelShuffle", category="Shape"):
    """Make images larger by laying groups of channels out as small squares of pixels.

    Formula: y_c(r h + i, r w + j) = x_(c r r + r i + j)(h, w), r = upscale_factor

    Source: torch.nn.PixelShuffle; Shi et al. 2016

    When: At the end of networks that make images sharper: a Conv2d before it makes the channels. It costs
    less than working on large images, and learns more than Upsample.

    Also: depth to space, sub-pixel convolution, super resolution

    See: pixel_unshuffle, upsample, conv_transpose2d
    """

    keeps = ()

    input = In("N C H W", known="C", doc="Images; upscale_factor squared divides the channels.")
    output = Out("N O P Q", doc="Larger images with fewer channels.")

    upscale_factor = Int(2, min=1, max=64, doc="How much higher and wider images become.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The channels fall into squares."""
        square = self.upscale_factor**2
        if a.C % square:
            largest = max(r for r in range(1, self.upscale_factor) if a.C % r**2 == 0)
            yield Problem(
                "NB203",
                f"input has {a.C} channels, which {square}, upscale_factor squared, does not divide",
                port="input",
                param="upscale_factor",
                hint=f"let {square}, {2 * square} or another multiple of {square} channels come in",
                settings={"upscale_factor": largest},
            )

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """Channels become places."""
        factor = self.upscale_factor
        return {"O": a.C // factor**2, "P": a.H * factor, "Q": a.W * factor}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.PixelShuffle", self.upscale_factor)


class PixelUnshuffle(NodeType, id="pixel_unshuffle", title="PixelUnshuffle", category="Shape"):
    """Make images smaller by laying small squares of pixels out as channels.

    Formula: y_(c r r + r i + j)(h, w) = x_c(r h + i, r w + j), r = downscale_factor

    Source: torch.nn.PixelUnshuffle; Shi et al. 2016

    When: To make images smaller at no loss, with a Conv2d behind it that chooses. A pool throws most of
    the numbers away.

    Also: space to depth, pixel unshuffle, focus

    See: pixel_shuffle, max_pool2d, unfold
    """

    keeps = ()

    input = In("N C H W", doc="Images; downscale_factor divides height and width.")
    output = Out("N O P Q", doc="Smaller images with more channels.")

    downscale_factor = Int(2, min=1, max=64, doc="How much lower and narrower images become.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Height and width fall into squares."""
        known = [size for size in (a.H, a.W) if is_known(size)]
        for axis, size in (("H", a.H), ("W", a.W)):
            if is_known(size) and size % self.downscale_factor:
                yield Problem(
                    "NB203",
                    f"input has {axis} = {size}, which downscale_factor {self.downscale_factor} does not divide",
                    port="input",
                    param="downscale_factor",
                    settings={"downscale_factor": nearest_divisor(self.downscale_factor, *known)},
                )
                return

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """Places become channels."""
        factor = self.downscale_factor
        return {"O": a.C * factor**2, "P": a.H // factor, "Q": a.W // factor}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        return call("nn.PixelUnshuffle", self.downscale_factor)
