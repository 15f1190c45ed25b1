"""Forms of node types that were shown already, so that a selection needs no new widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from netbuilder.editor.widgets.form import Form
from netbuilder.node_api.params import Param

_MOST = 12


class KeptForms(QWidget):
    """A place for one form at a time; the last ones are kept out of sight.

    Args:
        make: Makes a form of parameters and connects it.
        parent: The widget around it.
    """

    def __init__(
        self, make: Callable[[Mapping[str, Param[Any]]], Form], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._make = make
        self._forms: dict[str, Form] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.form: Form | None = None

    def show_for(self, params: Mapping[str, Param[Any]], *, anew: bool) -> Form:
        """Show the form of these parameters.

        Args:
            params: What is edited.
            anew: Whether something else is edited than before, so that nothing typed may stay.
        """
        key = _key(params)
        form = self._forms.pop(key, None)
        if form is None:
            form = self._make(params)
            self._column.addWidget(form)
        elif anew:
            form.forget()
        self._forms[key] = form  # at the end: used last
        if self.form is not form:
            if self.form is not None:
                self.form.hide()
            self.form = form
            form.show()
        self.setVisible(bool(params))
        self._drop()
        return form

    def _drop(self) -> None:
        while len(self._forms) > _MOST:
            form = self._forms.pop(next(iter(self._forms)))
            self._column.removeWidget(form)
            form.deleteLater()


def _key(params: Mapping[str, Param[Any]]) -> str:
    return repr([(name, param.facts()) for name, param in params.items()])
