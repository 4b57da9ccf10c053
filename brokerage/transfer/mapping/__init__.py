"""From raw rows to partners and contacts: which column is what, and what each cell says."""
