"""A file on its way in: read by a worker, checked row by row by a person, brought in, and taken back if need be."""
