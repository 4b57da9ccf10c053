"""What leaves the book: complete, for those who may, for a day; and it comes back as it left."""

import csv
import io
import re
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brokerage import clock, errands, scope, timeline
from brokerage.accounts.models import User, UserSession
from brokerage.errors import BadInput, NotFound, NotYours
from brokerage.mail.models import Message
from brokerage.partners import fields, vault
from brokerage.partners.fields import CustomField, FieldKind, Subject
from brokerage.partners.models import Channel, Contact, ContactRole, Partner, PartnerKind, Permission, Status, Visibility
from brokerage.reference.folding import folded
from brokerage.timeline import CLOCK, Entry
from brokerage.transfer import imports, returning
from brokerage.transfer.exports import asking, desk
from brokerage.transfer.exports.beyond import ROOM, Beyond, Own, apart, of_the_book, together
from brokerage.transfer.exports.beyond import read as beyond_of
from brokerage.transfer.exports.cards import cards
from brokerage.transfer.exports.columns import COLUMNS, HEADERS, cells_of
from brokerage.transfer.exports.models import ExportFile, ExportState, Format
from brokerage.transfer.exports.rows import rows_of
from brokerage.transfer.exports.writing import written
from brokerage.transfer.formulas import neutralised, restored
from brokerage.transfer.models import ImportChange
from brokerage.transfer.reading import limits
from brokerage.transfer.vocabulary import meanings
from tests import cast as people
from tests.partners_fixtures import signed_in, statements, words  # noqa: F401

EVERYTHING = asking.Chosen(filters={"sort": "nom"}, told="tout le carnet")
REASON = "Invitations au forum du 12 mars"


@pytest.fixture
def book(as_member, nadia, jean_baptiste):
    """Two partners of Passeport Avenir, one of them without contact; one of an ally that nobody here may see."""
    with as_member(jean_baptiste) as session:
        people.a_contact(people.a_partner(jean_baptiste, "Verrières du Rhône"), "Ondine", "Tavernier", "o.tavernier@verrieres.example")
        session.commit()
    with as_member(nadia) as session:
        meridiane = people.a_partner(nadia, tags=["Énergie", "=1+1"])
        people.a_contact(meridiane)
        people.a_contact(meridiane, "Paul", "Lenoir", "p.lenoir@meridiane.example", permission=Permission.DO_NOT_CONTACT)
        people.a_partner(nadia, "Lycée Émile-Zola", kind=PartnerKind.ACADEMIC, town="Sarcelles")
        session.commit()


@pytest.fixture
def asked(as_member, nadia):
    """Nadia asks for an export; returns its id."""

    def ask(chosen=EVERYTHING, as_format=Format.CSV, reason=REASON):
        with as_member(nadia) as session:
            export = asking.ask(session.get_one(User, nadia.id), chosen, as_format, reason)
            session.commit()
            return export.id

    return ask


@pytest.fixture
def worked(app, monkeypatch):
    """A worker of the queue has had its turn."""
    monkeypatch.setattr(errands, "_installed", app)
    return errands.work_on_files


@pytest.fixture
def file_of(as_member, nadia):
    def fetch(export_id, by=nadia):
        with as_member(by) as session:
            content = asking.fetched(export_id, session.get_one(User, by.id))[1]
            session.commit()
            return content

    return fetch


