"""What is the same for everyone in France: places, schools, sectors, and the identifiers people type."""
