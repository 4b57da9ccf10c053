"""What travels compressed, what does not, and that the size of a page tells nothing."""

import gzip

import pytest

from brokerage.web.compression import PADDING, packed

GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def client(client_of, nadia):
    return client_of(nadia)


@pytest.mark.parametrize("path", ["/partenaires/", "/accueil", "/nulle-part", "/static/css/tokens.css", "/static/vendor/htmx.min.js"])
def test_pages_and_styles_are_the_same_text_in_fewer_bytes(client, path):
    plain, small = client.get(path), client.get(path, headers=GZIP)

    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.vary
    assert "Accept-Encoding" in plain.vary
    assert len(small.data) == int(small.headers["Content-Length"]) < 0.6 * len(plain.data)
    assert without_seals(gzip.decompress(small.data)) == without_seals(plain.data)
    assert (small.status, small.headers.get("Content-Security-Policy")) == (plain.status, plain.headers.get("Content-Security-Policy"))


def without_seals(page: bytes) -> bytes:
    """A page but for what is new each time: the seals of its forms, the number of an error."""
    return b"".join(line for line in page.splitlines() if b"csrf" not in line)


@pytest.mark.parametrize("asks", ["", "identity", "gzip;q=0", "br"])
def test_who_does_not_read_gzip_gets_plain_text(client, asks):
    assert "Content-Encoding" not in client.get("/accueil", headers={"Accept-Encoding": asks}).headers


@pytest.mark.parametrize("path", ["/static/fonts/source-sans-3-latin-wght-normal.woff2", "/partenaires/imports/nouveau?HEAD"])
def test_what_is_packed_already_and_what_has_no_body_stay_as_they_are(client, path):
    answer = client.head(path, headers=GZIP) if path.endswith("HEAD") else client.get(path, headers=GZIP)

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_a_style_the_browser_has_already_is_not_sent_again(client):
    first = client.get("/static/css/tokens.css", headers=GZIP)

    again = client.get("/static/css/tokens.css", headers=GZIP | {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_same_text_has_another_size_each_time():
    text = b"un secret et ce que quelqu'un y ajoute " * 100
    sizes = {len(packed(text)) for _ in range(200)}

    assert len(sizes) > PADDING / 4
    assert max(sizes) - min(sizes) < PADDING
    assert gzip.decompress(packed(text)) == text
