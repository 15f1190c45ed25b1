"""Sanity tests before a training: short experiments that say whether a network can learn at all."""
