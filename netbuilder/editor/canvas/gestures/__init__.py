"""One class a gesture of the mouse."""
