"""A year of two associations: its almanac, its people, what they do, and what should have left when."""
