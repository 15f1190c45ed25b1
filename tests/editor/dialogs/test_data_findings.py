"""What the linter found in the data's window: told at its node, mended by one click, with figures."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton

from netbuilder.app.session import Session
from netbuilder.editor.data_advising import DataAdvising
from netbuilder.editor.dialogs.data import DataDialog
from netbuilder.graph.model import Network, Node

LONG = 60_000  # ms; the first look imports numpy


@pytest.fixture
def people(tmp_path, workspace):
    """A document on a table with e-mail addresses."""
    rows = ["mail,size,kind"] + [
        f"p{n}@mail.org,{n * 7 % 13 + n / 100:.2f},{'ab'[n % 2]}" for n in range(60)
    ]
    path = tmp_path / "people.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    node = Node("measures", "input", params={"shape": (61,), "field": "features"})
    made = Network(data={"source": "csv", "params": {"path": str(path)}})
    graph = made.graph.__class__({"measures": node}, {})
    return workspace.open(Session(Network(graph=graph, data=made.data)))


@pytest.fixture
def dialog(workspace, people, host, qtbot):
    advising = DataAdvising(workspace, host)
    assert advising.parent() is host
    made = DataDialog(workspace, host)
    made.show()
    qtbot.waitUntil(lambda: bool(made.findChildren(QFrame, "finding")), timeout=LONG)
    yield made
    made.reject()


def test_findings_and_figures_are_shown_and_one_click_mends(dialog, people, qtbot):
    (card,) = dialog.findChildren(QFrame, "finding")
    assert card.accessibleName().startswith("warning NB417: mail looks like it holds e-mail")
    figures = dialog.preview.figures
    assert [figures.columns.item(row, 0).text() for row in range(2)] == [
        "size",
        "mail = p0@mail.org",
    ]
    heads = [figures.columns.horizontalHeaderItem(x).text() for x in range(9)]
    cells = [figures.columns.item(0, x).text() for x in range(9)]
    told = dict(zip(heads, cells, strict=True))
    assert (told["Missing"], told["Histogram"], told["Distinct"]) == ("0", "", "42")
    assert 0 <= float(told["Min"]) < float(told["Median"]) < float(told["Max"]) < 14
    assert figures.classes.item(0, 0).text() == "label: a"
    qtbot.mouseClick(card.findChild(QPushButton, "show_node"), Qt.MouseButton.LeftButton)
    assert people.selection.nodes == {"measures"}
    before = people.network
    (told,) = [one for one in people.report.diagnostics if one.code == "NB417"]
    assert told.where.node == "measures"
    assert [fix.title for fix in told.fixes] == ["leave out mail", "hash mail"]
    with qtbot.waitSignal(dialog.workspace.looking.inspected, timeout=LONG):
        dialog._inspect()  # told once more, it stays told
    assert "NB417" in {one.code for one in people.report.diagnostics}

    def cards():
        return [one for one in dialog.findChildren(QFrame, "finding") if one.isVisible()]

    qtbot.waitUntil(lambda: len(cards()) == 1)
    (card,) = cards()
    qtbot.mouseClick(card.findChild(QPushButton, "take_offer"), Qt.MouseButton.LeftButton)
    assert tuple(people.network.data["params"]["leave_out"]) == ("mail",)
    assert "NB417" not in {one.code for one in people.report.diagnostics}
    said = dialog.findChild(QLabel, "findings_said")
    qtbot.waitUntil(lambda: said.text().startswith("Nothing is wrong"), timeout=LONG)
    people.undo()
    assert people.network == before


def test_figures_fit_the_editor_that_knows_no_numpy():
    import subprocess
    import sys

    program = (
        "import sys\nimport netbuilder.editor.dialogs.data, netbuilder.editor.dialogs.diagnose\n"
        "assert not {'numpy', 'torch', 'sklearn'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
