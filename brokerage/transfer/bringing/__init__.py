"""How the rows of a file become partners and contacts of one association's book, without doubling any."""
