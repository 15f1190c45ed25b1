"""How large dtypes are, and which one comes out where several meet: torch's type promotion."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from netbuilder.node_api.dims import Dim, product
from netbuilder.node_api.ports import FLOATS, INTEGERS, TensorType

BYTES = {
    "float64": 8,
    "int64": 8,
    "float32": 4,
    "int32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int16": 2,
    "int8": 1,
    "uint8": 1,
    "bool": 1,
}
_BITS = {"int8": 8, "int16": 16, "int32": 32, "int64": 64}


def bytes_of(tensor: TensorType) -> Dim:
    """Return how many bytes the numbers of a tensor take."""
    return product(tensor.shape) * BYTES[tensor.dtype]


def promoted(tensors: Iterable[TensorType]) -> str:
    """Return the dtype of an element-wise operation on ``tensors``, as ``torch.result_type`` does.

    Scalars (tensors without axes) count only where they are of a higher kind than the others:
    bool, then whole numbers, then floating-point numbers.
    """
    tensors = tuple(tensors)
    full = [t.dtype for t in tensors if t.shape]
    scalar = [t.dtype for t in tensors if not t.shape]
    if not full or not scalar:
        return reduce(_pair, full or scalar)
    higher, lower = reduce(_pair, full), reduce(_pair, scalar)
    if higher in FLOATS or (higher in INTEGERS and lower not in FLOATS):
        return higher
    return _pair(higher, lower)


def with_number(dtype: str, number: int | float) -> str:
    """Return the dtype of an element-wise operation on a tensor and a plain number.

    The number counts only where it is of a higher kind than the tensor.
    """
    if dtype in FLOATS or (dtype in INTEGERS and isinstance(number, int)):
        return dtype
    return "int64" if isinstance(number, int) else "float32"


def _pair(left: str, right: str) -> str:
    if left == right:
        return left
    for kind in (FLOATS, INTEGERS):
        inside = [dtype for dtype in (left, right) if dtype in kind]
        if len(inside) == 1:
            return inside[0]
        if inside:
            return _wider(left, right)
    return left


def _wider(left: str, right: str) -> str:
    """Return the dtype that holds both; they differ and are of one kind."""
    pair = {left, right}
    if pair <= FLOATS:
        return "float64" if "float64" in pair else "float32"
    if "uint8" in pair:
        other = (pair - {"uint8"}).pop()
        return "int16" if other == "int8" else other
    return max(pair, key=_BITS.__getitem__)
