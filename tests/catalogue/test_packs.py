"""Where node types come from: packages, entry points and folders; and what goes wrong there."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from netbuilder.catalogue.packs import ENTRY_POINTS, standard_catalogue
from netbuilder.node_api import TensorType, symbol
from netbuilder.node_api.node_type import evaluate

NODE = """
from netbuilder.node_api import In, NodeType, Out, call

class {name}(NodeType, id="{id}", title="{name}", category="{category}"):
    '''Do something.

    Source: a test
    '''

    input = In("*B", doc="Any.")
    output = Out("*B", doc="The same.")

    def module(self, a):
        return call("nn.Identity")
"""


def node(name: str, type_id: str = "", category: str = "Mine") -> str:
    return NODE.format(name=name, id=type_id or name.lower(), category=category)


@pytest.fixture(autouse=True)
def clean_modules() -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("netbuilder_pack_"):
            del sys.modules[name]


def problems(folder: Path) -> list[str]:
    return [problem.message for problem in standard_catalogue((folder,)).problems]


def test_a_folder_of_node_files_is_a_pack(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(node("Alpha") + node("Beta"))
    (tmp_path / "two.py").write_text("from .one import Alpha\n" + node("Gamma"))
    (tmp_path / "early.py").write_text("from .two import Gamma\n" + node("Delta"))
    (tmp_path / "_private.py").write_text("raise RuntimeError")
    (tmp_path / "readme.txt").write_text("no code")
    catalogue = standard_catalogue((tmp_path,))
    assert catalogue.problems == ()
    assert [t.id for t in catalogue.categories()["Mine"]] == ["delta", "alpha", "beta", "gamma"]
    assert catalogue.get("linear") is standard_catalogue().get("linear")
    assert standard_catalogue().get("alpha") is None


def test_a_folder_may_say_the_order_of_its_categories(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("CATEGORIES = ('Zulu', 'Alpha')\n")
    (tmp_path / "one.py").write_text(node("A", category="Alpha") + node("Z", category="Zulu"))
    categories = list(standard_catalogue((tmp_path,)).categories())
    assert categories[-2:] == ["Zulu", "Alpha"]


def test_two_folders_with_files_of_one_name_do_not_meet(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder, name in zip(folders, ("First", "Second"), strict=True):
        folder.mkdir()
        (folder / "nodes.py").write_text(node(name))
    catalogue = standard_catalogue(folders)
    assert catalogue.problems == ()
    assert {"first", "second"} <= set(catalogue.types)
    assert "nodes" not in sys.modules


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import a_module_that_is_not_there", "No module named 'a_module_that_is_not_there'"),
        ("def broken(:", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("raise ValueError", "ValueError: no reason given"),
        (node("Bad", "Not An Id"), "is not lower-case letters"),
        ("\x00", "null bytes"),
    ],
)
def test_a_file_that_fails_is_a_problem_and_the_others_are_kept(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "bad.py").write_text(text)
    (tmp_path / "good.py").write_text(node("Good"))
    catalogue = standard_catalogue((tmp_path,))
    (problem,) = catalogue.problems
    assert said in problem.message
    assert problem.message.startswith("bad.py")
    assert problem.file == tmp_path / "bad.py"
    assert problem.pack == str(tmp_path)
    assert catalogue.get("good") is not None
    assert catalogue.get("linear") is not None


def test_an_init_file_that_fails_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("1 / 0")
    (tmp_path / "good.py").write_text(node("Good"))
    assert "division by zero" in problems(tmp_path)[0]


def test_an_id_that_is_taken_is_a_problem_and_the_first_is_kept(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(node("Mine", "linear"))
    catalogue = standard_catalogue((tmp_path,))
    (problem,) = catalogue.problems
    assert "Mine has the id linear, which netbuilder_nodes uses already" in problem.message
    assert catalogue.get("linear") is standard_catalogue().get("linear")


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert problems(tmp_path / "none") == [f"{tmp_path / 'none'} is not a folder"]


def test_installed_packs_add_themselves_by_entry_point(tmp_path: Path) -> None:
    """In a process of its own: a package, a module, and one that cannot be imported."""
    (tmp_path / "some_pack").mkdir()
    (tmp_path / "some_pack" / "__init__.py").write_text("")
    (tmp_path / "some_pack" / "more.py").write_text(node("FromPackage"))
    (tmp_path / "some_module.py").write_text(node("FromModule"))
    info = tmp_path / "some_pack-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: some-pack\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[{ENTRY_POINTS}]\npackage = some_pack\nmodule = some_module\nmissing = gone_pack\n"
    )
    program = textwrap.dedent("""
        from netbuilder.catalogue.packs import standard_catalogue
        catalogue = standard_catalogue()
        print([i for i in ("frompackage", "frommodule", "linear") if catalogue.get(i)])
        print([(p.pack, p.message) for p in catalogue.problems])
    """)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    found, said = done.stdout.splitlines()
    assert found == "['frompackage', 'frommodule', 'linear']"
    assert "missing (gone_pack)" in said
    assert "No module named 'gone_pack'" in said


def test_a_checkout_that_is_not_installed_finds_its_own_nodes() -> None:
    """Without an installed ``netbuilder_nodes`` the folder beside the package is taken."""
    root = Path(__file__).resolve().parents[2]
    program = textwrap.dedent(f"""
        import sys
        sys.meta_path = [f for f in sys.meta_path if "editable" not in repr(f).lower()]
        sys.path[:] = [{str(root)!r}] + [p for p in sys.path if "__editable__" not in p]
        import importlib.util
        if importlib.util.find_spec("netbuilder_nodes") is not None:
            print("installed as a copy")
        else:
            from netbuilder.catalogue.packs import standard_catalogue
            catalogue = standard_catalogue()
            import netbuilder_nodes
            print(len(catalogue.types) > 40, netbuilder_nodes.__file__)
    """)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    if "installed as a copy" in done.stdout:
        pytest.skip("netbuilder_nodes is installed as a copy here")
    assert done.stdout.split() == ["True", str(root / "nodes" / "__init__.py")]


def test_the_example_of_the_readme_is_a_node(tmp_path: Path) -> None:
    readme = Path(__file__).resolve().parents[2] / "nodes" / "README.md"
    text = readme.read_text(encoding="utf-8")
    (tmp_path / "example.py").write_text(text.split("```python\n")[1].split("```")[0])
    catalogue = standard_catalogue((tmp_path,))
    assert catalogue.problems == ()
    example = catalogue.types["grouped_linear"]
    inputs = {"input": TensorType((symbol("N"), 6, symbol("L")))}
    outcome = evaluate(example({"groups": 2, "out_features": 4}), inputs)
    assert str(outcome.types["output"]) == "N x 4 x L"
    refused = evaluate(example({"groups": 4, "out_features": 4}), inputs)
    assert [dict(p.settings) for p in refused.problems] == [{"groups": 2}]
