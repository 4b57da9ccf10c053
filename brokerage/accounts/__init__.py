"""Associations, their members, and how they come in."""
