"""Builds the application: rooms wired to each other, doors signed, headers on everything."""

from datetime import timedelta
from pathlib import Path

import jinja2
from flask import Flask, g, request
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from brokerage import database, logs, models, wiring
from brokerage.accounts import links
from brokerage.config import Config
from brokerage.database import db
from brokerage.web import (
    absence_words,
    access,
    errors,
    escaping,
    formats,
    fragments,
    headers,
    navigation,
    quotas,
    request_lines,
    stories,
    turns,
    typography,
)  # fmt: skip
from brokerage.web.drawing import register as drawing

HOUSE = Path(__file__).resolve().parents[2]
csrf = CSRFProtect()
babel = Babel()


class Application(Flask):
    """Flask, with our way to compile templates."""

    jinja_environment = escaping.Environment


def create_app(config: Config | None = None) -> Flask:
    """The application, ready to serve. Raises config.Misconfigured or access.UnmarkedDoor rather than start badly."""
    config = config or Config.from_environment()
    app = Application("brokerage", root_path=str(HOUSE), template_folder="templates", static_folder="static")
    _configure(app, config)
    fragments.install(app)
    headers.install(app, config)
    _install_extensions(app, config)
    drawing.install(app)
    formats.install(app)
    typography.install(app)
    stories.install(app)
    quotas.install(app)
    request_lines.install(app)
    absence_words.install(app)
    turns.install(app)
    errors.install(app)
    navigation.install(app)
    _add_doors(app, config)
    access.check_every_route(app)
    app.url_defaults(access.in_same_language)
    if config.proxies:  # only the visitor's address is believed: hosts and schemes come from PUBLIC_BASE_URL
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    app.wsgi_app = headers.served_static(app.wsgi_app, HOUSE / "static")  # type: ignore[method-assign]
    return app


def _configure(app: Flask, config: Config) -> None:
    app.config.update(
        PASSERELLE=config,
        SECRET_KEY=config.secret_key,
        SECRET_KEY_FALLBACKS=list(config.secret_key_fallbacks),
        SQLALCHEMY_DATABASE_URI=config.database_url,
        # hide_parameters: an SQL error in a log must not carry somebody's address
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 8, "max_overflow": 8, "pool_timeout": 5, "hide_parameters": True},
        SESSION_COOKIE_NAME="passerelle" if config.local else "__Host-passerelle",
        SESSION_COOKIE_SECURE=not config.local,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=20),
        SESSION_PROTECTION=None,  # Flask-Login's guess of a stolen cookie: the row behind each session can be ended for good
        SESSION_REFRESH_EACH_REQUEST=False,  # access.py notes the last visit once a minute: signing every answer tells no more
        MAX_CONTENT_LENGTH=6 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        MAX_FORM_PARTS=500,
        WTF_CSRF_SECRET_KEY=config.signing_keys,  # a form that was open while the key changed is still ours
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a draft left open over lunch must not be lost
        WTF_CSRF_SSL_STRICT=False,  # Origin is checked by headers.py, on every unsafe method
        BABEL_DEFAULT_LOCALE="fr",
        BABEL_DEFAULT_TIMEZONE="Europe/Paris",
        BABEL_TRANSLATION_DIRECTORIES=str(HOUSE / "brokerage" / "translations"),
        TRUSTED_HOSTS=None if config.local else [config.public_host],
    )
    app.before_request(_numbered)
    app.teardown_request(lambda _failure: logs.end_request())
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _numbered() -> None:
    """Every line of the log that a request leaves bears its number, which the page of a failure shows."""
    logs.begin_request()


def _install_extensions(app: Flask, config: Config) -> None:
    db.init_app(app)
    database.install_guard()
    Migrate(app, db, directory=str(HOUSE / "migrations"))
    csrf.init_app(app)
    access.login.init_app(app)
    babel.domain_instance = typography.Messages()
    babel.init_app(app, locale_selector=language, timezone_selector=lambda: "Europe/Paris")
    links.configure(config)
    wiring.connect(config)
    assert models  # every table is known before the guard first asks


def language() -> str:
    """French, unless a page was asked for in English, its contact or member chose it, or a stranger's browser prefers it."""
    asked, contact = request.args.get("lang"), g.get("language")
    if asked in ("fr", "en") or contact in ("fr", "en"):
        return asked if asked in ("fr", "en") else contact
    visitor = access.visiting()
    if visitor and visitor.language in ("fr", "en"):
        return visitor.language
    return "fr" if visitor else request.accept_languages.best_match(["fr", "en"], "fr")


def _add_doors(app: Flask, config: Config) -> None:
    from brokerage.web import doors

    for pages in doors.of(config):
        app.register_blueprint(pages)
    csrf.exempt("brokerage.web.answers.one_click")  # RFC 8058: a mail provider posts it, without a page of ours
    app.view_functions["static"].admits = "public"  # type: ignore[union-attr, attr-defined]
