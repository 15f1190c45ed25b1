"""Images as sequences of overlapping patches, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netbuilder.node_api import (
    Axes,
    Call,
    Dim,
    In,
    NodeType,
    Out,
    Pair,
    Problem,
    call,
    is_known,
    product,
    shape_text,
    short,
)


class _Patches(NodeType):
    """What Unfold and Fold share: how patches lie in an image."""

    kernel_size = Pair((2, 2), min=1, max=10_000, unit="px", doc="Height and width of the patches.")
    dilation = Pair(
        (1, 1),
        min=1,
        max=10_000,
        unit="px",
        group="Advanced",
        doc="Distance between a patch's points.",
    )
    padding = Pair((0, 0), min=0, max=10_000, unit="px", doc="Zeros around the image.")
    stride = Pair((1, 1), min=1, max=10_000, unit="px", doc="Step from one patch to the next.")

    def _counts(self, height: Dim, width: Dim) -> tuple[Dim, Dim]:
        """How many patches lie below and beside each other."""
        down, across = (
            (size + 2 * pad - dilation * (kernel - 1) - 1) // step + 1
            for size, kernel, dilation, pad, step in zip(
                (height, width),
                self.kernel_size,
                self.dilation,
                self.padding,
                self.stride,
                strict=True,
            )
        )
        return down, across

    def _fit(self, height: Dim, width: Dim, port: str) -> Iterator[Problem]:
        for place, count in enumerate(self._counts(height, width)):
            if is_known(count) and count < 1:
                axis, size = (("H", height), ("W", width))[place]
                reach = self.dilation[place] * (self.kernel_size[place] - 1) + 1
                yield Problem(
                    "NB207",
                    f"a patch reaches over {reach} along {axis}, but the padded image has {size + 2 * self.padding[place]} there",
                    port=port,
                    param="kernel_size",
                    hint="use a smaller kernel or dilation, or more padding",
                )


class Unfold(_Patches, id="unfold", title="Unfold", category="Shape"):
    """Cut images into patches, every patch one column of numbers.

    Formula: L = floor((H + 2 padding - dilation (kernel_size - 1) - 1) / stride + 1) times that of W

    Source: torch.nn.Unfold

    When: To make a sequence of an image for attention, with stride as large as kernel_size and Transpose
    behind it. A Conv2d with such a stride embeds the patches at once.

    Also: im2col, patches, patchify, sliding blocks, vit

    See: fold, conv2d, pixel_unshuffle, transpose
    """

    input = In("N C H W", doc="Images: batch, channels, height, width.")
    output = Out("N O L", doc="The numbers of a patch, channels first, for each of L patches.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """The patches fit into the image."""
        yield from self._fit(a.H, a.W, "input")

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """All patches stand in one row."""
        return {"O": a.C * product(self.kernel_size), "L": product(self._counts(a.H, a.W))}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        options = self.options("dilation", "padding", "stride")
        return call("nn.Unfold", short(self.kernel_size), **options)


class Fold(_Patches, id="fold", title="Fold", category="Shape"):
    """Put patches together to images; where patches overlap, they are added up.

    Formula: y(p) = sum of x_k(q) over all patches q and places k in them that lie at p

    Source: torch.nn.Fold

    When: Behind attention over patches, to get an image again. Where patches overlap, sums are larger;
    divide by how many there are, or let none overlap.

    Also: col2im, patches, unpatchify

    See: unfold, unflatten, pixel_shuffle
    """

    input = In("N I L", doc="The numbers of a patch, channels first, for each of L patches.")
    output = Out("N C P Q", doc="Images of output_size.")

    output_size = Pair((3, 3), min=1, max=10_000, unit="px", doc="Height and width that come out.")

    def check(self, a: Axes) -> Iterator[Problem]:
        """Patches have whole channels, and there are as many as the image takes."""
        points = product(self.kernel_size)
        rest = a.I % points
        if not is_known(rest) or rest:
            yield Problem(
                "NB203",
                f"input has I = {a.I}, which the {points} points of a patch do not divide",
                port="input",
                param="kernel_size",
            )
        height, width = self.output_size
        small = list(self._fit(height, width, ""))
        yield from small
        counts = self._counts(height, width)
        if not small and product(counts) != a.L:
            yield Problem(
                "NB202",
                f"input has L = {a.L} patches, but output_size {shape_text(self.output_size)} takes {shape_text(counts)} = {product(counts)}",
                port="input",
                param="output_size",
            )

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """The image's size is a parameter."""
        height, width = self.output_size
        return {"C": a.I // product(self.kernel_size), "P": height, "Q": width}

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        options = self.options("dilation", "padding", "stride")
        return call("nn.Fold", short(self.output_size), short(self.kernel_size), **options)
