"""The introduction desk shared by equal-opportunity associations."""
