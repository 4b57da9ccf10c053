"""Files that come in and go out: the spreadsheets associations already have, and what they take away."""
