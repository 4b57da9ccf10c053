"""Objection, and what must reach every room below."""
