"""The headers every answer carries, whatever its status (security: CSP, caching, framing, origin)."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from whitenoise import WhiteNoise

from brokerage.config import Config
from brokerage.web import access

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # not no-referrer, which hides the Origin of our own forms; the pages of a letter say it for themselves (access.py)
    "Referrer-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"
# One-click unsubscription comes from the mail provider, without a page of ours (RFC 8058).
FOREIGN_POSTS = frozenset({"answers.one_click"})


def install(app: Flask, config: Config) -> None:
    """Put the headers on every answer, and refuse a form sent from another site."""

    @app.before_request
    def same_origin() -> None:
        if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint in FOREIGN_POSTS:
            return
        origin = request.headers.get("Origin")
        veiled = origin == "null" and access.is_from_letter(request.endpoint)  # no-referrer hides our own origin too
        if request.headers.get("Sec-Fetch-Site") == "cross-site" or (origin and not veiled and not _ours(origin, config)):
            abort(403)

    @app.after_request
    def dressed(response: Response) -> Response:
        if access.is_from_letter(request.endpoint):
            response.headers["Referrer-Policy"] = "no-referrer"
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        if not config.local:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store, private")
            response.vary.add("Cookie")
        return response


def served_static(app: Any, folder: Path) -> WhiteNoise:
    """Static files, before the application is asked: addresses carry a sign of their content, so kept for a year."""

    def dress(headers: Any, _path: str, _url: str) -> None:
        for name, value in ALWAYS.items():
            headers[name] = value

    kept = {"max_age": 31536000, "allow_all_origins": False, "add_headers_function": dress}
    return WhiteNoise(app, root=str(folder), prefix="static/", **kept)


def _ours(origin: str, config: Config) -> bool:
    if origin == config.public_base_url:
        return True
    return config.local and urlsplit(origin).netloc == request.host
