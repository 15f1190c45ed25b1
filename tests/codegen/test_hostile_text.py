"""No text of a document becomes code other than as a constant or a checked name."""

from __future__ import annotations

import ast
import random
from dataclasses import replace

import pytest
from networks import IMAGE, LABEL, graph

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import generate, write
from netbuilder.codegen.plan import PlanError
from netbuilder.graph.model import (
    Endpoint,
    Frame,
    Graph,
    Group,
    GroupParam,
    Network,
    Node,
    Note,
    is_identifier,
)

SEEDS = (
    '"', "'", '"""', "'''", '\\"""', '"""\\', "\\", "\\\\", "\n", "\r", "\r\n", "\u2028", "\u2029", "\x00", "\x0c", "\x1b[0m",
    "\u202e", "\u200b", "{x}", "%s", "%(x)s", "{{", "# coding: utf-7", "import os", "\nimport os\n", '"""\nimport os\n"""',
    "__import__('os').system('true')", "exec", "\uff45\uff58\uff45\uff43", "\u00aa", "lambda: 0", "class A: pass", ");import os;(",
    "self", "None", "\\N{BULLET}", "\\x41", "\\u0041", "\\", '\\"', "a" * 600, "\ud7ff", "\ufffe", "\U0001f600", "#", "\t", "    ", ";",
    "f\"{1}\"", "`", "$(true)", "<img src=x>", "]]>", "\x7f", "\x85", "e\u0301", "/*", "--", "\\\n",
)  # fmt: skip
COUNT = 10_000


def hostile_texts() -> list[str]:
    chance = random.Random(20)
    texts = list(SEEDS)
    while len(texts) < COUNT:
        texts.append("".join(chance.choices(SEEDS, k=chance.randint(1, 6)))[:4000])
    return texts


def network_with(texts: list[str]) -> Network:
    """A network that has the texts in every slot that takes free text."""
    take = iter(texts).__next__
    inside = graph(
        [
            ("x", "group_input"),
            ("map_1", "linear", {"out_features": 8}, {"note": take()}),
            ("y", "group_output"),
        ],
        "x -> map_1, map_1 -> y",
    )
    block = Group("block", take(), take(), (GroupParam("dim", 8, 1, None, take()),), inside)
    main = graph(
        [
            ("image", "input", {"shape": (1, 8, 8), "field": take()}),
            ("label", "target", {"shape": (), "dtype": "int64", "field": take()}),
            ("flatten_1", "flatten", {}, {"note": take()}),
            ("block_1", "group:block"),
            ("logits", "output"),
            ("loss_1", "cross_entropy"),
        ],
        "image -> flatten_1, flatten_1 -> block_1.x, block_1.y -> logits, block_1.y -> loss_1, label -> loss_1.target",
    )
    main = replace(
        main, frames={"f": Frame("f", take(), colour=take())}, notes={"n": Note("n", take())}
    )
    return Network(
        take(),
        take(),
        main,
        {"block": block},
        {"source": take()},
        {"note": take()},
        {take(): take()},
    )


SLOTS = 17


def skeleton(text: str) -> str:
    """The tree of a source, with docstrings and the name of the network's class blanked."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                first.value = ast.Constant("")
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    assert is_identifier(classes[-1].name), classes[-1].name
    classes[-1].name = "Network"
    return ast.dump(tree)


def test_hostile_text_in_every_slot_changes_nothing_but_docstrings() -> None:
    """Each of 10,000 texts, in every slot: the source is the same program."""
    catalogue = standard_catalogue()
    texts = hostile_texts()
    expected = skeleton(generate(network_with(["plain"] * SLOTS), catalogue).text)
    for at in range(len(texts)):
        slots = [texts[(at + 7 * slot) % len(texts)] for slot in range(SLOTS)]
        source = write(network_with(slots), catalogue)
        assert skeleton(source.text) == expected, slots
        source.text.encode()


def test_a_planted_template_would_be_caught() -> None:
    """The comparison sees a text that got out of its docstring."""
    text = generate(network_with(["plain"] * SLOTS), standard_catalogue()).text
    leaked = text.replace('"""plain', '"""plain"""\n    import os\n    """', 1)
    assert skeleton(leaked) != skeleton(text)


@pytest.mark.parametrize("name", [t for t in dict.fromkeys(SEEDS) if not is_identifier(t)])
def test_a_name_that_is_not_checked_never_reaches_the_source(name: str) -> None:
    """Ids are checked names; with any other id there is no source."""
    nodes = {
        "image": Node("image", "input", params={"shape": (4,)}),
        name: Node(name, "linear"),
        "y": Node("y", "output"),
    }
    edges = {
        Endpoint(name, "input"): Endpoint("image", "output"),
        Endpoint("y", "input"): Endpoint(name, "output"),
    }
    with pytest.raises(PlanError, match="cannot be a name in Python source"):
        write(Network("Test", graph=Graph(nodes, edges)), standard_catalogue())


def test_words_of_a_choice_are_the_declared_ones() -> None:
    """A text parameter that reaches the source is one of the words its type declares."""
    for text in ("'same'", 'same"', "circular;", "zeros)"):
        nodes = [IMAGE, ("conv_1", "conv2d", {"padding": text}), ("y", "output"), LABEL]
        value = Network("Test", graph=graph(nodes, "image -> conv_1, conv_1 -> y"))
        with pytest.raises(Exception, match="padding"):
            generate(value, standard_catalogue())
