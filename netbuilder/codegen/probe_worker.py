"""The process that runs modules to find out what flows out: ``python -m netbuilder.codegen.probe_worker``.

It reads questions from standard input, an object a line (``Probe.to_plain``), and prints the answers in
their order, an object a line; what modules print themselves goes to standard error. At the end of its
input it ends.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Any

from netbuilder.codegen.probe import PROBE_CLASS


def main() -> None:
    """Answer until there are no more questions."""
    for line in sys.stdin:
        with redirect_stdout(sys.stderr):
            said = answered(json.loads(line))
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def answered(question: Mapping[str, Any]) -> dict[str, Any]:
    """Run what a question says and return what came out, or what was raised and where."""
    import torch

    from netbuilder.codegen.load import load_text

    file = f"<probe {id(question)}>"
    try:
        with torch.device("meta"), torch.no_grad():
            module = load_text(question["text"], PROBE_CLASS, file)().eval()
            rounds = [_run(module, tensors) for tensors in question["rounds"]]
    except Exception as error:  # noqa: BLE001 - somebody's module may raise anything
        return {"error": _said(error), "line": _line(error, file)}
    named = module.named_parameters()
    weights = {name.removeprefix("node."): list(p.shape) for name, p in named if p.requires_grad}
    return {"rounds": rounds, "weights": weights}


def _run(module: Any, tensors: Any) -> list[dict[str, Any]]:
    import torch

    given = [torch.zeros(t["shape"], dtype=getattr(torch, t["dtype"])) for t in tensors]
    found = module(*given)
    return [{"shape": list(t.shape), "dtype": str(t.dtype).removeprefix("torch.")} for t in found]


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).strip() or 'no reason given').splitlines()[0]}"


def _line(error: Exception, file: str) -> int:
    """The innermost line of the text that was run when it was raised."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno or 0
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    return lines[-1] or 0 if lines else 0


if __name__ == "__main__":
    main()
