"""One box: what is found, what comes first, and what must never be."""

from typing import Any

import pytest

from brokerage.partners.models import Visibility
from tests import cast as people
from tests import partners_fixtures
from tests.partners_fixtures import words

signed_in, statements = partners_fixtures.signed_in, partners_fixtures.statements


@pytest.fixture
def book(nadia: Any, as_member: Any, a_contact: Any) -> Any:
    with as_member(nadia) as session:
        listed = people.a_partner(nadia, "Méridiane Énergie", siret="12345678900012", siren="123456789")
        a_contact(listed, "Hélène", "Marchetti")
        people.a_partner(nadia, "Société Générale")
        people.a_partner(nadia, "Lycée Saint-Exupéry", kind="academic", town="Créteil", uai="0941234X")
        people.a_partner(nadia, "Collège de l'Œuvre cachée", visibility=Visibility.HIDDEN)
        session.commit()
    return listed


@pytest.mark.parametrize(
    "typed, found",
    [
        ("meridiane", "Méridiane Énergie"), ("MÉRID éner", "Méridiane Énergie"), ("meridinae energie", "Méridiane Énergie"),
        ("societe generlae", "Société Générale"), ("ste generale", "Société Générale"), ("lyc st exupery", "Lycée Saint-Exupéry"),
        ("saint-exupéry", "Lycée Saint-Exupéry"), ("creteil", "Lycée Saint-Exupéry"), ("0941234x", "Lycée Saint-Exupéry"),
        ("123 456 789 00012", "Méridiane Énergie"), ("123456789", "Méridiane Énergie"), ("oeuvre", "Collège de l'Œuvre cachée"),
        ("marchetti helene", "Hélène Marchetti"), ("marchetti", "Hélène Marchetti"), ("h.marchetti@meridiane.example", "Hélène Marchetti"),
        ("ajouter", "Ajouter un partenaire"), ("sarcell", "Sarcelles"),
    ],
)  # fmt: skip
def test_whatever_way_it_is_typed_it_is_found(typed, found, book, nadia, signed_in):
    assert found in words(signed_in(nadia).get("/recherche/", query_string={"q": typed}))


def test_a_delegate_finds_people_too_and_an_address_is_never_found_in_part(book, thi_mai, signed_in):
    reader = signed_in(thi_mai)

    assert "Hélène Marchetti" in words(reader.get("/recherche/?q=marchetti"))
    assert "Hélène" not in words(reader.get("/recherche/?q=meridiane.example"))


@pytest.mark.parametrize("typed", ["cachee", "oeuvre cachee", "oeuvre cachhee", "marchetti", "marchetit", "h.marchetti@meridiane.example"])
def test_an_ally_finds_neither_people_nor_what_is_hidden(typed, book, lucas, signed_in):
    said = words(signed_in(lucas).get("/recherche/", query_string={"q": typed}))

    assert "Rien ne correspond" in said
    assert "Œuvre" not in said


def test_an_ally_finds_what_is_listed_with_a_slip_too(book, lucas, oscar, signed_in):
    assert "Méridiane Énergie" in words(signed_in(lucas).get("/recherche/?q=meridinae"))
    assert "Méridiane" not in words(signed_in(oscar).get("/recherche/?q=meridiane"))


def test_a_request_is_found_by_its_number_by_those_who_may_read_it(cast, lucas, soraya, as_member, signed_in):
    with as_member(lucas) as session:
        request = people.a_request(session.get_one(type(lucas), lucas.id), cast.pa)
        session.commit()
        number = request.number

    assert "Lucas Ferreira" in words(signed_in(lucas).get("/recherche/", query_string={"q": number}))
    assert "Lucas Ferreira" not in words(signed_in(soraya).get("/recherche/", query_string={"q": number}))


@pytest.mark.parametrize("typed", ["%", "(", "[", "\\", "a|b", ".*", "'", "漢字", "  ", "a" * 300])
def test_no_sign_breaks_the_search(typed, book, nadia, signed_in):
    assert signed_in(nadia).get("/recherche/", query_string={"q": typed}).status_code == 200


def test_a_search_is_five_statements_at_most(book, nadia, signed_in, statements):
    reader = signed_in(nadia)
    for address in ("/recherche/?q=meridinae energie", "/recherche/?q=lycee", "/recherche/?q=a@b.fr", "/recherche/"):
        with statements() as said:
            assert reader.get(address).status_code == 200
        assert len(said) <= 5  # who reads, that they search, whose scope, what is found


def test_the_palette_gets_options_only(book, nadia, signed_in):
    headers = {"HX-Request": "true", "HX-Target": "trouve", "X-Palette": "1"}

    body = signed_in(nadia).get("/recherche/?q=meridiane", headers=headers).get_data(as_text=True)

    assert 'role="option"' in body
    assert "<html" not in body


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["bonheur", "bonh", "bonehur", "rosa bonheur 7123", "0007123Z"])
def test_a_rare_word_is_found_through_the_index_of_words(typed, cast, nadia, admin_url, database, as_member):
    """On 50,000 partners with statistics: what EXPLAIN says of the statement itself."""
    import psycopg

    from brokerage.database import db
    from brokerage.local.roles import plain
    from brokerage.search import everywhere
    from brokerage.search.typed import read
    from tests.conftest import as_role

    with psycopg.connect(plain(as_role(admin_url, "postgres", database)), autocommit=True) as session:
        session.execute(
            "INSERT INTO partner (id, association_id, created_at, version, kind, name, uai, type, headcount, address, postcode, town, website, status,"
            " visibility, accepts, open_now, tags, since, source, changed_at)"
            " SELECT gen_random_uuid(), %s, now(), 1, 'academic', 'Collège ' || md5(n::text) || CASE WHEN n %% 5000 = 7 THEN ' Rosa Bonheur' ELSE '' END,"
            " lpad(n::text, 7, '0') || 'Z', '', '', '', '', 'Ville ' || n, '', 'active', 'listed', '{}', true, '{}', '', '', now() FROM generate_series(1, 50000) n",
            [nadia.association_id],
        )
        session.execute("VACUUM ANALYZE")  # what an index is worth is known from the last vacuum
    with as_member(nadia) as session:
        seen: list[Any] = []
        import sqlalchemy as sa

        def hear(_c, _cursor, statement, parameters, *_more):
            seen.append((statement, parameters))

        sa.event.listen(db.engine, "before_cursor_execute", hear)
        everywhere.find(nadia, read(typed), 10)
        sa.event.remove(db.engine, "before_cursor_execute", hear)
        plan = "\n".join(row[0] for row in session.connection().exec_driver_sql("EXPLAIN " + seen[-1][0], seen[-1][1]))

    assert "ix_partner_search" in plan
    assert "ix_partner_name" in plan
    assert "Seq Scan on partner" not in plan
