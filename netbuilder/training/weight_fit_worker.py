"""The process that says which weights fit: ``python -m netbuilder.training.weight_fit_worker``.

It reads questions from standard input, an object a line: ``id``, ``text`` and ``class_name`` of a source,
and ``weights``, a safetensors file. It prints the answers in their order, an object a line: the ``id``,
and a ``fit`` (``WeightFit.to_plain``) or an ``error``. At the end of its input it ends. Nothing is
trained; the network is built without memory for its weights.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

from netbuilder.node_api.errors import NetBuilderError
from netbuilder.training.weight_fit import shapes_in, weight_fit


def main() -> None:
    """Answer until there are no more questions."""
    for line in sys.stdin:
        with redirect_stdout(sys.stderr):
            said = answered(json.loads(line))
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def answered(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return which weights of a file a network takes over, or why that cannot be said."""
    import torch

    from netbuilder.codegen.load import load_text

    told = {"id": question["id"]}
    try:
        given = shapes_in(Path(question["weights"]))
        with torch.device("meta"):
            model = load_text(question["text"], question["class_name"])()
        own = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    except NetBuilderError as error:
        return {**told, "error": str(error)}
    except Exception as error:  # noqa: BLE001 - somebody's module may raise anything
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        return {**told, "error": f"the network cannot be built: {said}"}
    return {**told, "fit": weight_fit(given, own).to_plain()}


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        main()
    sys.stderr.flush()
    # Taking torch apart would take most of a second.
    os._exit(0)
