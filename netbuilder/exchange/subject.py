"""What is exported: a network's source with fresh weights, or the one a run trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.codegen.source import Source

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Subject:
    """A network to export.

    Attributes:
        source: Its generated source.
        title: The document's title.
        description: The document's description.
        semantic_hash: The hash that names what the network computes.
        preprocessing: How the data were prepared, as plain data: what ``data.prepare`` gives.
        weights: A safetensors file; None for fresh weights.
        seed: The seed of fresh weights.
    """

    source: Source
    title: str = ""
    description: str = ""
    semantic_hash: str = ""
    preprocessing: Mapping[str, Any] = field(default_factory=dict)
    weights: Path | None = None
    seed: int = 0

    @property
    def name(self) -> str:
        """The title, or the name of the class where there is none."""
        return self.title.strip() or self.source.class_name


def build(subject: Subject) -> nn.Module:
    """Return the network as a module in evaluation mode, on the CPU.

    Raises:
        ExportError: The weights do not fit or cannot be read.
    """
    import torch

    from netbuilder.codegen.load import load

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(subject.seed)
        module = load(subject.source)()
    if subject.weights is not None:
        _load_weights(module, subject.weights)
    return module.eval()


def _load_weights(module: nn.Module, path: Path) -> None:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from netbuilder.exchange.report import ExportError

    try:
        module.load_state_dict(load_file(path))
    except (OSError, SafetensorError) as error:
        raise ExportError(f"{path}: the weights cannot be read: {error}") from error
    except RuntimeError as error:
        first = str(error).splitlines()[-1].strip()
        raise ExportError(f"{path}: the weights do not fit the network: {first}") from error