def lines_of(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


# ---- what leaves ---------------------------------------------------------------------------------------------------


def test_one_row_for_each_contact_and_one_for_who_has_none(book, asked, worked, file_of):
    export = asked()

    worked()

    content = file_of(export)
    assert content.startswith("\ufeffRéf.;Nom".encode())
    assert b"\r\n" in content
    rows = [(one["Nom de l'organisation"], one["Nom"], one["Accord pour partager"]) for one in lines_of(content)]
    assert rows == [
        ("Lycée Émile-Zola", "", ""),
        ("Méridiane Énergie", "Marchetti", "à demander"),
        ("Méridiane Énergie", "Lenoir", "non, ne plus contacter"),
    ]
    assert lines_of(content)[1]["Suivi par"] == "Nadia Benhaddou"
    assert lines_of(content)[1]["E-mail"] == "h.marchetti@meridiane.example"


def test_nothing_of_an_ally_leaves_even_when_its_id_is_known(book, asked, worked, file_of, as_system, cast):
    with as_system() as session:
        theirs = session.scalar(sa.select(Partner.id).where(Partner.association_id == cast.ede.id))
        ours = session.scalar(sa.select(Partner.id).where(Partner.name == "Méridiane Énergie"))
    export = asked(asking.Chosen(ids=(theirs, ours)))

    worked()

    assert b"Tavernier" not in file_of(export)
    with pytest.raises(BadInput):
        asked(asking.Chosen(ids=(theirs,)))


def test_the_filters_of_the_list_hold_for_the_file(book, asked, worked, file_of):
    export = asked(asking.Chosen(filters={"kind": "academic", "sort": "nom"}))

    worked()

    assert {one["Nom de l'organisation"] for one in lines_of(file_of(export))} == {"Lycée Émile-Zola"}


def test_a_formula_is_text_in_the_file(book, asked, worked, file_of):
    export = asked()

    worked()

    assert all(not re.match(r"[=+\-@\t\r\n＝＋－＠]", cell) for row in lines_of(file_of(export)) for cell in row.values())
    assert "'+33199005240" in {row["Téléphone"] for row in lines_of(file_of(export))}


def test_rows_cost_the_same_statements_for_one_partner_and_for_many(book, as_member, nadia, statements):  # noqa: F811
    with as_member(nadia) as session:
        ids = [people.a_partner(nadia, f"Partenaire {n}").id for n in range(40)]
        for partner in session.scalars(sa.select(Partner).where(Partner.id.in_(ids))).all():
            people.a_contact(partner)
        with statements() as few:
            rows_of(ids[:1])
        with statements() as many:
            rows_of(ids)

    assert len(many) == len(few)


# ---- who may, and for how long -------------------------------------------------------------------------------------


def test_only_a_manager_with_a_reason_exports(book, as_member, nadia, thi_mai, helene):
    for member in (thi_mai, helene):
        with as_member(member) as session, pytest.raises(NotYours):
            asking.ask(session.get_one(User, member.id), EVERYTHING, Format.CSV, REASON)
    with as_member(nadia) as session, pytest.raises(BadInput, match="pourquoi"):
        asking.ask(session.get_one(User, nadia.id), EVERYTHING, Format.CSV, "  . ")


def test_who_is_no_manager_any_more_gets_nothing_of_what_was_queued(book, asked, worked, file_of, as_system, nadia):
    export = asked()
    with as_system() as session:
        session.get_one(User, nadia.id).roles = ["delegate"]
        session.commit()

    worked()

    with as_system() as session:
        row = session.get_one(ExportFile, export)
        assert (row.state, row.content, row.draft) == (ExportState.CANCELLED, None, b"")
        assert session.scalars(sa.select(Message).where(Message.kind == "export_ready")).all() == []
    with pytest.raises(NotYours):
        file_of(export)


def test_only_who_asked_fetches_it_and_only_for_a_day(book, asked, worked, file_of, karim, jean_baptiste, as_system, monkeypatch):
    export = asked()
    worked()
    assert file_of(export)
    for other in (karim, jean_baptiste):
        with pytest.raises(NotFound):
            file_of(export, by=other)

    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)

    with pytest.raises(NotFound):
        file_of(export)
    worked()
    with as_system() as session:
        row = session.get_one(ExportFile, export)
        assert (row.state, row.content) == (ExportState.EXPIRED, None)


def test_the_log_says_who_why_what_and_how_many_but_no_address(book, asked, worked, file_of, as_system, cast):
    export = asked()
    worked()
    file_of(export)

    with as_system() as session:
        entries = session.scalars(sa.select(Entry).where(Entry.what.like("export%")).order_by(Entry.at)).all()
    assert [entry.what for entry in entries] == ["export_asked", "exported", "export_fetched"]
    done = entries[1]
    assert (done.by_name, done.details["reason"], done.details["filters"]) == ("Nadia Benhaddou", REASON, "tout le carnet")
    assert (done.details["partners"], done.details["contacts"], done.association_id) == (2, 2, cast.pa.id)
    assert "@" not in str([entry.details for entry in entries])


