"""Networks that benchmarks build, each beside the module a person would write for the same thing."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parents[1]))

from networks import NodeText, graph, network

from netbuilder.graph.model import Graph, Group, GroupParam, Network
from netbuilder.node_api.expressions import Expression


def mlp_network() -> Network:
    """784-256-128-10."""
    nodes: list[NodeText] = [
        ("image", "input", {"shape": (784,)}),
        ("fc_1", "linear", {"out_features": 256}),
        ("relu_1", "relu"),
        ("fc_2", "linear", {"out_features": 128}),
        ("relu_2", "relu"),
        ("fc_3", "linear", {"out_features": 10}),
        ("logits", "output"),
    ]
    edges = "image -> fc_1, fc_1 -> relu_1, relu_1 -> fc_2, fc_2 -> relu_2, relu_2 -> fc_3, fc_3 -> logits"
    return network(nodes, edges, title="MLP")


class HandMLP(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc_1 = nn.Linear(784, 256)
        self.fc_2 = nn.Linear(256, 128)
        self.fc_3 = nn.Linear(128, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.fc_1(x))
        x = F.relu(self.fc_2(x))
        return self.fc_3(x)


def _basic_block(down: bool) -> Graph:
    stride = 2 if down else 1
    nodes: list[NodeText] = [
        ("x", "group_input"),
        (
            "conv_1",
            "conv2d",
            {"out_channels": Expression("planes"), "stride": stride, "padding": 1, "bias": False},
        ),
        ("bn_1", "batch_norm2d"),
        ("relu_1", "relu"),
        ("conv_2", "conv2d", {"out_channels": Expression("planes"), "padding": 1, "bias": False}),
        ("bn_2", "batch_norm2d"),
        ("plus", "add"),
        ("relu_2", "relu"),
        ("y", "group_output"),
    ]
    edges = "x -> conv_1, conv_1 -> bn_1, bn_1 -> relu_1, relu_1 -> conv_2, conv_2 -> bn_2, bn_2 -> plus.x_1, plus -> relu_2, relu_2 -> y"
    if down:
        nodes += [
            (
                "down",
                "conv2d",
                {
                    "out_channels": Expression("planes"),
                    "kernel_size": 1,
                    "stride": 2,
                    "bias": False,
                },
            ),
            ("down_bn", "batch_norm2d"),
        ]
        return graph(nodes, edges + ", x -> down, down -> down_bn, down_bn -> plus.x_2")
    return graph(nodes, edges + ", x -> plus.x_2")


def resnet_network() -> Network:
    """The shape of ResNet-18 (He et al., 2015) on 3 x 64 x 64 pictures."""
    params = (GroupParam("planes", 64, 1),)
    groups = {
        "block": Group("block", "Block", "", params, _basic_block(down=False)),
        "down_block": Group("down_block", "Down block", "", params, _basic_block(down=True)),
    }
    nodes: list[NodeText] = [
        ("image", "input", {"shape": (3, 64, 64)}),
        (
            "conv_1",
            "conv2d",
            {"out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3, "bias": False},
        ),
        ("bn_1", "batch_norm2d"),
        ("relu_1", "relu"),
        ("pool_1", "max_pool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
    ]
    edges = ["image -> conv_1", "conv_1 -> bn_1", "bn_1 -> relu_1", "relu_1 -> pool_1"]
    last = "pool_1"
    for stage, planes in enumerate((64, 128, 256, 512)):
        for index in range(2):
            name = f"layer_{stage}_{index}"
            kind = "group:down_block" if stage and not index else "group:block"
            nodes.append((name, kind, {"planes": planes}))
            edges.append(f"{last} -> {name}.x")
            last = f"{name}.y"
    nodes += [
        ("pool_2", "adaptive_avg_pool2d"),
        ("flatten_1", "flatten"),
        ("fc", "linear", {"out_features": 10}),
        ("logits", "output"),
    ]
    edges += [f"{last} -> pool_2", "pool_2 -> flatten_1", "flatten_1 -> fc", "fc -> logits"]
    return network(nodes, ",".join(edges), title="ResNet 18", groups=groups)


class HandBlock(nn.Module):
    def __init__(self, inplanes: int, planes: int, stride: int) -> None:
        super().__init__()
        self.conv_1 = nn.Conv2d(inplanes, planes, 3, stride, 1, bias=False)
        self.bn_1 = nn.BatchNorm2d(planes)
        self.relu_1 = nn.ReLU()
        self.conv_2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn_2 = nn.BatchNorm2d(planes)
        self.down: nn.Module | None = None
        if stride != 1:
            self.down = nn.Conv2d(inplanes, planes, 1, stride, bias=False)
            self.down_bn = nn.BatchNorm2d(planes)
        self.relu_2 = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn_2(self.conv_2(self.relu_1(self.bn_1(self.conv_1(x)))))
        identity = x if self.down is None else self.down_bn(self.down(x))
        return self.relu_2(out + identity)


class HandResNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv_1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn_1 = nn.BatchNorm2d(64)
        self.relu_1 = nn.ReLU()
        self.pool_1 = nn.MaxPool2d(3, 2, 1)
        inplanes = 64
        self.names: list[str] = []
        for stage, planes in enumerate((64, 128, 256, 512)):
            for index in range(2):
                name = f"layer_{stage}_{index}"
                self.add_module(name, HandBlock(inplanes, planes, 2 if stage and not index else 1))
                self.names.append(name)
                inplanes = planes
        self.pool_2 = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool_1(self.relu_1(self.bn_1(self.conv_1(x))))
        for name in self.names:
            x = self._modules[name](x)
        return self.fc(torch.flatten(self.pool_2(x), 1))


WIDTH, HEADS, LAYERS, LENGTH, VOCABULARY = 64, 4, 4, 64, 128


def gpt_network() -> Network:
    """A decoder of four layers, width 64, over 64 tokens (Radford et al., 2019, in small)."""
    block = graph(
        [
            ("x", "group_input"),
            ("norm_1", "layer_norm"),
            ("attention", "multihead_attention", {"num_heads": HEADS, "is_causal": True}),
            ("plus_1", "add"),
            ("norm_2", "layer_norm"),
            ("up", "linear", {"out_features": Expression("width * 4")}),
            ("gelu_1", "gelu"),
            ("down", "linear", {"out_features": Expression("width")}),
            ("plus_2", "add"),
            ("y", "group_output"),
        ],
        "x -> norm_1, norm_1 -> attention.query, norm_1 -> attention.key, norm_1 -> attention.value, attention -> plus_1.x_1,"
        "x -> plus_1.x_2, plus_1 -> norm_2, norm_2 -> up, up -> gelu_1, gelu_1 -> down, down -> plus_2.x_1, plus_1 -> plus_2.x_2, plus_2 -> y",
    )
    nodes: list[NodeText] = [
        ("tokens", "input", {"shape": (LENGTH,), "dtype": "int64"}),
        ("positions", "input", {"shape": (LENGTH,), "dtype": "int64", "order": 1}),
        ("token_embedding", "embedding", {"num_embeddings": VOCABULARY, "embedding_dim": WIDTH}),
        ("position_embedding", "embedding", {"num_embeddings": LENGTH, "embedding_dim": WIDTH}),
        ("plus", "add"),
        ("blocks", "group:block", {}, {"repeat": LAYERS}),
        ("norm", "layer_norm"),
        ("head", "linear", {"out_features": VOCABULARY, "bias": False}),
        ("logits", "output"),
    ]
    edges = (
        "tokens -> token_embedding, positions -> position_embedding, token_embedding -> plus.x_1, position_embedding -> plus.x_2,"
        "plus -> blocks.x, blocks.y -> norm, norm -> head, head -> logits"
    )
    group = Group("block", "Block", "", (GroupParam("width", WIDTH, 1),), block)
    return network(nodes, edges, title="GPT", groups={"block": group})


class HandGPTBlock(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm_1 = nn.LayerNorm(WIDTH)
        self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.norm_2 = nn.LayerNorm(WIDTH)
        self.up = nn.Linear(WIDTH, 4 * WIDTH)
        self.down = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        h = self.norm_1(x)
        mask = nn.Transformer.generate_square_subsequent_mask(h.shape[1], device=h.device)
        x = x + self.attention(h, h, h, need_weights=False, attn_mask=mask, is_causal=True)[0]
        return x + self.down(F.gelu(self.up(self.norm_2(x))))


class HandGPT(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(VOCABULARY, WIDTH)
        self.position_embedding = nn.Embedding(LENGTH, WIDTH)
        self.blocks = nn.ModuleList([HandGPTBlock() for _ in range(LAYERS)])
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, VOCABULARY, bias=False)

    def forward(self, tokens: Tensor, positions: Tensor) -> Tensor:
        x = self.token_embedding(tokens) + self.position_embedding(positions)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def gpt_inputs(batch: int) -> tuple[Tensor, Tensor]:
    tokens = torch.randint(VOCABULARY, (batch, LENGTH))
    return tokens, torch.arange(LENGTH).expand(batch, LENGTH).contiguous()
