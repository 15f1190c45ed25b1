"""Runs as the editor sees them."""
