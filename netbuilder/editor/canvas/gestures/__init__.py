"""What hands do with the mouse on the canvas: one class a gesture, alive from press to release."""
