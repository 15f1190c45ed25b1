"""The standard node library: one file a family, reached through the catalogue only."""
