"""Making signals, images and volumes smaller by one number for every patch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from netbuilder.node_api import (
    Axes,
    Bool,
    Call,
    Dim,
    Float,
    In,
    Int,
    NodeType,
    Out,
    Problem,
    Sizes,
    TensorType,
    call,
    is_known,
    product,
    short,
    smallest,
)

_EXTENT = {1: "Length", 2: "Height and width", 3: "Depth, height and width"}
_CEIL = "Keep a last patch that reaches over the edge."


def _sizes(axes: int, number: int | None, doc: str, **options: Any) -> Sizes:
    """A parameter with a number for every axis; pixels are meant where there are two."""
    default, unit = None if number is None else (number,) * axes, "px" if axes == 2 else ""
    return Sizes(default, axes=axes, unit=unit, doc=doc, **{"min": 1, "max": 10_000, **options})


def _kernel_size(axes: int) -> Sizes:
    return _sizes(axes, 2, f"{_EXTENT[axes]} of the patches.")


def _stride(axes: int) -> Sizes:
    doc = "Step from one patch to the next; nothing stands for the kernel's size."
    return _sizes(axes, None, doc, optional=True)


def _padding(axes: int, doc: str) -> Sizes:
    return _sizes(axes, 0, doc, min=0, max=5_000)


def _dilation(axes: int) -> Sizes:
    return _sizes(axes, 1, "Distance between a patch's points.", group="Advanced")


class _Pool(NodeType):
    """What all pooling shares; what a kind has no parameter for stands here as a constant."""

    _space: ClassVar[str]
    # Whether torch wants the kernel to fit into the input without its padding.
    _inside: ClassVar[bool] = False

    kernel_size: Any
    stride: Any
    ceil_mode: Any
    padding: Any = (0, 0, 0)
    dilation: Any = (1, 1, 1)

    def _axes(self, a: Axes) -> Iterator[tuple[str, Dim, tuple[int, int, int, int]]]:
        steps = self.stride or self.kernel_size
        windows = zip(self.kernel_size, steps, self.padding, self.dilation, strict=False)
        sizes = [getattr(a, axis) for axis in self._space]
        return zip(self._space, sizes, windows, strict=True)

    def check(self, a: Axes) -> Iterator[Problem]:
        """The padding is at most half of the kernel, and the kernel fits."""
        for axis, size, window in self._axes(a):
            kernel, step, pad, dilation = window
            reach = dilation * (kernel - 1) + 1
            if pad > kernel // 2:
                yield Problem(
                    "NB212",
                    f"padding is {pad}, but must be at most half of the kernel's {kernel}",
                    param="padding",
                    settings={"padding": short(self._half())},
                )
                return
            if not is_known(size):
                if self.ceil_mode and pad + step > reach:
                    yield Problem(
                        "NB205",
                        f"axis {axis} of input is left open, but with ceil_mode its size decides how many patches there are",
                        port="input",
                        param="ceil_mode",
                        settings={"ceil_mode": False},
                    )
                continue
            length = self._length(size, window)
            room = f"the padded input has {size + 2 * pad}"
            if self._inside and reach > size:
                room = f"the input without its padding has {size}" if pad else room
                length = 0
            if is_known(length) and length < 1:
                yield Problem(
                    "NB207",
                    f"the kernel reaches over {reach} along {axis}, but {room} there",
                    port="input",
                    param="kernel_size",
                    hint="use a smaller kernel, or pool less before",
                )

    def _half(self) -> tuple[int, ...]:
        pairs = zip(self.kernel_size, self.padding, strict=True)
        return tuple(smallest(kernel // 2, pad) for kernel, pad in pairs)

    def _length(self, size: Dim, window: tuple[int, int, int, int]) -> Dim:
        kernel, step, pad, dilation = window
        rest = size + 2 * pad - dilation * (kernel - 1) - 1
        if not self.ceil_mode:
            return rest // step + 1
        length = (rest + step - 1) // step + 1
        # A last patch that would start in the padding behind the input is left out.
        if is_known(length) and is_known(size) and (length - 1) * step >= size + pad:
            return length - 1
        return length

    def infer(self, a: Axes) -> Mapping[str, Dim]:
        """The patches slide over every axis."""
        lengths = (self._length(size, window) for _, size, window in self._axes(a))
        return dict(zip("PQR", lengths, strict=False))


class _Signals(_Pool):
    """Pooling along a length."""

    _space = "L"

    input = In("N C L", doc="Signals: batch, channels, length.")
    output = Out("N C P", doc="Shorter signals, channel by channel.")


class _Images(_Pool):
    """Pooling over height and width."""

    _space = "HW"

    input = In("N C H W", doc="Images: batch, channels, height, width.")
    output = Out("N C P Q", doc="Smaller images, channel by channel.")


class _Volumes(_Pool):
    """Pooling over depth, height and width."""

    _space = "DHW"

    input = In("N C D H W", doc="Volumes: batch, channels, depth, height, width.")
    output = Out("N C P Q R", doc="Smaller volumes, channel by channel.")


class _MaxPool(_Pool):
    """The largest number of every patch, and on demand where it is."""

    kernel_size = _kernel_size(1)
    stride = _stride(1)
    padding = _padding(1, "What is added on every side; never the largest.")
    dilation = _dilation(1)
    return_indices = Bool(
        False,
        group="Advanced",
        doc="Also hand out where the largest numbers are, which MaxUnpool asks for.",
    )
    ceil_mode = Bool(False, group="Advanced", doc=_CEIL)

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(values)
        if not self.return_indices:
            self.out_ports = self.out_ports[:1]

    def extra_memory(self, x: Mapping[str, TensorType], y: Mapping[str, TensorType]) -> Dim:
        """Where each number was found, as int64."""
        return 8 * product(y["output"].shape)

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        options = self.options("stride", "padding", "dilation", "return_indices", "ceil_mode")
        return call(f"nn.{self.title}", short(self.kernel_size), **options)


class MaxPool1d(_MaxPool, _Signals, id="max_pool1d", title="MaxPool1d", category="Pooling"):
    """Take the largest number of every patch of a signal, which makes the signal shorter.

    Formula: y(p) = max_k x(stride p + dilation k - padding)

    Source: torch.nn.MaxPool1d

    When: Behind Conv1d, where it counts whether a pattern occurs and not exactly where.

    Also: pool, pooling, subsampling, downsampling, temporal pooling

    See: avg_pool1d, adaptive_max_pool1d, conv1d, max_unpool1d
    """

    indices = Out("N C P", dtype="int64", doc="Where it was found; with return_indices.")


class MaxPool2d(_MaxPool, _Images, id="max_pool2d", title="MaxPool2d", category="Pooling"):
    """Take the largest number of every patch of an image, which makes the image smaller.

    Formula: y(p) = max_k x(stride p + dilation k - padding)

    Source: torch.nn.MaxPool2d

    When: Behind Conv2d, to halve an image and keep what is strongest. Where exact places matter, as in
    drawing masks, a Conv2d with stride 2 loses less.

    Also: max pool, max pooling, pool, pooling, subsampling, downsampling

    See: avg_pool2d, conv2d, adaptive_max_pool2d, global_max_pool, max_unpool2d
    """

    indices = Out("N C P Q", dtype="int64", doc="Where it was found; with return_indices.")

    kernel_size = _kernel_size(2)
    stride = _stride(2)
    padding = _padding(2, "What is added on every side; never the largest.")
    dilation = _dilation(2)


class MaxPool3d(_MaxPool, _Volumes, id="max_pool3d", title="MaxPool3d", category="Pooling"):
    """Take the largest number of every patch of a volume, which makes the volume smaller.

    Formula: y(p) = max_k x(stride p + dilation k - padding)

    Source: torch.nn.MaxPool3d

    When: Behind Conv3d, to make scans and films smaller; kernel_size 1 x 2 x 2 leaves the depth alone.

    Also: pool, pooling, subsampling, downsampling

    See: avg_pool3d, adaptive_max_pool3d, conv3d, max_unpool3d
    """

    indices = Out("N C P Q R", dtype="int64", doc="Where it was found; with return_indices.")

    kernel_size = _kernel_size(3)
    stride = _stride(3)
    padding = _padding(3, "What is added on every side; never the largest.")
    dilation = _dilation(3)


class _AvgPool(_Pool):
    """The mean of every patch."""

    kernel_size = _kernel_size(1)
    stride = _stride(1)
    padding = _padding(1, "Zeros added on every side.")
    ceil_mode = Bool(False, group="Advanced", doc=_CEIL)
    count_include_pad = Bool(True, group="Advanced", doc="Count the added zeros in the mean.")

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        own = ("divisor_override",) if "divisor_override" in self.params else ()
        options = self.options("stride", "padding", "ceil_mode", "count_include_pad", *own)
        return call(f"nn.{self.title}", short(self.kernel_size), **options)


class AvgPool1d(_AvgPool, _Signals, id="avg_pool1d", title="AvgPool1d", category="Pooling"):
    """Take the mean of every patch of a signal, which makes the signal shorter.

    Formula: y(p) = mean_k x(stride p + k - padding)

    Source: torch.nn.AvgPool1d

    When: To smooth and thin out a signal where everything counts alike; MaxPool1d keeps peaks.

    Also: mean pooling, average pooling, moving average

    See: max_pool1d, adaptive_avg_pool1d, mean
    """


class _WithDivisor(_AvgPool):
    """What torch offers for means of two and three axes only."""

    divisor_override = Int(
        None,
        min=1,
        max=1_000_000,
        optional=True,
        group="Advanced",
        doc="Divide by this number; nothing stands for the size of the patch.",
    )


class AvgPool2d(_WithDivisor, _Images, id="avg_pool2d", title="AvgPool2d", category="Pooling"):
    """Take the mean of every patch of an image, which makes the image smaller.

    Formula: y(p) = mean_k x(stride p + k - padding)

    Source: torch.nn.AvgPool2d

    When: To make images smaller without losing what is faint; MaxPool2d keeps what is strongest. For
    one number a channel take GlobalAveragePool.

    Also: avg pool, mean pooling, average pooling

    See: max_pool2d, adaptive_avg_pool2d, global_average_pool, lp_pool2d
    """

    kernel_size = _kernel_size(2)
    stride = _stride(2)
    padding = _padding(2, "Zeros added on every side.")


class AvgPool3d(_WithDivisor, _Volumes, id="avg_pool3d", title="AvgPool3d", category="Pooling"):
    """Take the mean of every patch of a volume, which makes the volume smaller.

    Formula: y(p) = mean_k x(stride p + k - padding)

    Source: torch.nn.AvgPool3d

    When: To make scans and films smaller without losing what is faint; MaxPool3d keeps what is
    strongest.

    Also: mean pooling, average pooling

    See: max_pool3d, adaptive_avg_pool3d, conv3d
    """

    _inside = True

    kernel_size = _kernel_size(3)
    stride = _stride(3)
    padding = _padding(3, "Zeros added on every side.")


class _LPPool(_Pool):
    """The p-norm of every patch."""

    norm_type = Float(
        2.0,
        min=1.0,
        max=64.0,
        doc="The power p; one that is no whole number needs inputs of at least 0.",
    )
    kernel_size = _kernel_size(1)
    stride = _stride(1)
    ceil_mode = Bool(False, group="Advanced", doc=_CEIL)

    def module(self, a: Axes) -> Call:
        """Build torch's layer."""
        options = self.options("stride", "ceil_mode")
        return call(f"nn.{self.title}", self.norm_type, short(self.kernel_size), **options)


