"""The canvas: cards and wires on a plane, and the gestures of hands on it."""
