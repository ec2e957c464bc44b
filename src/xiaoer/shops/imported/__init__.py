"""Shops of other makers' files, read once into our own tables."""
