"""Files that leave: an association's own book as a spreadsheet or as cards, written by a worker, kept for a day."""
