"""Who may enter where. Every route carries a sign; a route without one stops the application from starting.

The sign also opens the scope and wraps the transaction: an error raised by the commit itself must still reach the
error handlers, which `after_request` would bypass.
"""

import re
import secrets
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, abort, current_app, g, has_request_context, make_response, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, logout_user
from werkzeug.exceptions import Forbidden

from brokerage import clock, scope
from brokerage.accounts import links, sign_in, watch
from brokerage.accounts.models import Link, Purpose, Role, User
from brokerage.accounts.sign_in import Visitor
from brokerage.database import db
from brokerage.errors import NotFound, NotYours
from brokerage.privacy import bearers
from brokerage.web.fragments import by_htmx, hx_redirect, page

View = Callable[..., ResponseReturnValue]
NOTED_EVERY = 60  # seconds: signing a cookie for every piece of a page tells nothing more
EVERYWHERE = frozenset({Purpose.OBJECTION, Purpose.PREFERENCES, Purpose.DATA})  # what is said by these holds in every book
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

login = LoginManager()


class UnmarkedDoor(RuntimeError):
    """A route that does not say who may enter."""


def check_every_route(app: Flask) -> None:
    """Refuse to start while a route has no sign."""
    unmarked = [name for name, view in app.view_functions.items() if not hasattr(view, "admits")]
    if unmarked:
        raise UnmarkedDoor(f"say who may enter: {', '.join(sorted(unmarked))}")


def members(*roles: Role) -> Callable[[View], View]:
    """A page for signed-in members; with `roles`, for those who hold one of them. Others read 403."""

    def sign(view: View) -> View:
        @wraps(view)
        def entered(**arguments: Any) -> ResponseReturnValue:
            visitor = visiting()
            if visitor is None:
                return _to_sign_in()
            return _watched(visitor, lambda: _let_through(visitor, roles, view, arguments))

        return _signed(entered, frozenset(roles) or frozenset(Role))

    return sign


def _let_through(visitor: Visitor, roles: tuple[Role, ...], view: View, arguments: dict[str, Any]) -> Response:
    if roles and not visitor.has(*roles):
        abort(403)
    return _settled(scope.member(visitor.association.id, _reading()), view, arguments)


def _watched(visitor: Visitor, enter: Callable[[], Response]) -> Response:
    """Whoever reads 403, at the door or from a room behind it, leaves a line that their admin reads (A12)."""
    try:
        response = enter()
    except (Forbidden, NotYours):
        watch.refused(visitor.user_id, visitor.name, _place())
        raise
    if response.status_code == Forbidden.code:
        watch.refused(visitor.user_id, visitor.name, _place())
    return response


def _place() -> str:
    """Where this is, without what tells one record from another."""
    return re.sub("<[^>]*>", "…", request.url_rule.rule) if request.url_rule else ""


def public(view: View) -> View:
    """A page for everybody, in the scope of the door."""

    @wraps(view)
    def entered(**arguments: Any) -> ResponseReturnValue:
        return _settled(scope.Scope(scope.Kind.DOOR, read_only=_reading()), view, arguments)

    return _signed(entered, "public")


def outside(view: View) -> View:
    """A page that asks the database nothing."""
    return _signed(view, "public")


def by_link(*purposes: Purpose) -> Callable[[View], View]:
    """A page opened by the `token` of a letter. The view gets its `link`; any other token reads 404.

    The scope is the association that sent the letter; an objection reaches both sides, hence the system's.
    """

    def sign(view: View) -> View:
        @wraps(view)
        def entered(token: str, **arguments: Any) -> ResponseReturnValue:
            try:
                link = links.opened(token, purposes)
            except NotFound:
                if links.TO_CONTACTS.isdisjoint(purposes):
                    raise
                return _spent(token)
            theirs = _in_their_language(link, view, token)
            return _settled(_scope_of(link), theirs, {"link": link, **arguments})

        return _from_letter(_signed(entered, "link"))

    return sign


def by_old_link(view: View) -> View:
    """A form that sends back a `token` that no longer opens anything. The view gets its `link`, None for an unknown one.

    It must answer the same in both cases. The scope is the system's: the letter that follows is nobody's page.
    """

    @wraps(view)
    def entered(**arguments: Any) -> ResponseReturnValue:
        link = links.known(request.form.get("token", ""), links.TO_CONTACTS)
        return _settled(scope.system("another link leaves to the address on file"), view, {"link": link, **arguments})

    return _from_letter(_signed(entered, "public"))


