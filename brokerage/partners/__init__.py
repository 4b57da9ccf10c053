"""The address book of one association, and what its allies see of it."""
