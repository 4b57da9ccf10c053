"""Measures: what the pages cost beside a bare application on the same server and database."""
