"""Runs: the recipe, the folder, the worker process, its records, and whoever watches."""
