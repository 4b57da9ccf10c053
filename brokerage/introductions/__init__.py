"""A delegate's need, from draft to outcome."""
