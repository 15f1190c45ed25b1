"""The root of the exceptions the program raises on purpose."""


class NetBuilderError(Exception):
    """Trouble outside of a network's own mistakes; the text is a sentence for the user.

    What is wrong in a network is a diagnostic, never an exception.
    """