def test_a_letter_without_data_says_that_the_file_is_there(book, asked, worked, as_system):
    asked()
    worked()
    worked()

    with as_system() as session:
        [letter] = session.scalars(sa.select(Message).where(Message.kind == "export_ready")).all()
    assert "http://localhost/partenaires/exports" in letter.text
    assert not re.search("Méridiane|Marchetti|Zola", letter.text + letter.html)


def test_a_worker_killed_between_two_steps_loses_and_doubles_nothing(book, asked, worked, file_of, as_member, nadia, monkeypatch):
    export = asked()
    monkeypatch.setattr(desk, "AT_ONCE", 1)
    with as_member(nadia) as session:
        assert desk.advance(export)
        session.commit()
    with as_member(nadia):
        assert desk.advance(export)  # never committed: the worker died

    worked()

    assert len(lines_of(file_of(export))) == 3


def test_what_fails_three_times_is_given_up_with_nothing_left(book, asked, worked, as_system, monkeypatch):
    def broken(*_):
        raise RuntimeError

    export = asked()
    monkeypatch.setattr(desk, "rows_of", broken)

    for _ in range(4):
        worked()

    with as_system() as session:
        assert session.get_one(ExportFile, export).state is ExportState.FAILED


# ---- the pages -----------------------------------------------------------------------------------------------------


def test_from_the_list_to_the_file_with_the_filters(book, signed_in, nadia, worked, as_system):  # noqa: F811
    browser = signed_in(nadia)
    assert "/partenaires/exports/nouveau?kind=corporate" in browser.get("/partenaires/?kind=corporate").text
    assert "Vous emportez 1 partenaire et 2 contacts" in words(browser.get("/partenaires/exports/nouveau?kind=corporate"))

    answer = browser.post("/partenaires/exports/?kind=corporate", data={"format": "csv", "reason": REASON})
    assert (answer.status_code, answer.location) == (303, "/partenaires/exports/")
    assert 'hx-trigger="load delay:2s"' in browser.get("/partenaires/exports/").text
    worked()

    with as_system() as session:
        export = session.scalars(sa.select(ExportFile)).one()
    assert f"/partenaires/exports/{export.id}/fichier" in browser.get("/partenaires/exports/").text
    got = browser.post(f"/partenaires/exports/{export.id}/fichier")
    assert re.fullmatch(r"attachment; filename=passerelle-partenaires-[\d-]+-[0-9a-f]{6}\.csv", got.headers["Content-Disposition"])
    assert got.headers["Cache-Control"] == "no-store, private"
    assert {row["Nom de l'organisation"] for row in lines_of(got.data)} == {"Méridiane Énergie"}


def test_without_a_reason_the_page_keeps_what_was_typed(book, signed_in, nadia):  # noqa: F811
    answer = signed_in(nadia).post("/partenaires/exports/?kind=corporate", data={"format": "vcf", "reason": ""})

    assert answer.status_code == 422
    assert 'action="/partenaires/exports/?kind=corporate"' in answer.text
    assert re.search('value="vcf"[^>]*checked|checked[^>]*value="vcf"', answer.text)
    assert "Dites pourquoi" in words(answer)


def test_the_way_out_follows_a_search_that_only_changes_the_rows(book, signed_in, nadia):  # noqa: F811
    answer = signed_in(nadia).get("/partenaires/?q=zola", headers={"HX-Request": "true", "HX-Target": "rows"})

    assert re.search(r'id="exporter" hx-swap-oob="true"><a [^>]*href="/partenaires/exports/nouveau\?q=zola"', answer.text)


def test_from_one_partner_only_that_one_leaves_and_a_foreign_one_reads_404(book, signed_in, nadia, jean_baptiste, worked, as_system):  # noqa: F811
    with as_system() as session:
        ours = session.scalar(sa.select(Partner.id).where(Partner.name == "Méridiane Énergie"))

    assert "Vous emportez 1 partenaire et 2 contacts" in words(signed_in(nadia).get(f"/partenaires/exports/nouveau?partenaire={ours}"))
    assert signed_in(jean_baptiste).get(f"/partenaires/exports/nouveau?partenaire={ours}").status_code == 404
    assert signed_in(jean_baptiste).post("/partenaires/exports/", data={"partenaire": str(ours), "format": "csv", "reason": REASON}).status_code == 404


