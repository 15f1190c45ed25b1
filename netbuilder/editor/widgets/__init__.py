"""One editor for each kind of parameter, and other small parts."""
