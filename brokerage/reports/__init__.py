"""What a convention gave each side, counted: the ledger, its tables, and the files they leave in."""
