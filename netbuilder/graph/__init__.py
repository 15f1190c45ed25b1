"""The document: immutable values, pure edits, history, clipboard. Knows neither Qt nor torch."""
