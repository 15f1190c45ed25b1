"""NetBuilder: draw a graph of layers, read the PyTorch it becomes, train it, export it.

import netbuilder as nb

network = nb.load("examples/digits_cnn.netgraph")
print(nb.source(network).text)
module = nb.build(network)
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netbuilder.app.api import (
        Builder,
        build,
        check,
        evaluate,
        export,
        load,
        save,
        source,
        train,
        trust_nodes,
    )

__all__ = [
    "Builder",
    "build",
    "check",
    "evaluate",
    "export",
    "load",
    "save",
    "source",
    "train",
    "trust_nodes",
]

_API = "netbuilder.app.api"


def __getattr__(name: str) -> Any:
    # Whatever is offered is imported when it is asked for: `import netbuilder` costs nothing.
    if name in __all__:
        return getattr(importlib.import_module(_API), name)
    raise AttributeError(f"module 'netbuilder' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _CallablePart(ModuleType):
    """A part of this package that is also the function of the same name."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        function = getattr(importlib.import_module(_API), self.__name__.rpartition(".")[2])
        return function(*args, **options)


class _Package(ModuleType):
    """This package: importing one of its parts must not hide the function ``check``."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in __all__ and type(value) is ModuleType:
            value.__class__ = _CallablePart
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
