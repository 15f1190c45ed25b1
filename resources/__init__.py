"""Icons, themes and texts that ship with the program."""
