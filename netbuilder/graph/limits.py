"""How large a document may be; whatever is above is refused with the number in the sentence."""

from __future__ import annotations

MAX_BYTES = 32 * 2**20
"""Size of a file, in bytes; looked at before anything is read."""

MAX_BRACKETS = 1_000_000
"""``[``, ``]``, ``{`` and ``}`` in a text; six megabytes of ``[]`` cost a JSON parser seconds."""

MAX_DEPTH = 64
"""Lists and objects inside of each other; a document needs about ten."""

MAX_NODES = 100_000
"""Nodes of all graphs together."""

MAX_EDGES = 4 * MAX_NODES
"""Edges of all graphs together."""

MAX_PARAMS = 256
"""Parameters that one node sets."""

MAX_TEXT = 64 * 2**10
"""Characters of one text."""

MAX_WHOLE = 2**63
"""Whole numbers stay below, in size, so that torch and other programs can hold them."""

MAX_CODES = 200
"""Codes of warnings that one node, or the network, asks not to be told."""