def test_after_a_quarter_of_an_hour_the_password_is_asked_again(book, signed_in, nadia, as_system):  # noqa: F811
    browser = signed_in(nadia)
    with as_system() as session:
        session.execute(sa.update(UserSession).values(created_at=clock.now() - timedelta(minutes=16)))
        session.commit()
    form = {"format": "csv", "reason": REASON}

    assert "Votre mot de passe" in words(browser.get("/partenaires/exports/nouveau"))
    assert browser.post("/partenaires/exports/", data=form).status_code == 422
    assert browser.post("/partenaires/exports/", data=form | {"password": "autre chose"}).status_code == 422
    assert browser.post("/partenaires/exports/", data=form | {"password": people.PASSWORD}).status_code == 303
    assert "Votre mot de passe" not in words(browser.get("/partenaires/exports/nouveau"))


def test_twenty_exports_a_day_and_then_a_sentence(book, signed_in, nadia):  # noqa: F811
    browser, form = signed_in(nadia), {"format": "csv", "reason": REASON}
    for _ in range(20):
        assert browser.post("/partenaires/exports/", data=form).status_code == 303

    answer = browser.post("/partenaires/exports/", data=form)

    assert answer.status_code == 429
    assert "Vingt exports" in words(answer)


def test_admins_read_the_log_of_their_association_and_never_a_file(book, asked, worked, signed_in, helene, awa):  # noqa: F811
    export = asked()
    worked()

    log = words(signed_in(helene).get("/partenaires/exports/"))
    assert "Nadia Benhaddou" in log
    assert REASON in log
    assert "2 partenaires, 2 contacts" in log
    assert "Télécharger" not in log
    assert signed_in(helene).post(f"/partenaires/exports/{export}/fichier").status_code == 403
    assert REASON not in words(signed_in(awa).get("/partenaires/exports/"))


# ---- what comes back ---------------------------------------------------------------------------------------------

typed = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"]), max_size=30).map(lambda text: " ".join(text.split()))
tricky = st.sampled_from(["=1+1", "+33", "-", "@SUM(A1)", "'=1", "''=x", "＝x", "a;b", 'd"q', "LycÃ©e", "_x0041_", "\u200bz", "e\u0301", "0951", "oui", "<b>"])
text = st.one_of(typed, tricky, st.builds(lambda a, b: f"{a}{b}".strip(), tricky, typed))
named = text.filter(bool)
tag = text.filter(lambda one: one and not set(",;") & set(one))
rule = st.sampled_from(["———", "————", "—", "", "- a\n———\nb"])
note = st.lists(st.one_of(named, rule), min_size=1, max_size=4).map(lambda lines: "\n".join(lines).strip()).filter(bool)
day = st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2026, 1, 1)))

person = st.fixed_dictionaries(
    {
        "civility": st.sampled_from(["", "Mme", "M."]), "first_name": text, "last_name": named, "title": text, "role": st.sampled_from(ContactRole),
        "language": st.sampled_from(["fr", "en"]), "permission": st.sampled_from(Permission), "source": named, "source_date": day,
        "asks_per_quarter": st.one_of(st.none(), st.integers(0, 30)), "quiet_months": st.lists(st.integers(1, 12), unique=True).map(sorted),
        "last_word_at": st.one_of(st.none(), st.datetimes(datetime(2020, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC))),
    }
)  # fmt: skip
organisation = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(PartnerKind), "name": named, "town": text, "address": text, "website": text, "headcount": text, "postcode": text,
        "type": st.sampled_from(["", "LGT", "PME", "UNIVERSITE", "AUTRE_CODE"]), "status": st.sampled_from(Status), "visibility": st.sampled_from(Visibility),
        "open_now": st.booleans(), "tags": st.lists(tag, unique=True, max_size=3), "accepts": st.lists(st.sampled_from(["find_speakers", "joint_work", "other"]), unique=True),
        "region": st.sampled_from([None, "11", "84"]), "academy": st.sampled_from([None, "01"]), "department": st.sampled_from([None, "95", "2A"]), "naf": st.sampled_from([None, "62.02A"]),
        "since": st.sampled_from(["", "2019", "2019-11"]), "last_contact_on": day, "source": text, "source_date": day, "people": st.lists(person, max_size=2),
        "own": st.fixed_dictionaries({}, optional={"Budget": st.one_of(st.integers(-10**9, 10**9), st.floats(-1e6, 1e6, allow_nan=False).filter(lambda n: n % 1)), "=Réseau": named, "Visite": st.dates(date(2000, 1, 1), date(2030, 1, 1)).map(str)}),
        "notes": st.lists(note, max_size=3, unique=True),
    }
)  # fmt: skip
COMPARED_P = ("extra kind name type uai siren siret naf headcount address postcode town insee department academy region website owner_id status visibility accepts open_now tags since last_contact_on source source_date").split()  # fmt: skip
COMPARED_C = "civility first_name last_name role title language permission asks_per_quarter quiet_months source source_date last_word_at".split()


