"""Custom nodes on the command line: refused without a word of trust, and used with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_commands import Command
from own_nodes import as_at_the_start, using, wide

from netbuilder.app.custom_nodes import recorded
from netbuilder.catalogue.folders import set_trusted
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.files.documents import save


@pytest.fixture(autouse=True)
def nothing_trusted() -> Iterator[None]:
    as_at_the_start()
    yield
    as_at_the_start()


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A document beside its custom node."""
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "wide.py").write_text(wide())
    path = tmp_path / "net.netgraph"
    set_trusted([tmp_path / "nodes"])
    save(recorded(using("wide"), standard_catalogue()), path)
    set_trusted(())
    return path


def test_without_trust_a_command_says_what_it_needs(run: Command, document: Path) -> None:
    done = run("check", document)
    assert done.code == 1
    assert "wide_1: error NB505: wide is a custom node of" in done.out
    assert f"--trust-nodes {document.parent / 'nodes'}" in done.out
    assert run("source", document).code == 1
    assert run("export", document, "--to", "python", "-o", document.parent / "out").code != 0


def test_with_trust_it_works(run: Command, document: Path) -> None:
    trust = ("--trust-nodes", document.parent / "nodes")
    done = run("check", document, *trust)
    assert (done.code, "no problems" in done.out) == (0, True)
    assert "class WideModule" in run("source", document, *trust).out
    assert "Widen, without a word" in run("nodes", "wide", *trust).out
    # Trust goes for one command, not for the next.
    assert run("check", document).code == 1


def test_a_folder_that_is_not_there_is_wrong_usage(run: Command, document: Path) -> None:
    done = run("check", document, "--trust-nodes", "nowhere")
    assert done.code == 2
    assert "--trust-nodes: nowhere is not a folder" in done.err


def test_a_check_without_open_shapes_imports_no_torch(document: Path) -> None:
    (document.parent / "nodes" / "wide.py").write_text(wide("x", "*B C"))
    program = (
        "import sys\nfrom netbuilder.cli.main import main\n"
        "code = main(sys.argv[1:])\nprint(code, 'torch' in sys.modules)"
    )
    arguments = ["check", str(document), "--trust-nodes", str(document.parent / "nodes")]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 False"
