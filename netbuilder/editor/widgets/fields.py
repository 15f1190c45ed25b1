"""The right editor for each kind of parameter."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from netbuilder.editor.widgets.choices import BoolField, ChoiceField, SizesField
from netbuilder.editor.widgets.field import Field
from netbuilder.editor.widgets.lines import line_field
from netbuilder.node_api.params import Bool, Choice, Param, Sizes


def field_for(param: Param[Any], parent: QWidget | None = None) -> Field:
    """Return the editor of a parameter."""
    if isinstance(param, Choice):
        return ChoiceField(param, parent)
    if isinstance(param, Bool):
        return BoolField(param, parent)
    if isinstance(param, Sizes) and (param.axes > 1 or param.words):
        return SizesField(param, parent)
    return line_field(param, parent)