def _scope_of(link: Link) -> scope.Scope:
    if link.purpose is Purpose.DATA or (link.purpose in EVERYWHERE and not _reading()):
        return scope.system("what a person says or asks of their data holds in every book", _reading())
    if link.purpose is Purpose.AGENDA:
        return scope.member(link.association_id, _reading())
    return scope.Scope(scope.Kind.CONTACT, link.association_id, _reading())


def _in_their_language(link: Link, view: View, token: str) -> View:
    """The contact's own language, unless the page was asked for in another; without a contact any more, the link is spent."""

    def spoken(**arguments: Any) -> ResponseReturnValue:
        if link.purpose in links.TO_CONTACTS:
            contact = bearers.contact_of(link)
            if contact is None:
                return _spent(token)
            g.language = contact.language
        return view(**arguments)

    return spoken


def _spent(token: str) -> ResponseReturnValue:
    return page("answers/spent.html", status=404, token=token)


def _from_letter(view: View) -> View:
    view.from_letter = True  # type: ignore[attr-defined]
    return view


def is_from_letter(endpoint: str | None) -> bool:
    """Whether a page opens by the link of a letter. Its address is a key: it is told to no page, not even one of ours."""
    return getattr(current_app.view_functions.get(endpoint or ""), "from_letter", False)


def in_same_language(endpoint: str, values: dict[str, Any]) -> None:
    """`?lang=en` goes along from one page of a letter to the next, through redirects too."""
    if has_request_context() and (asked := request.args.get("lang")) in ("fr", "en") and is_from_letter(endpoint):
        values.setdefault("lang", asked)


def _signed(view: View, admits: object) -> View:
    view.admits = admits  # type: ignore[attr-defined]
    return view


def _reading() -> bool:
    """GET may not write: PostgreSQL itself refuses. Mail scanners open every link."""
    return request.method in SAFE


def _settled(whose: scope.Scope, view: View, arguments: dict[str, Any]) -> Response:
    with scope.acting(whose) as unit:
        response = make_response(view(**arguments))
        if not whose.read_only and response.status_code < 400:
            unit.commit()
        return response


def visiting() -> Visitor | None:
    """The signed-in member of this request, None for a stranger."""
    return current_user._get_current_object() if current_user and current_user.is_authenticated else None


def stay_a_stranger() -> None:
    """Ask no more who this is: the page that says that the database is away must not ask the database."""
    login._update_request_context_with_user()


def me() -> User:
    """The signed-in member as the rooms know them: a row of this request's session."""
    if "me" not in g:
        visitor = visiting()
        found = db.session.get(User, visitor.user_id) if visitor else None
        if found is None:
            abort(401)
        g.me = found
    return g.me


def find_or_404(query: Any, wanted: uuid.UUID) -> Any:
    """The row of `query` with this id; a stranger's and a missing one read the same."""
    entity = query.column_descriptions[0]["entity"]
    found = db.session.scalars(query.where(entity.id == wanted)).unique().one_or_none()
    return found if found is not None else abort(404)


@login.user_loader
def _load(token: str) -> Visitor | None:
    found = sign_in.visitor(token)
    if found is None or not _fresh(found):
        return None
    now = int(clock.now().timestamp())
    if now - session.get("seen", 0) >= NOTED_EVERY:
        session["seen"] = now
    return found


def _fresh(visitor: Visitor) -> bool:
    """Idle time is kept in the signed cookie: a GET then needs no write to keep a session alive."""
    seen = session.get("seen", 0)
    return clock.now().timestamp() - seen <= visitor.idle_limit.total_seconds()


def let_in(token: str) -> None:
    """Make this browser the bearer of a session."""
    session.clear()
    session["_user_id"] = token
    session["csrf_token"] = secrets.token_hex(20)  # Flask-WTF would make it for the first page, and set the cookie again
    session["seen"] = int(clock.now().timestamp())
    session.permanent = True


def let_out() -> None:
    """Forget the session in this browser; the caller ends the row."""
    logout_user()
    session.clear()


def _to_sign_in() -> ResponseReturnValue:
    wanted = request.full_path.rstrip("?") if request.method == "GET" and not by_htmx() else None
    return hx_redirect(url_for("sign_in.show", next=wanted))
