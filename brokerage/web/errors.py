"""What a person reads when something does not work: a sentence, never a trace; what they typed stays in the form."""

import logging

from flask import Flask, Response, make_response, render_template
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from brokerage import logs
from brokerage.errors import N_, Refusal
from brokerage.web import access

log = logging.getLogger(__name__)
LOST = (OperationalError, InterfaceError, TimeoutError)  # how the database says that it is away
PAGES = {403, 404, 409, 500, 503}
STALE = N_("Quelqu’un d’autre vient de modifier ceci. Rien n’a été écrasé : relisez, puis recommencez si besoin.")
EXPIRED = N_("Cette page était ouverte depuis trop longtemps. Rechargez-la et recommencez.")


def told(refusal: Refusal) -> str:
    """The sentence of a refusal in the reader's language."""
    details = dict(refusal.details)
    if details.get("who"):  # a name, or a marked word where nobody is known: « quelqu'un »
        details["who"] = gettext(str(details["who"]))
    return gettext(refusal.sentence, **details)


def install(app: Flask) -> None:
    """Give every kind of failure its page."""
    app.register_error_handler(Refusal, lambda e: _page(e.status, told(e)))
    app.register_error_handler(StaleDataError, lambda e: _page(409, gettext(STALE)))
    app.register_error_handler(CSRFError, lambda e: _page(403, gettext(EXPIRED), 400))
    for lost in LOST:
        app.register_error_handler(lost, _unavailable)
    app.register_error_handler(SecurityError, _at_another_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _at_another_host(_error: SecurityError) -> Response:
    """No page: a page makes addresses, and there is no host to make them for."""
    return Response("Cette adresse n'est pas celle de Passerelle. / This is not the address of Passerelle.\n", 400, mimetype="text/plain")


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if 300 <= status < 400:
        return make_response(error.get_response())
    response = _page(status)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _unavailable(error: Exception) -> Response:
    log.warning("database unavailable: %s", type(error).__name__)
    access.stay_a_stranger()
    response = _page(503)
    response.headers["Retry-After"] = "5"
    return response


def _unexpected(error: Exception) -> Response:
    reference = logs.request()
    log.exception("unexpected failure %s", reference)
    return _page(500, reference=reference)


def _page(status: int, sentence: str = "", code: int | None = None, reference: str = "") -> Response:
    shown = status if status in PAGES else 500 if status >= 500 else "refused" if sentence else 404
    try:
        body = render_template(f"errors/{shown}.html", sentence=sentence, reference=reference)
    except LOST as lost:  # only to learn the reader's language, but it was asked
        return _unavailable(lost)
    return make_response(body, code or status)
