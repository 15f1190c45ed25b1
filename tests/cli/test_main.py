"""The entry: help without cost, exit codes, errors in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_commands import EXAMPLES, Command

from netbuilder.cli.main import parser

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "cli"
COMMANDS = ("archive", "attribute", "check", "cost", "data", "demo", "diagnose", "edit", "evaluate", "explain", "export", "nodes", "predict", "render", "reproduce", "runs", "source", "train", "why")  # fmt: skip
HEAVY = ("torch", "numpy", "sklearn", "onnx", "onnxruntime", "rich", "networkx", "netbuilder.app")

LISTED = """
import sys
from netbuilder.cli.main import main
try:
    main(sys.argv[2:])
except SystemExit:
    pass
print("\\n" + sys.argv[1] + " ".join(sys.modules))
"""
MARK = "modules: "


def modules_of(*args: str | Path) -> set[str]:
    """Return what a command imported in a process of its own."""
    command = [sys.executable, "-c", LISTED, MARK, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition(MARK)[2].split())


@pytest.mark.parametrize("args", [["--help"], ["train", "--help"], ["runs", "stop", "--help"]])
def test_help_imports_nothing_heavy(args: list[str]) -> None:
    assert not modules_of(*args) & set(HEAVY)


@pytest.mark.parametrize(
    "args",
    [
        ["check", EXAMPLES / "digits_residual.netgraph"],
        ["cost", EXAMPLES / "digits_residual.netgraph"],
        ["source", EXAMPLES / "digits_residual.netgraph"],
        ["nodes", "conv2d"],
        ["explain", "NB202"],
        ["runs", "list"],
    ],
    ids=lambda args: args[0],
)
def test_light_commands_never_import_torch(args: list[str | Path]) -> None:
    assert not modules_of(*args) & {"torch", "sklearn", "onnx", "onnxruntime", "numpy"}


def test_help_texts_are_as_written_down(update_golden: bool) -> None:
    """A change of what users read is a visible difference."""
    texts = [parser().format_help()]
    (commands,) = (a for a in parser()._actions if a.dest == "command")
    assert sorted(commands.choices) == list(COMMANDS)
    texts += [commands.choices[name].format_help() for name in COMMANDS]
    text = "\n\n".join(texts)
    path = GOLDEN / f"help-{sys.version_info[0]}.{sys.version_info[1]}.txt"
    if update_golden:
        GOLDEN.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if path.exists():  # argparse writes its help a little differently in other versions of Python
        assert text == path.read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _plain_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")


def test_the_module_is_the_command() -> None:
    command = [sys.executable, "-m", "netbuilder", "explain", "NB999"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("netbuilder explain: there is no code NB999; there are: NB101")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "args",
    [
        ["nothing"],
        ["check"],
        ["evaluate", "x", "--split", "all"],
        ["export", "x", "--to", "paper", "-o", "y"],
        ["runs"],
        ["demo", "--epochs", "many"],
    ],
)
def test_wrong_usage_is_2(run: Command, args: list[str]) -> None:
    done = run(*args)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("usage: netbuilder")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a display")
@pytest.mark.parametrize("args", [(), ("edit",), ("a.netgraph",), ("a.netgraph", "b.netgraph")])
def test_without_a_command_the_editor_is_meant(
    run: Command, args: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    done = run(*args)
    assert done.code == 2
    assert "there is no display" in done.err


def test_the_version(run: Command) -> None:
    done = run("--version")
    assert done.code == 0
    assert done.out.startswith("netbuilder ")


@pytest.mark.parametrize("command", [["check"], ["source"], ["train"]])
def test_a_missing_file_is_wrong_usage(run: Command, command: list[str], tmp_path: Path) -> None:
    done = run(*command, tmp_path / "gone.netgraph")
    assert done.code == 2
    assert done.err.endswith("gone.netgraph: there is no such file\n")


@pytest.mark.parametrize("command", ["check", "source", "train"])
def test_a_file_that_is_no_network_is_a_problem(run: Command, command: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.netgraph"
    path.write_text('{"netgraph": "1.0", "title": 5}')
    done = run(command, path)
    assert done.code == 1
    assert "title" in done.err
    assert len(done.err.splitlines()) == 1
    if command != "source":
        told = run(command, path, "--json").json
        assert told["error"] in done.err


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    """As in ``netbuilder nodes | head -1``."""
    command = [sys.executable, "-m", "netbuilder", "nodes", "--json"]
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(write)
    assert done.stderr == ""
    assert done.returncode == 0


def test_bugs_keep_their_traceback(monkeypatch: pytest.MonkeyPatch, run: Command) -> None:
    def broken(code: str) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("netbuilder.check.codes.explain", broken)
    with pytest.raises(ZeroDivisionError):
        run("explain", "NB101")
