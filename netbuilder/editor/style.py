"""The application's style sheet and palette, made from the theme's colours."""

from __future__ import annotations

from string import Template
from typing import Final

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from netbuilder.app.theme import Theme
from netbuilder.editor.look import ui_font

_SHEET: Final = Template(
    """
* { outline: 0; }
QWidget { color: $text; font-size: 13px; }
QMainWindow { background: $panel; }
QDialog { background: $window; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QWidget#panel, QWidget[role="panel"] { background: $panel; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 6px 8px; font-size: 12px; }

QLabel { background: transparent; }
QLabel[role="title"] { font-weight: 600; font-size: 14px; }
QLabel[role="heading"] { font-weight: 600; font-size: 18px; }
QLabel[role="section"] { color: $secondary; font-size: 11px; font-weight: 600; }
QLabel[role="secondary"] { color: $secondary; font-size: 12px; }
QLabel[role="number"] { font-weight: 600; }
QLabel[role="error"] { color: $error; }
QLabel[role="warning"] { color: $warning; }
QFrame[role="line"] { background: $line; border: 0; max-height: 1px; min-height: 1px; }
QFrame[role="card"] { background: $raised; border: 1px solid $line; border-radius: 10px; }
QFrame[role="error"] { background: $error_wash; border: 1px solid $error_line; border-radius: 8px; }
QFrame[role="warning"] { background: $warning_wash; border: 1px solid $warning_line; border-radius: 8px; }
QLabel[role="error"], QLabel[role="warning"] { background: transparent; border: 0; }
QFrame[role="info"] { background: $accent_wash; border: 1px solid $accent_line; border-radius: 8px; }

QMenuBar { background: transparent; border: 0; }
QMenuBar::item { background: transparent; color: $secondary; padding: 6px 10px; border-radius: 6px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $raised; color: $text; }
QMenu { background: $panel; border: 1px solid $line; border-radius: 8px; padding: 4px; }
QMenu::item { padding: 6px 28px 6px 12px; border-radius: 4px; min-width: 130px; }
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: $select; color: $text; }
QMenu::item:disabled { color: $tertiary; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QPushButton, QToolButton[role="button"] {
  background: $raised; border: 1px solid $line; border-radius: 6px; padding: 5px 12px; min-height: 16px;
}
QPushButton:hover, QToolButton[role="button"]:hover { border-color: $tertiary; }
QPushButton:pressed, QToolButton[role="button"]:pressed { background: $line; }
QPushButton:focus, QToolButton[role="button"]:focus { border-color: $accent; }
QPushButton:disabled, QToolButton[role="button"]:disabled { color: $tertiary; background: $panel; }
QPushButton:default, QPushButton[role="primary"], QToolButton[role="primary"] {
  background: $accent_fill; color: #ffffff; border: 1px solid $accent_fill; font-weight: 600;
}
QPushButton:default:hover, QPushButton[role="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="primary"]:disabled { background: $raised; color: $tertiary; border-color: $line; }
QPushButton[role="danger"] { color: $error_text; }
QPushButton[role="danger"]:disabled { color: $tertiary; }
QPushButton[role="quiet"], QToolButton[role="quiet"] { background: transparent; border: 1px solid transparent; color: $secondary; padding: 3px 8px; border-radius: 6px; }
QPushButton[role="quiet"]:hover, QToolButton[role="quiet"]:hover { background: $raised; color: $text; }
QPushButton[role="quiet"]:focus, QToolButton[role="quiet"]:focus { border-color: $accent; }
QPushButton[role="small"] { padding: 2px 8px; font-size: 12px; }
QPushButton::menu-indicator, QToolButton::menu-indicator { image: none; width: 0; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton[role="tiny"] { padding: 1px; border-radius: 4px; }
QToolButton:hover { background: $raised; }
QToolButton[role="tiny"]:hover { background: $line; }
QToolButton:checked { background: $select; }
QToolButton:focus { border-color: $accent; }

QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit {
  background: $field; border: 1px solid $line; border-radius: 6px; padding: 3px 8px;
  selection-background-color: $accent_fill; selection-color: #ffffff; min-height: 18px;
}
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: $tertiary; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus { border-color: $accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $tertiary; }
*[wrong="true"] { border-color: $error; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: 0; }
QComboBox::drop-down { border: 0; width: 20px; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $line; selection-background-color: $select; selection-color: $text; padding: 4px; outline: 0; }
QCheckBox { spacing: 8px; background: transparent; }
QCheckBox::indicator, QTreeView::indicator, QListView::indicator { width: 14px; height: 14px; border: 1px solid $tertiary; border-radius: 4px; background: $field; }
QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked, QTreeView::indicator:checked, QListView::indicator:checked { background: $accent_fill; border-color: $accent_fill; image: url("$check"); }
QCheckBox:focus { color: $text; }
QCheckBox::indicator:focus { border-color: $accent; }
QSlider::groove:horizontal { height: 4px; background: $line; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; margin: -5px 0; border-radius: 7px; background: $accent_fill; }
QSlider::handle:horizontal:disabled { background: $tertiary; }
QProgressBar { background: $line; border: 0; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent_fill; border-radius: 3px; }

QAbstractItemView { background: $panel; border: 0; alternate-background-color: $panel; }
QListView::item, QTreeView::item, QTableView::item { padding: 4px 6px; border-radius: 4px; }
QListView::item:hover, QTreeView::item:hover { background: $raised; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected { background: $select; color: $text; }
QHeaderView::section { background: $panel; color: $secondary; border: 0; border-bottom: 1px solid $line; padding: 4px 8px; font-size: 12px; font-weight: 500; }
QTableView { gridline-color: $line; }

QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $secondary; padding: 5px 10px; margin: 3px 1px; border-radius: 6px; border: 1px solid transparent; }
QTabBar::tab:selected { background: $raised; color: $text; }
QTabBar::tab:hover { color: $text; }
QTabBar:focus::tab:selected { border-color: $accent; }
QTabWidget::pane { border: 0; }

QDockWidget { titlebar-close-icon: none; color: $secondary; }
QDockWidget::title { background: $panel; padding: 6px 10px; }
QStatusBar { background: $panel; border-top: 1px solid $line; }
QStatusBar::item { border: 0; }
QStatusBar QLabel { color: $secondary; font-size: 12px; }

QScrollArea { background: transparent; border: 0; }
QScrollArea > QWidget > QWidget#scrolled { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar::handle:vertical { background: $line; border-radius: 3px; min-height: 28px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle:horizontal { background: $line; border-radius: 3px; min-width: 28px; margin: 2px; }
QScrollBar::handle:hover { background: $tertiary; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: $line; }

QWidget#top_bar { background: $panel; border-bottom: 1px solid $line; }
QWidget#strip { background: $panel; border-bottom: 1px solid $line; }
QWidget#notice { background: $raised; border: 1px solid $line; border-radius: 10px; }
"""
)


