"""Vos données: the public notice every letter links to (field.md G6), readable without an account."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask import Blueprint
from flask.typing import ResponseReturnValue

from brokerage.accounts.models import Association
from brokerage.database import db
from brokerage.web import access
from brokerage.web.fragments import page

pages = Blueprint("notice", __name__, url_prefix="/donnees-personnelles")
DATED = date(2026, 11, 26)  # of the wording of the template: change both together


@dataclass(frozen=True)
class Controller:
    """One of the associations that answer together for an introduction (GDPR art. 26)."""

    name: str
    website: str


@pages.get("/")
@access.public
def show() -> ResponseReturnValue:
    """Who holds what, why, for how long, and what one may ask."""
    houses = db.session.execute(sa.select(Association.name, Association.website).order_by(Association.name))
    return page("notice/show.html", controllers=[Controller(*house) for house in houses], dated=DATED)
