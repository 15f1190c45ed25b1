"""The README, the list of requirements and the facts that an exported project carries."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from typing import Any

from netbuilder.codegen.source import Argument
from netbuilder.exchange.place import program_version
from netbuilder.exchange.preparation import steps_of
from netbuilder.exchange.subject import Subject

PACKAGES = ("torch", "numpy", "safetensors")
_MARKUP = re.compile(r"([\\`*_\[\]<>#|!~])")

_COMMANDS = """\
```sh
python -m venv .venv
.venv/bin/pip install -r requirements.txt
"""
_FILES = {
    "model.py": "the network, as a PyTorch module",
    "weights.safetensors": "its trained weights",
    "train.py": "trains it: the same data, recipe and seed",
    "predict.py": "tests the weights",
    "metrics.py": "accuracy, F1, AUROC and errors",
    "initial.safetensors": "the weights of an earlier training, from which it starts",
    "augmentation.py": "random changes of the samples that are trained on",
    "data.safetensors": "the data as they are fed: split, filled and standardized",
    "preprocessing.json": "what was done to the data, names of classes, shapes of inputs",
    "requirements.txt": "the packages, in the versions it was made with",
}


def requirements() -> str:
    """Return the packages that the project needs, in the versions of this machine."""
    # A build such as 2.13.0+cpu is found on an index of its own only.
    return "".join(f"{name}=={version(name).partition('+')[0]}\n" for name in PACKAGES)


def facts(subject: Subject, fingerprint: str) -> str:
    """Return the JSON text that says what goes in, what comes out and how data were prepared."""
    source = subject.source
    classes = subject.preprocessing.get("classes", {})
    plain: dict[str, Any] = {
        "title": subject.name,
        "semantic_hash": subject.semantic_hash,
        "netbuilder_version": program_version(),
        "data_fingerprint": fingerprint,
        "inputs": [_argument(item) for item in source.inputs],
        "targets": [_argument(item) for item in source.targets],
        "outputs": [
            {
                "name": item.name,
                "shape": list(item.shape),
                "dtype": item.dtype,
                "classes": list(classes.get(item.classes_from, ())),
            }
            for item in source.outputs
        ],
        "preprocessing": dict(subject.preprocessing),
    }
    return json.dumps(plain, indent=1) + "\n"


def readme(subject: Subject, files: list[str]) -> str:
    """Return the README of a project.

    Args:
        subject: What was exported.
        files: The names of the files there are.
    """
    trains = "train.py" in files
    parts = [f"# {markdown(subject.name)}"]
    parts += [markdown(text) for text in subject.description.split("\n\n") if text.strip()]
    parts.append("It needs Python 3.11 or newer and the packages in `requirements.txt`:")
    commands = _COMMANDS
    if "predict.py" in files:
        commands += ".venv/bin/python predict.py   # test the trained weights\n"
    if trains:
        commands += ".venv/bin/python train.py     # train it anew\n"
    parts.append(f"{commands}```")
    if trains:
        parts.append(
            "`train.py --steps 20 --log losses.csv` writes down the losses of the first 20 steps. On "
            "the machine it was trained on, with the same version of PyTorch and as many threads, "
            "they are those of the training this project was exported from, bit for bit."
        )
    parts += ["## Use it", _usage(subject, "weights.safetensors" in files)]
    parts += _preparation(subject)
    rows = [f"- `{name}`: {_FILES[name]}" for name in _FILES if name in files]
    parts += ["## Files", "\n".join(rows)]
    if subject.semantic_hash:
        parts.append(f"Made by NetBuilder {program_version()}; network `{subject.semantic_hash}`.")
    return "\n\n".join(parts) + "\n"


def markdown(text: str) -> str:
    """Return free text as one paragraph of Markdown in which nothing is markup."""
    words = "".join(c if c.isprintable() else " " for c in text).split()
    return _MARKUP.sub(r"\\\1", " ".join(words))


def _usage(subject: Subject, has_weights: bool) -> str:
    source = subject.source
    lines = ["```python", "import torch"]
    if has_weights:
        lines.append("from safetensors.torch import load_file")
    lines += ["", f"from model import {source.class_name}", "", f"model = {source.class_name}()"]
    if has_weights:
        lines.append('model.load_state_dict(load_file("weights.safetensors"))')
    lines.append("model.eval()")
    for item in source.inputs:
        sizes = ", ".join("9" if isinstance(size, str) else str(size) for size in item.shape)
        shape = f"1, {sizes}" if sizes else "1"
        lines.append(f"{item.name} = torch.zeros({shape}, dtype=torch.{item.dtype})")
    names = ", ".join(item.name for item in source.outputs)
    given = ", ".join(item.name for item in source.inputs)
    lines += ["with torch.no_grad():", f"    {names} = model({given})", "```"]
    return "\n".join(lines)


def _preparation(subject: Subject) -> list[str]:
    known = subject.preprocessing
    said = []
    fields = {item.name: item.field for item in subject.source.inputs}
    for name, field in fields.items():
        steps = [f"{step}: {what}" for step, what in steps_of(field, known)]
        if steps:
            said.append(
                f"- `{name}` takes `{field}` prepared, with all figures in `preprocessing.json`; in this "
                "order:"
            )
            said += [f"  {number}. {markdown(step)}." for number, step in enumerate(steps, 1)]
    classes = known.get("classes", {})
    for item in subject.source.outputs:
        if item.classes_from in classes:
            shown = ", ".join(map(markdown, classes[item.classes_from][:20]))
            more = ", ..." if len(classes[item.classes_from]) > 20 else ""
            said.append(f"- `{item.name}` scores the classes, in this order: {shown}{more}.")
    return ["## What goes in and comes out", "\n".join(said)] if said else []


def _argument(item: Argument) -> dict[str, Any]:
    return {
        "name": item.name,
        "field": item.field,
        "shape": list(item.shape),
        "dtype": item.dtype,
    }