def put(member, one):
    values = dict(one)
    persons, own, notes = values.pop("people"), values.pop("own"), values.pop("notes")
    extra = {field.key: own[field.name] for field in scope_session().scalars(sa.select(CustomField)) if field.name in own}
    partner = Partner(id=uuid.uuid4(), association_id=member.association_id, owner_id=member.id, extra=extra, **values)
    scope_session().add(partner)
    scope_session().flush()
    for said in notes:
        timeline.record("note", CLOCK, member.association_id, partner_id=partner.id, details={"text": said})
    for nth, said in enumerate(persons):
        contact = Contact(id=uuid.uuid4(), association_id=member.association_id, partner_id=partner.id, **said)
        contact.created_at = clock.now() + timedelta(microseconds=nth)
        scope_session().add(contact)
        scope_session().flush()
        vault.keep(member.association_id, contact.id, vault.Coordinates(f"p{nth}-{contact.id.hex[:8]}@x.example", "+33199005240", ""))
    return partner.id


def scope_session():
    from brokerage.database import db

    return db.session()


def whole(member):
    """The book of a member's association, field by field, without its ids."""
    found = []
    for partner in scope_session().scalars(sa.select(Partner)):
        living = scope_session().scalars(sa.select(Contact).where(Contact.partner_id == partner.id).order_by(Contact.created_at)).all()
        reached = vault.own(one.id for one in living)
        persons = [(*(getattr(one, name) for name in COMPARED_C), reached[one.id]) for one in living]
        notes = scope_session().scalars(sa.select(Entry.details).where(Entry.partner_id == partner.id, Entry.what == "note")).all()
        found.append((tuple(getattr(partner, name) for name in COMPARED_P), persons, sorted(one["text"] for one in notes)))
    return sorted(found, key=repr)


@pytest.fixture
def own_fields(as_member, nadia):
    """Three fields of the association's own."""
    with as_member(nadia) as session:
        by = session.get_one(User, nadia.id)
        for name, kind in (("Budget", FieldKind.NUMBER), ("=Réseau", FieldKind.TEXT), ("Visite", FieldKind.DATE)):
            fields.define(by, Subject.PARTNER, kind, name)
        session.commit()


def test_an_archived_field_and_an_ally_s_are_in_no_file(own_fields, as_member, nadia, jean_baptiste):
    with as_member(jean_baptiste) as session:
        fields.define(session.get_one(User, jean_baptiste.id), Subject.PARTNER, FieldKind.TEXT, "Leur champ")
        session.commit()
    with as_member(nadia) as session:
        [visit] = session.scalars(sa.select(CustomField).where(CustomField.name == "Visite"))
        fields.archive(visit, session.get_one(User, nadia.id), True)
        session.commit()

        assert [one.name for one in of_the_book()] == ["Budget", "=Réseau"]


@pytest.mark.slow
@pytest.mark.parametrize("as_format", [Format.CSV, Format.XLSX])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(partners=st.lists(organisation, min_size=1, max_size=3))
def test_export_then_import_is_the_identity(cast, own_fields, tmp_path, as_format, partners):
    member = scope.member(cast.pa.id)
    with scope.acting(member):
        ids, beyond = [put(cast.nadia, one) for one in partners], Beyond(of_the_book(), notes=True)
        before, content = whole(cast.nadia), written(rows_of(ids, beyond)[0], as_format, beyond.headers)
    path = tmp_path / f"retour.{as_format.value}"
    path.write_bytes(content)

    with scope.acting(member):  # the book is empty again: nothing above was committed
        assert whole(cast.nadia) == []
        imports.bring_in(path, source="un export")
        assert whole(cast.nadia) == before
        again = imports.bring_in(path, source="un export")
        assert {name for name, count in again.counts.items() if count and name.endswith(("_created", "_changed"))} == set()


