"""From the bytes of a spreadsheet to rows of raw cells, each with the number it has in the person's own program."""
