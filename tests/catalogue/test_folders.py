"""Folders of custom nodes: trusted or not, read anew, and wrong at a line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from own_nodes import as_at_the_start, line_with, wide

from netbuilder.catalogue.folders import file_of, node_files, set_trusted, trusted
from netbuilder.catalogue.packs import reread, standard_catalogue

IMPORTS = "from netbuilder.node_api import Float, In, NodeType, Out, call\n"
DECLARED = '    input = In("*B", doc="Any.")\n    output = Out("*B", doc="The same.")\n'
MODULE = '    def module(self, a):\n        return call("nn.Identity")\n'


@pytest.fixture(autouse=True)
def nothing_trusted() -> Iterator[None]:
    as_at_the_start()
    yield
    as_at_the_start()


def test_only_trusted_folders_are_read(tmp_path: Path) -> None:
    (tmp_path / "wide.py").write_text(wide())
    assert standard_catalogue().get("wide") is None
    set_trusted([tmp_path])
    found = standard_catalogue().get("wide")
    assert found is not None
    assert file_of(found) == tmp_path / "wide.py"
    assert standard_catalogue().folders == trusted() == (tmp_path,)
    set_trusted(())
    assert standard_catalogue().get("wide") is None


def test_a_file_is_read_anew_on_demand_even_within_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    set_trusted([tmp_path])
    path = tmp_path / "one.py"
    for title in ("Aaaa", "Bbbb", "Cccc"):
        path.write_text(
            f'{IMPORTS}class One(NodeType, id="one", title="{title}"):\n{DECLARED}{MODULE}'
        )
        reread()
        assert standard_catalogue().types["one"].title == title
    assert standard_catalogue() is standard_catalogue()
    assert not (tmp_path / "__pycache__").exists()
    path.unlink()
    reread()
    assert standard_catalogue().get("one") is None


def test_a_type_without_title_and_category_gets_both(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(f'{IMPORTS}class One(NodeType, id="one"):\n{DECLARED}{MODULE}')
    found = standard_catalogue((tmp_path,)).types["one"]
    assert (found.title, found.category) == ("One", "Custom")


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("import math\n\ndef f(:\n", "def f", "SyntaxError"),
        ("import torch\n", "import torch", "imports torch, but node files are read where torch is"),
        ("import math\nfrom torch import nn\n", "from torch", "in the text of a Definition"),
        ("import math\nimport numpy as np\n", "numpy", "imports numpy"),
        (
            f'{IMPORTS}class One(NodeType, id="One"):\n{DECLARED}{MODULE}',
            "class One",
            "is not lower-case letters",
        ),
        (
            f'{IMPORTS}class One(NodeType, id="one"):\n{DECLARED}',
            "class One",
            "has neither module nor forward",
        ),
        (
            f'{IMPORTS}class One(NodeType, id="one"):\n{DECLARED}    start = Float(1.0)\n{MODULE}',
            "class One",
            "declares start, which every node type has already",
        ),
        (
            f'{IMPORTS}class One(NodeType, id="one"):\n{DECLARED}    size = Float("big")\n{MODULE}',
            "class One",
            "One cannot be made with its defaults: ParamError",
        ),
        ("from ._other import missing\n", "from ._other", "cannot import name 'missing'"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(tmp_path: Path, text: str, at: str, said: str) -> None:
    (tmp_path / "_other.py").write_text("")
    path = tmp_path / "one.py"
    path.write_text(text)
    (problem,) = standard_catalogue((tmp_path,)).problems
    assert said in problem.message
    assert problem.file == path
    assert problem.line == line_with(path, at)
    assert problem.message.startswith(f"one.py, line {problem.line}: ")
    assert standard_catalogue((tmp_path,)).get("one") is None


def test_two_definitions_of_one_name_that_differ_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(wide())
    (tmp_path / "b.py").write_text(wide().replace('id="wide"', 'id="same"'))
    (tmp_path / "c.py").write_text(wide("x + 1").replace('id="wide"', 'id="other"'))
    catalogue = standard_catalogue((tmp_path,))
    (problem,) = catalogue.problems
    assert problem.message == (
        "c.py: Wide defines WideModule, which a.py defines otherwise; rename one of them"
    )
    assert problem.file == tmp_path / "c.py"
    assert {"wide", "same"} <= set(catalogue.types)
    assert catalogue.get("other") is None


def test_a_mistake_in_a_helper_is_told_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "_helper.py").write_text("\n\n1 / 0\n")
    (tmp_path / "one.py").write_text("from ._helper import x\n")
    (problem,) = standard_catalogue((tmp_path,)).problems
    assert (problem.file, problem.line) == (tmp_path / "_helper.py", 3)


def test_node_files_are_those_that_are_read(tmp_path: Path) -> None:
    for name in ("b.py", "a.py", "_c.py", "d.txt"):
        (tmp_path / name).write_text("")
    assert [path.name for path in node_files(tmp_path)] == ["a.py", "b.py"]
    assert node_files(tmp_path / "none") == []