class LPPool1d(_LPPool, _Signals, id="lp_pool1d", title="LPPool1d", category="Pooling"):
    """Take the p-norm of every patch of a signal: between a sum and the largest number.

    Formula: y(p) = (sum_k x(stride p + k)^norm_type)^(1 / norm_type)

    Source: torch.nn.LPPool1d

    When: For the energy of a signal, with norm_type 2. Its gradient is no number where a whole patch
    is 0, so put no ReLU before it.

    Also: power pooling, norm, l2 pooling, rms

    See: avg_pool1d, max_pool1d
    """


class LPPool2d(_LPPool, _Images, id="lp_pool2d", title="LPPool2d", category="Pooling"):
    """Take the p-norm of every patch of an image: between a sum and the largest number.

    Formula: y(p) = (sum_k x(stride p + k)^norm_type)^(1 / norm_type)

    Source: torch.nn.LPPool2d

    When: Between a mean and a maximum. Its gradient is no number where a whole patch is 0: no ReLU before.

    Also: lp pool, power pooling, norm, l2 pooling

    See: avg_pool2d, max_pool2d
    """

    kernel_size = _kernel_size(2)
    stride = _stride(2)


class LPPool3d(_LPPool, _Volumes, id="lp_pool3d", title="LPPool3d", category="Pooling"):
    """Take the p-norm of every patch of a volume: between a sum and the largest number.

    Formula: y(p) = (sum_k x(stride p + k)^norm_type)^(1 / norm_type)

    Source: torch.nn.LPPool3d

    When: Between a mean and a maximum. Its gradient is no number where a whole patch is 0: no ReLU before.

    Also: power pooling, norm, l2 pooling

    See: avg_pool3d, max_pool3d
    """

    _inside = True

    kernel_size = _kernel_size(3)
    stride = _stride(3)
