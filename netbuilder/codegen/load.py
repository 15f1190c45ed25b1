"""Generated source to a module class: the only place where generated text becomes code."""

from __future__ import annotations

import hashlib
import linecache
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from netbuilder.codegen.source import Source

if TYPE_CHECKING:
    from torch import nn


def load(source: Source) -> type[nn.Module]:
    """Compile generated source and return the network's class.

    Tracebacks show its lines, and ``torch.export`` finds its module by name.
    """
    return load_text(source.text, source.class_name)


def load_text(text: str, class_name: str, filename: str = "") -> type[nn.Module]:
    """Compile generated text and return a class of it.

    Args:
        text: What ``generate`` wrote.
        class_name: The class to return.
        filename: Where the text lies on disk, if it does; else a name is made from its content.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    name = f"netbuilder_generated_{digest}"
    known = sys.modules.get(name)
    if known is None:
        filename = filename or f"<netbuilder {class_name} {digest}>"
        module = ModuleType(name)
        module.__file__ = filename
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        exec(compile(text, filename, "exec"), module.__dict__)
        sys.modules[name] = known = module
    return cast("type[nn.Module]", cast("Any", known).__dict__[class_name])
