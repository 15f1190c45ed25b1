"""Sources of the shape that code generation gives, written by hand."""

from __future__ import annotations

from netbuilder.codegen.source import Argument, Result, Source

REPEATED = '''"""Tokens through an LSTM, attention and repeated blocks."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Block(nn.Module):
    """block"""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear_1 = nn.Linear(width, width)
        self.layer_norm_1 = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        h = self.linear_1(x)
        h = F.relu(h)
        return self.layer_norm_1(h + x)


class Tokens(nn.Module):
    """Tokens"""

    def __init__(self) -> None:
        super().__init__()
        self.embedding_1 = nn.Embedding(11, 8)
        self.lstm_1 = nn.LSTM(8, 8, batch_first=True)
        self.attention_1 = nn.MultiheadAttention(8, 2, batch_first=True)
        self.block_1 = nn.Sequential(*[Block(8) for _ in range(2)])
        self.block_2 = Block(8)
        self.dropout_1 = nn.Dropout(0.5)
        self.linear_1 = nn.Linear(8, 3)
        self.linear_2 = nn.Linear(4, 3)

    def forward(self, tokens: Tensor, extra: Tensor) -> tuple[Tensor, Tensor]:
        x = self.embedding_1(tokens)
        x, _ = self.lstm_1(x)
        x, _ = self.attention_1(x, x, x, need_weights=False)
        x = self.block_1(x)
        x = self.block_2(x)
        y = x.mean(1)
        y = self.dropout_1(y)
        y = self.linear_1(y)
        z = self.linear_2(extra)
        return y + z, x
'''

TOKENS = (
    Argument("tokens", "tokens", ("T",), "int64"),
    Argument("extra", "extra", (4,), "float32"),
)


def lines(text: str, paths: dict[str, str]) -> dict[int, str]:
    """Return the map from lines to nodes: a line belongs to the first path whose text it holds."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        for part, path in paths.items():
            if part in line:
                found[number] = path
                break
    return found


def tokens() -> Source:
    """Two inputs, one with an open axis, two outputs, a repeated group and another instance of it."""
    places = {
        "self.layer_norm_1": "block_1/layer_norm_1",
        "F.relu": "block_1/relu_1",
        "self.linear_1(x)": "block_1/linear_1",
        "self.linear_1 = nn.Linear(width": "block_1/linear_1",
        **{
            f"self.{name}": name
            for name in (
                "embedding_1",
                "lstm_1",
                "attention_1",
                "block_1",
                "block_2",
                "dropout_1",
                "linear_1",
                "linear_2",
            )
        },
        "x.mean": "mean_1",
        "return y + z": "add_1",
    }
    return Source(
        text=REPEATED,
        class_name="Tokens",
        inputs=TOKENS,
        targets=(),
        outputs=(
            Result("scores", ("N", 3), "float32", "kind"),
            Result("states", ("N", "T", 8), "float32"),
        ),
        losses=(),
        lines=lines(REPEATED, places),
    )


def simple(
    body: str,
    *,
    init: str = "self.linear_1 = nn.Linear(4, 4)",
    outputs: tuple[str, ...] = ("result",),
    inputs: tuple[Argument, ...] = (Argument("x", "x", (4,), "float32"),),
    paths: dict[str, str] | None = None,
) -> Source:
    """A module of a few lines."""
    indented = "\n".join(f"        {line}" for line in body.splitlines())
    built = "\n".join(f"        {line}" for line in init.splitlines())
    names = ", ".join(f"{item.name}: Tensor" for item in inputs)
    text = (
        "import torch\nimport torch.nn.functional as F\nfrom torch import Tensor, nn\n\n\n"
        "class Net(nn.Module):\n    def __init__(self) -> None:\n        super().__init__()\n"
        f"{built}\n\n    def forward(self, {names}) -> Tensor:\n{indented}\n"
    )
    return Source(
        text=text,
        class_name="Net",
        inputs=inputs,
        targets=(),
        outputs=tuple(Result(name, ("N", 4), "float32") for name in outputs),
        losses=(),
        lines=lines(text, paths or {"self.linear_1": "linear_1"}),
    )