@given(text)
def test_an_apostrophe_set_before_a_formula_is_taken_off_again_and_no_other(said):
    assert restored(neutralised(said)) == said
    assert not re.match(r"[=+\-@\t\r\n＝＋－＠]", neutralised(said))


@given(st.lists(note, max_size=4))
def test_notes_in_one_cell_come_apart_again(notes):
    assert apart(together(notes)) == notes


def test_fields_beyond_the_room_of_a_spreadsheet_share_the_last_column():
    many = tuple(Own(str(n), Subject.PARTNER, f"Champ {n}", FieldKind.NUMBER) for n in range(ROOM + 5))
    beyond, values = Beyond(many), {str(n): n for n in range(ROOM + 5)}

    cells = beyond.cells(values, None, [])

    assert len(cells) == len(beyond.headers) == ROOM + 1
    assert beyond_of(beyond.headers, cells, {folded(one.header): one for one in many}).partner == values


def test_an_export_dropped_on_the_page_comes_back_as_it_left_and_twice_changes_nothing(book, own_fields, client_of, worked, as_member, nadia):
    with as_member(nadia) as session:
        [field] = session.scalars(sa.select(CustomField).where(CustomField.name == "Budget"))
        meridiane = session.scalars(sa.select(Partner).where(Partner.name.startswith("M"))).one()
        meridiane.extra = {field.key: 12.5}
        timeline.record("note", CLOCK, nadia.association_id, partner_id=meridiane.id, details={"text": "Salle de 30 places.\n———\nAu rez-de-chaussée."})
        session.commit()
        beyond = Beyond(of_the_book(), notes=True)
        ids = asking.partner_ids(nadia.association_id, EVERYTHING.wanted)
        content, before = written(rows_of(ids, beyond)[0], Format.XLSX, beyond.headers), whole(nadia)
        versions = session.execute(sa.select(Partner.id, Partner.version).order_by(Partner.id)).all()
    where = drop(client_of(nadia), worked, content)
    with as_member(nadia) as session:
        assert session.execute(sa.select(Partner.id, Partner.version).order_by(Partner.id)).all() == versions
        assert session.scalars(sa.select(ImportChange)).all() == []
        for entity in (Channel, Contact, Partner):
            session.execute(sa.delete(entity))
        session.commit()

    drop(client_of(nadia), worked, content)

    with as_member(nadia):
        assert whole(nadia) == before
    client_of(nadia).post(f"{where}/annulation")
    worked()
    with as_member(nadia):
        assert whole(nadia) == before


def drop(client, worked, content):
    """Through the page: drop it, read that it is ours, bring it in."""
    said = {"source": "un export", "informed": "y", "file": (io.BytesIO(content), "export.xlsx")}
    where = client.post("/partenaires/imports/nouveau", data=said).location
    worked()
    page = client.get(where)
    assert (page.status_code, "il revient tel quel" in page.text.replace("\u00a0", " "), "Corriger" in page.text) == (200, True, False)
    assert client.post(f"{where}/importation").status_code == 303
    worked()
    return where


def test_notes_leave_only_when_a_manager_asks_and_the_log_says_so(book, asked, worked, file_of, as_member, nadia):
    with as_member(nadia) as session:
        partner = session.scalars(sa.select(Partner).where(Partner.name.startswith("M"))).one()
        timeline.record("note", CLOCK, nadia.association_id, partner_id=partner.id, details={"text": "Aime les ateliers"})
        session.commit()
    without, with_them = asked(), asked(replace(EVERYTHING, notes=True))
    worked()

    assert "Aime les ateliers" not in file_of(without).decode("utf-8-sig")
    assert file_of(with_them).decode("utf-8-sig").count("Aime les ateliers") == 1
    with as_member(nadia) as session:
        asked_for = session.scalars(sa.select(Entry.details).where(Entry.what == "exported").order_by(Entry.at)).all()
    assert [one["notes"] for one in asked_for] == [False, True]


