"""The house, tried."""
