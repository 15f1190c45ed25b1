"""What a document can be exported as, and where to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netbuilder.editor.pictures import KINDS

_PROJECT = "_project"
_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')


@dataclass(frozen=True, slots=True)
class Format:
    """One way to export.

    Attributes:
        id: ``file``, ``project``, ``onnx``, ``pt2``, ``torchscript`` or ``picture``.
        title: What its tab says.
        sentence: What comes out.
        to: The format as the export calls it; empty for pictures, which the editor draws itself.
    """

    id: str
    title: str
    sentence: str
    to: str = ""


FORMATS: Final = (
    Format(
        "file",
        "Python file",
        "The network as one readable PyTorch module that imports torch alone.",
        "python",
    ),
    Format(
        "project",
        "Python project",
        "A folder with the module, its weights, the prepared data, and scripts that train and predict "
        "without NetBuilder.",
        "python",
    ),
    Format(
        "onnx",
        "ONNX",
        "One file for other runtimes. It takes any batch size, and any size of axes left open.",
        "onnx",
    ),
    Format(
        "pt2",
        "PyTorch .pt2",
        "One file that torch.export wrote: torch loads and runs it without the network's source.",
        "pt2",
    ),
    Format(
        "torchscript",
        "TorchScript",
        "One file for older runtimes. torch deprecates TorchScript and recommends .pt2 instead.",
        "torchscript",
    ),
    Format("picture", "Picture", "The graph as it is drawn, for papers, slides and readmes."),
)
WITH_WEIGHTS: Final = ("project", "onnx", "pt2", "torchscript")
_ENDINGS: Final = {
    "file": ".py",
    "project": _PROJECT,
    "onnx": ".onnx",
    "pt2": ".pt2",
    "torchscript": ".pt",
}


def format_of(id: str) -> Format:
    """Return a format by its id; an unknown one gives the first."""
    return next((one for one in FORMATS if one.id == id), FORMATS[0])


def ending(to: Format, kind: str) -> str:
    """Return how a target's name ends.

    Args:
        to: The format.
        kind: The kind of picture.
    """
    return _ENDINGS.get(to.id, f".{kind}")


def target(to: Format, kind: str, folder: Path, name: str) -> Path:
    """Return where an export goes by default."""
    stem = _UNFIT.sub("_", name).strip(" .") or "network"
    return folder / f"{stem}{ending(to, kind)}"


def retargeted(text: str, to: Format, kind: str) -> str:
    """Return a target that a person gave, fit for a format: same folder and name, another ending."""
    path = Path(text.strip()).expanduser()
    if not _is_named(path):
        return text
    return str(path.with_name(f"{_stem(path.name)}{ending(to, kind)}"))


def completed(text: str, to: Format, kind: str) -> Path:
    """Return the target a person means: an ending that is missing is put behind."""
    path = Path(text.strip()).expanduser()
    if to.id == "project":
        # A name that ends in .py would be taken for a file.
        return path.with_suffix("") if path.suffix == ".py" else path
    end = ending(to, kind)
    if not _is_named(path):
        return path
    return path if path.suffix.lower() == end else path.with_name(path.name + end)


def trouble_with(text: str, to: Format, kind: str) -> str:
    """Say why nothing can be written there; empty if it can."""
    if not text.strip():
        return "Say where to write it."
    path = completed(text, to, kind)
    if not path.is_absolute():
        return "Give a whole path, or choose one by Browse."
    if not _is_named(path):
        return f"{path} is a folder. Put a name behind it."
    if to.id == "project":
        if path.is_file():
            return f"{path.name} is a file, but a project is a folder. Give another name."
    elif path.is_dir():
        return f"{path.name} is a folder. Give the name of a file."
    return ""


def warning_about(text: str, to: Format, kind: str) -> str:
    """Say what is there already; empty if nothing is."""
    path = completed(text, to, kind)
    if to.id == "project":
        if path.is_dir() and any(path.iterdir()):
            return "The folder is not empty: the files of an earlier export are replaced."
        return ""
    return f"{path.name} is there already and will be replaced." if path.exists() else ""


def _is_named(path: Path) -> bool:
    """Whether a path ends in a name, as / and .. do not."""
    return path.name not in ("", "..")


def _stem(name: str) -> str:
    for end in (*_ENDINGS.values(), *(f".{kind}" for kind in KINDS)):
        if name.endswith(end) and len(name) > len(end):
            return name[: -len(end)]
    return name
