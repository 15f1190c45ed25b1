"""Documents on disk: format, limits, upgrades, atomic and durable writing."""
