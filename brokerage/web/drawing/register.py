"""Hands the drawings to the templates."""

from flask import Flask

from brokerage.web.drawing import addresses, badges, bridge, charts, icons, logo, qr, scenery, tiles
from brokerage.web.drawing.pieces import Pieces

_DRAWINGS = (
    icons.icon,
    badges.state_badge,
    badges.state_label,
    badges.bank_mark,
    badges.avatar,
    badges.locked_avatar,
    badges.slats,
    bridge.bridge,
    logo.logo,
    qr.qr,
    scenery.drawing,
    tiles.tiles,
    addresses.here,
    addresses.asset,
    charts.mirrored_months,
    charts.arch,
    charts.decreasing_bars,
    charts.ranges,
    charts.proportions,
)


def install(app: Flask) -> None:
    """Every drawing under its own name in Jinja, and the macros of templates/pieces under `ui`."""
    app.jinja_env.globals.update({drawing.__name__: drawing for drawing in _DRAWINGS})
    app.jinja_env.globals["ui"] = Pieces(app.jinja_env)
