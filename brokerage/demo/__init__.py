"""Two associations, their books and half a year of requests, to try the product without anybody's real data."""
