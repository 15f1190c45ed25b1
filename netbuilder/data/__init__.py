"""Data sources, splits and standardization: named arrays for the inputs and targets of a network."""