def test_an_export_read_back_into_its_own_book_changes_nothing(book, as_member, nadia, tmp_path):
    path = tmp_path / "retour.csv"
    with as_member(nadia) as session:
        path.write_bytes(written(rows_of(asking.partner_ids(nadia.association_id, EVERYTHING.wanted))[0], Format.CSV))
        before = [(one.id, one.version) for one in session.scalars(sa.select(Partner).order_by(Partner.id))]

        outcome = imports.bring_in(path, source="un export")

        assert (outcome.counts["partners_unchanged"], outcome.counts["partners_created"], outcome.counts["contacts_created"]) == (2, 0, 0)
        assert [(one.id, one.version) for one in session.scalars(sa.select(Partner).order_by(Partner.id))] == before


def test_a_file_somebody_changed_the_words_of_is_read_like_any_other(book, as_member, nadia, tmp_path):
    with as_member(nadia):
        content = written(rows_of(asking.partner_ids(nadia.association_id, EVERYTHING.wanted))[0], Format.CSV)
        edited = content.replace("à demander".encode(), b"peut-etre")

        assert returning.records_of(returning.rows_of(content)) is not None
        assert returning.records_of(returning.rows_of(edited)) is None


# ---- cards ---------------------------------------------------------------------------------------------------------


def read_cards(content):
    """A strict little reader: unfolds, then splits each line once; returns {name: value} of each card."""
    assert content.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    found, card = [], None
    for line in content.decode().replace("\r\n ", "").split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        if name == "BEGIN":
            card = {}
        elif name == "END":
            found.append(card)
        else:
            assert re.fullmatch(r"[A-Z]+(;[A-Z=,]+)*", name), line
            card[name] = value
    return found


def unescaped(value):
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], value)


@given(first=text, last=named, organisation=named)
def test_no_text_breaks_a_card(first, last, organisation):
    partner = dict.fromkeys("id type headcount address postcode town website owner since source".split(), "") | {"name": organisation}
    partner |= dict.fromkeys("uai siret siren naf insee department academy region last_contact_on source_date".split()) | {
        "kind": PartnerKind.CORPORATE, "status": Status.ACTIVE, "visibility": Visibility.LISTED, "open_now": True, "accepts": [], "tags": [],
    }  # fmt: skip
    contact = dict.fromkeys("civility title email phone mobile language source".split(), "") | {"id": "1", "first_name": first, "last_name": last}
    contact |= {"role": ContactRole.OTHER, "permission": Permission.DO_NOT_CONTACT, "quiet_months": [], **dict.fromkeys(("asks_per_quarter", "source_date", "last_word_at"))}

    [card] = read_cards(cards([cells_of(partner, contact)]))

    ends = re.compile("[\x85\u2028\u2029]")
    assert unescaped(card["FN"]) == ends.sub("\n", f"{first} {last}".strip())
    assert unescaped(card["ORG"]) == ends.sub("\n", organisation)
    assert "ne plus contacter" in unescaped(card["NOTE"])
    assert len(re.findall(r"(?:\\.|[^\\;])*;", card["N"])) == 4
    assert card["VERSION"] == "3.0"


def test_a_card_tells_a_desk_from_a_pocket(book, as_member, nadia):
    with as_member(nadia) as session:
        contact = session.scalars(sa.select(Contact).where(Contact.last_name == "Marchetti")).one()
        vault.keep(nadia.association_id, contact.id, vault.Coordinates("h.marchetti@meridiane.example", "+33199001122", "+33639981122"))
        content = written(rows_of(asking.partner_ids(nadia.association_id, EVERYTHING.wanted))[0], Format.VCARD)

    one = next(card for card in read_cards(content) if card["FN"] == "Hélène Marchetti")

    assert (one["TEL;TYPE=WORK,VOICE"], one["TEL;TYPE=CELL"]) == ("+33199001122", "+33639981122")
    assert one["EMAIL;TYPE=INTERNET,WORK"] == "h.marchetti@meridiane.example"
    assert len(read_cards(content)) == 2


def test_headers_are_words_that_our_import_knows_in_any_file():
    unknown = [column.header for column in COLUMNS if column.field != "ignore" and column.field not in meanings(column.header)]

    assert unknown == []
    assert len(set(HEADERS)) == len(HEADERS) <= limits.COLUMNS
