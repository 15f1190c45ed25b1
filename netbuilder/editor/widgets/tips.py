"""Tool tips that show a document's text as it is, and never as markup."""

from __future__ import annotations

from html import escape

from PySide6.QtWidgets import QWidget


def tip(text: str) -> str:
    """Return a tool tip of a text: lines wrap, and nothing in it is taken for markup."""
    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>" if text else ""


def introduce(widget: QWidget, name: str, sentence: str, object_name: str = "") -> None:
    """Give a widget its name for screen readers and tests, and its tool tip.

    Args:
        widget: The widget.
        name: What a screen reader says.
        sentence: What it does.
        object_name: What tests find it by; by default made of the name.
    """
    widget.setAccessibleName(name)
    widget.setAccessibleDescription(sentence)
    widget.setToolTip(tip(sentence))
    widget.setObjectName(object_name or name.lower().replace(" ", "_"))
