"""Errors of the command line that have an exit code of their own."""

from __future__ import annotations

from netbuilder.node_api.errors import NetBuilderError


class UsageError(NetBuilderError):
    """The command was called with something that cannot be; exit code 2."""


class RefusedError(NetBuilderError):
    """A file that is not a network; exit code 1, as for a network with problems."""
