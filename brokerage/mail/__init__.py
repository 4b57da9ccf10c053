"""Letters: written in the transaction, delivered by workers. Knows no subject."""
