"""Aide: what each state of a request means, what the other association reads, whom to ask. For every member."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from brokerage.accounts import team
from brokerage.accounts.models import Role
from brokerage.web import access
from brokerage.web.access import me
from brokerage.web.fragments import page

pages = Blueprint("help", __name__, url_prefix="/aide")


@pages.get("/")
@access.members()
def show() -> ResponseReturnValue:
    """One page, short enough to be read on a phone."""
    colleagues = team.list_of(me().association_id)
    admins = [one for one in colleagues if one.is_active and Role.ADMIN in one.roles]
    return page("help/show.html", admins=admins)
