"""The desktop editor; the only package that knows Qt."""