def apply(application: QApplication, theme: Theme) -> None:
    """Give the application the theme's colours."""
    # The bare window of a start takes the palette only; icons would bring Qt's SVG along.
    from netbuilder.editor.icons import file_of

    application.setPalette(palette(theme))
    application.setFont(ui_font())
    application.setStyleSheet(_SHEET.substitute(colours(theme), check=file_of("check_on")))


def colours(theme: Theme) -> dict[str, str]:
    """The theme's colours and what is mixed from them, by name."""
    dark = QColor(theme.panel).lightness() < 128
    return {
        "window": theme.window,
        "panel": theme.panel,
        "raised": theme.raised,
        "line": theme.line,
        "text": theme.text,
        "secondary": theme.secondary,
        "tertiary": theme.tertiary,
        "accent": theme.accent,
        "error": theme.error,
        "warning": theme.warning,
        # Words in the error colour have to reach 4.5:1 on panels, which the light theme's mark does.
        "error_text": mix(theme.error, theme.text, 0.15),
        "field": theme.window if dark else theme.panel,
        # White on the dark theme's accent would reach 3.2:1 only.
        "accent_fill": "#2f6fe4" if dark else theme.accent,
        "accent_hover": mix(
            "#2f6fe4" if dark else theme.accent, "#ffffff" if dark else "#000000", 0.1
        ),
        "select": mix(theme.panel, theme.accent, 0.22 if dark else 0.14),
        "error_wash": mix(theme.panel, theme.error, 0.14),
        "error_line": mix(theme.panel, theme.error, 0.55),
        "warning_wash": mix(theme.panel, theme.warning, 0.12),
        "warning_line": mix(theme.panel, theme.warning, 0.55),
        "accent_wash": mix(theme.panel, theme.accent, 0.12),
        "accent_line": mix(theme.panel, theme.accent, 0.5),
    }


def mix(one: str, other: str, share: float) -> str:
    """Return a colour between two, ``share`` of the way to the other one."""
    a, b = QColor(one), QColor(other)
    parts = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in parts)


def palette(theme: Theme) -> QPalette:
    """The theme as Qt's palette, for what no style sheet reaches."""
    roles = {
        QPalette.ColorRole.Window: theme.window,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.panel,
        QPalette.ColorRole.AlternateBase: theme.raised,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.Highlight: colours(theme)["accent_fill"],
        QPalette.ColorRole.HighlightedText: "#ffffff",
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.secondary,
        QPalette.ColorRole.Link: theme.accent,
        QPalette.ColorRole.Mid: theme.line,
    }
    made = QPalette()
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.Text,
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.ButtonText,
    ):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.tertiary))
    return made
