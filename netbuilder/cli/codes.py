"""What the exit code of a command says."""

from __future__ import annotations

from typing import Final

FINE: Final = 0
PROBLEMS: Final = 1
USAGE: Final = 2
WRONG: Final = 3
# As a shell counts a program that Ctrl-C ended.
INTERRUPTED: Final = 130
