"""A QR code, drawn into the page: no image is fetched, and no service learns what it holds."""

import segno
from markupsafe import Markup


def qr(text: str, label: str) -> Markup:
    """What a telephone scans instead of somebody typing `text`; `label` is read aloud. Dark on white whatever the theme."""
    drawn = segno.make(text, error="m", micro=False)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(drawn.matrix) for x, dark in enumerate(row) if dark)
    return Markup(
        '<svg class="qr" viewBox="-4 -4 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges">'
        '<rect x="-4" y="-4" width="{0}" height="{0}" fill="#fff"/><path d="{2}" fill="#000"/></svg>'
    ).format(len(drawn.matrix) + 8, label, path)
