"""Bringing a spreadsheet into a book: nothing lost, nothing doubled, nobody approached who said no."""

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from brokerage import cli, clock, scope
from brokerage.demo import book
from brokerage.errors import BadInput, NotYours
from brokerage.mail.models import Suppression
from brokerage.partners import vault
from brokerage.partners.models import Contact, Partner, PartnerKind, Permission, Status
from brokerage.timeline import Entry
from brokerage.transfer import imports, reporting
from brokerage.transfer.models import ImportBatch, ImportedRow
from tests import cast as people

ACADEMIC_KIT, COMPANY_KIT = book.KITS
HEADER = "UAI;Établissement;CP;Ville;Civilité;Prénom;Nom;Fonction;E-mail;Tél.;Suivi par;Statut;Accord partage;Remarques"
CACHIN = "0932074Z;Lycée Marcel Cachin;93400;Saint-Ouen;Mme;Nora;Belkacem;proviseure;n.belkacem@cachin.example.org;01 99 00 12 34;;;;"


@pytest.fixture
def a_file(tmp_path):
    """A text file of these lines, under a header that the import knows."""
    count = iter(range(1000))

    def written(*lines, header=HEADER):
        path = tmp_path / f"carnet-{next(count)}.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return path

    return written


@pytest.fixture
def brought(as_member, nadia):
    """Bring a file into Passeport Avenir's book, and keep it."""

    def bring(path, **more):
        with as_member(nadia) as session:
            outcome = imports.bring_in(path, **{"source": "carnet 2024", **more})
            session.commit()
        return outcome

    return bring


@pytest.fixture
def partners(as_system):
    """Every partner of every association, with its people."""

    def found(*where):
        with as_system() as session:
            return session.scalars(
                sa.select(Partner).where(*where).options(sa.orm.selectinload(Partner.contacts)).order_by(Partner.name)
            ).all()

    return found


def line(**cells):
    """One line under HEADER."""
    known = {"uai": "", "name": "Valmont Assurances", "cp": "72000", "town": "Le Mans", "civility": "", "first": "", "last": "", "role": "",
             "email": "", "phone": "", "owner": "", "status": "", "share": "", "remarks": ""}  # fmt: skip
    return ";".join((known | cells).values())


def book_of(session, association_id):
    """Everything an import may touch, as values to compare."""
    kept = {}
    for entity in (Partner, Contact):
        columns = [column for column in sa.inspect(entity).columns if not column.computed]
        kept[entity.__name__] = sorted(map(str, session.execute(sa.select(*columns).where(entity.association_id == association_id))))
    ids = session.scalars(sa.select(Contact.id).where(Contact.association_id == association_id)).all()
    kept["coordinates"] = sorted((str(at), found) for at, found in vault.own(ids).items())
    kept["notes"] = session.scalar(sa.select(sa.func.count()).select_from(Entry).where(Entry.what == "note"))
    kept["held"] = session.scalar(sa.select(sa.func.count()).select_from(ImportedRow).where(ImportedRow.held_remark != ""))
    kept["objections"] = sorted(session.scalars(sa.select(Suppression.email_key)))
    return kept


# ---- the two kits ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kit", "rows", "partners_brought"), [(ACADEMIC_KIT, 397, 341), (COMPANY_KIT, 241, 211)], ids=["schools", "companies"]
)
def test_the_same_file_twice_changes_nothing(kit, rows, partners_brought, brought, as_member, nadia):
    first = brought(kit)
    with as_member(nadia) as session:
        before = book_of(session, nadia.association_id)

    second = brought(kit)

    assert (first.counts["imported"], first.counts["partners_created"]) == (rows, partners_brought)
    touched = {name: count for name, count in second.counts.items() if name.endswith(("_created", "_changed")) and count}
    assert touched == {}
    with as_member(nadia) as session:
        assert book_of(session, nadia.association_id) == before


@pytest.mark.parametrize("kit", [ACADEMIC_KIT, COMPANY_KIT], ids=["schools", "companies"])
def test_every_row_of_a_real_file_can_be_traced_to_a_partner_or_a_reason(kit, brought, as_member, nadia):
    outcome = brought(kit)

    with as_member(nadia) as session:
        kept = session.scalars(sa.select(ImportedRow).where(ImportedRow.batch_id == outcome.batch_id)).all()
        living = set(session.scalars(sa.select(Partner.id)))
    seen = [row for row in outcome.rows if row.reason != "blank"]
    assert sorted((row.sheet or "", row.number) for row in seen) == sorted((one.sheet, one.line) for one in kept)
    assert {one.partner_id for one in kept if one.action != "skipped"} == living
    assert all(one.partner_id is None and one.issues for one in kept if one.action == "skipped")


def test_no_remark_about_a_pupil_or_about_health_is_stored_where_people_read(brought, as_member, nadia):
    outcome = brought(ACADEMIC_KIT)
    brought(COMPANY_KIT)

    delicate = {row.remarks for row in outcome.rows if row.remarks_need_reading}
    with as_member(nadia) as session:
        held = set(session.scalars(sa.select(ImportedRow.held_remark).where(ImportedRow.held_remark != "")))
        told = " ".join(entry.details.get("text", "") for entry in session.scalars(sa.select(Entry)))
    assert delicate <= held
    assert not any(remark in told for remark in held)


def test_the_report_of_the_command_says_which_rows_are_one_organisation(brought, partners):
    report = reporting.report(brought(COMPANY_KIT).rows)

    groups = {row["org_group"] for row in report["rows"] if row["action"] == "import"}
    assert len(groups) == len(partners())


# ---- who said what ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "permission"),
    [
        ({"remarks": "NE PLUS CONTACTER"}, Permission.DO_NOT_CONTACT),
        ({"status": "opposition RGPD reçue le 02/02/2024"}, Permission.DO_NOT_CONTACT),
        ({"remarks": "Ne pas transmettre ses coordonnées"}, Permission.NO_SHARE),
        ({"share": "non"}, Permission.NO_SHARE),
        ({"share": "oui"}, Permission.SHARE_OK),
        ({"share": "à demander"}, Permission.ASK_FIRST),
        ({"share": "oui", "remarks": "STOP mails"}, Permission.DO_NOT_CONTACT),
    ],
)
def test_what_a_row_says_about_approaching_somebody_is_kept(cells, permission, a_file, brought, partners):
    brought(a_file(line(first="Lina", last="Morel", email="l.morel@valmont.example.org", **cells)))

    [contact] = partners()[0].contacts
    assert contact.permission is permission


def test_an_agreement_given_beforehand_keeps_its_source_and_a_date(a_file, brought, partners):
    with_date = line(name="Un", last="Morel", email="a@un.example.org", share="oui")
    brought(a_file(with_date), source="salon de mars", source_date=date(2024, 3, 5))
    brought(a_file(line(name="Deux", last="Morel", email="a@deux.example.org", share="oui")), source="salon d'avril")

    deux, un = (partner.contacts[0] for partner in partners())
    assert (un.source, un.source_date) == ("salon de mars", date(2024, 3, 5))
    assert (deux.source, deux.source_date) == ("salon d'avril", clock.today())


def test_an_objection_in_a_file_joins_the_list_that_every_association_asks(a_file, brought, as_system):
    brought(a_file(line(last="Morel", email="l.morel@valmont.example.org", remarks="NE PLUS CONTACTER")))

    with as_system() as session:
        assert session.scalars(sa.select(Suppression.email_key)).all() == [vault.key_of("l.morel@valmont.example.org")]


def test_an_objection_without_an_address_covers_the_one_the_book_knows(a_file, brought, as_system):
    brought(a_file(line(first="Lina", last="Morel", email="l.morel@valmont.example.org")))

    brought(a_file(line(first="Lina", last="Morel", remarks="NE PLUS CONTACTER")))

    with as_system() as session:
        assert session.scalars(sa.select(Suppression.email_key)).all() == [vault.key_of("l.morel@valmont.example.org")]


def test_somebody_who_objected_is_not_brought_back_and_the_file_is_not_told_why(a_file, brought, partners, as_system):
    with as_system() as session:
        session.add(Suppression(email_key=vault.key_of("l.morel@valmont.example.org"), reason="objection", created_at=clock.now()))
        session.commit()

    outcome = brought(a_file(line(last="Morel", email="l.morel@valmont.example.org", share="oui")))

    assert partners()[0].contacts[0].permission is Permission.DO_NOT_CONTACT
    [row] = [row for row in outcome.rows if row.action == "import"]
    [sentence] = [issue.sentence for issue in row.issues if issue.code == "contact_unavailable"]
    assert "oppos" not in sentence.casefold()


@pytest.mark.parametrize("said", [Permission.NO_SHARE, Permission.DO_NOT_CONTACT])
def test_a_file_opens_nothing_that_a_person_has_closed(said, a_file, brought, partners, as_system):
    file = a_file(line(last="Morel", email="l.morel@valmont.example.org", share="oui"))
    brought(file)
    with as_system() as session:
        session.scalars(sa.select(Contact)).one().permission = said
        session.commit()

    brought(file)

    assert partners()[0].contacts[0].permission is said


def test_an_old_file_does_not_speak_for_somebody_who_has_written_since(a_file, brought, partners, as_system):
    file = a_file(line(last="Morel", email="l.morel@valmont.example.org", share="oui"))
    brought(file)
    with as_system() as session:
        contact = session.scalars(sa.select(Contact)).one()
        contact.permission, contact.last_word_at = Permission.ASK_FIRST, clock.now()
        session.commit()

    brought(file)

    assert partners()[0].contacts[0].permission is Permission.ASK_FIRST


def test_saying_no_under_one_address_counts_for_the_other(a_file, brought, partners):
    brought(
        a_file(
            line(first="Lina", last="Morel", email="l.morel@valmont.example.org"),
            line(first="Lina", last="Morel", email="lina@valmont.example.org", remarks="NE PLUS CONTACTER"),
        )
    )

    assert [contact.permission for contact in partners()[0].contacts] == [Permission.DO_NOT_CONTACT] * 2


def test_an_ordinary_remark_becomes_a_note_and_a_delicate_one_waits(a_file, brought, as_member, nadia):
    outcome = brought(
        a_file(
            line(last="Morel", remarks="Préfère le téléphone"),
            line(name="Autre", last="Petit", remarks="Élève repérée : Inaya K., 1re STL, très motivée"),
        )
    )

    with as_member(nadia) as session:
        assert [note.details["text"] for note in session.scalars(sa.select(Entry).where(Entry.what == "note"))] == ["Préfère le téléphone"]
        [held] = session.scalars(sa.select(ImportedRow).where(ImportedRow.held_remark != ""))
    assert (held.held_remark, outcome.counts["held"]) == ("Élève repérée : Inaya K., 1re STL, très motivée", 1)


# ---- nothing doubled -------------------------------------------------------------------------------------------


def test_a_school_is_recognised_by_its_uai_whatever_its_name(a_file, brought, partners):
    brought(a_file(CACHIN))

    outcome = brought(a_file("0932074Z;LPO Cachin;;;M.;Paul;Henry;CPE;p.henry@cachin.example.org;;;;;"))

    [school] = partners()
    assert (school.name, sorted(contact.last_name for contact in school.contacts)) == ("Lycée Marcel Cachin", ["Belkacem", "Henry"])
    assert outcome.counts["partners_changed"] == 1


def test_a_lycee_and_its_professional_section_stay_two(a_file, brought, partners):
    brought(a_file(CACHIN, "0930140X;Section d'enseignement professionnel du lycée Marcel Cachin;93400;Saint-Ouen;;;;;;;;;;"))

    assert [school.uai for school in partners()] == ["0932074Z", "0930140X"]


def test_two_schools_of_one_siret_are_two_partners_and_only_one_bears_it(a_file, brought, partners):
    header = HEADER + ";SIRET"
    section = "0930140X;Section d'enseignement professionnel du lycée Marcel Cachin;93400;Saint-Ouen;;;;;;;;;;;19931613400014"
    file = a_file(CACHIN + ";19931613400014", section, header=header)

    brought(file)
    again = brought(file)

    assert sorted(school.siret or "" for school in partners()) == ["", "19931613400014"]
    assert again.counts["partners_unchanged"] == 2


def test_a_siret_known_in_the_book_does_not_swallow_a_school_of_another_uai(a_file, brought, partners):
    header = HEADER + ";SIRET"
    brought(a_file(CACHIN + ";19931613400014", header=header))

    brought(a_file("0930140X;Section d'enseignement professionnel;93400;Saint-Ouen;;;;;;;;;;;19931613400014", header=header))

    assert sorted(school.uai for school in partners()) == ["0930140X", "0932074Z"]


def test_an_address_known_in_the_book_finds_its_organisation(a_file, brought, partners):
    brought(a_file(line(last="Morel", email="l.morel@valmont.example.org")))

    brought(a_file(line(name="Valmont Assurance (groupe)", last="Morel", email="L.Morel@valmont.example.org")))

    assert [partner.name for partner in partners()] == ["Valmont Assurances"]


def test_a_name_is_the_same_in_the_same_town_only(a_file, brought, partners):
    brought(a_file(line(name="Valmont Assurances")))

    brought(a_file(line(name="VALMONT ASSURANCES SA"), line(name="Valmont Assurances", cp="59000", town="Lille")))

    assert sorted(partner.town for partner in partners()) == ["Le Mans", "Lille"]


def test_one_person_on_two_lines_is_one_contact(a_file, brought, partners):
    brought(
        a_file(
            line(first="L.", last="Morel", phone="01 99 00 11 22"),
            line(civility="Mme", first="Lina", last="MOREL", role="responsable RSE", email="l.morel@valmont.example.org"),
        )
    )

    [contact] = partners()[0].contacts
    assert (contact.civility, contact.first_name, contact.title) == ("Mme", "Lina", "responsable RSE")


@pytest.mark.parametrize("prefer_file", [False, True])
def test_an_empty_cell_erases_nothing_and_a_full_one_only_where_the_file_is_preferred(prefer_file, a_file, brought, partners, as_member, nadia):
    brought(a_file(line(first="Lina", last="Morel", role="responsable RSE", email="l.morel@valmont.example.org", phone="01 99 00 11 22")))
    [before] = partners()

    moved = line(first="Lina", last="Morel", email="l.morel@valmont.example.org", phone="01 99 00 33 44", cp="", town="Le Mans")
    brought(a_file(moved), prefer_file=prefer_file)

    [after] = partners()
    with as_member(nadia):
        found = vault.own([after.contacts[0].id])[after.contacts[0].id]
    assert (found.email, found.phone) == ("l.morel@valmont.example.org", "+33199003344" if prefer_file else "+33199001122")
    assert (after.contacts[0].title, after.postcode) == ("responsable RSE", "72000")
    assert (after.contacts[0].version > before.contacts[0].version) is prefer_file


def test_another_town_brings_its_codes_only_where_it_is_chosen(a_file, brought, partners):
    known = line(uai="0932074Z", name="Lycée Marcel Cachin", cp="93400", town="Saint-Ouen")
    brought(a_file(known))
    moved = a_file(line(uai="0932074Z", name="Lycée Marcel Cachin", cp="34500", town="Béziers"))

    brought(moved)
    [stayed] = partners()
    brought(moved, prefer_file=True)
    [went] = partners()

    assert (stayed.town, stayed.postcode, stayed.department) == ("Saint-Ouen", "93400", "93")
    assert (went.town, went.postcode, went.department, went.insee) == ("Béziers", "34500", "34", "34032")


def test_what_people_corrected_by_hand_stays(a_file, brought, partners, as_system, cast):
    file = a_file(CACHIN)
    brought(file)
    with as_system() as session:
        school = session.scalars(sa.select(Partner)).one()
        school.name, school.owner_id, school.status = "Lycée Marcel-Cachin (Saint-Ouen)", cast.karim.id, Status.DORMANT
        session.commit()

    again = brought(file)

    [school] = partners()
    assert (school.name, school.owner_id, school.status) == ("Lycée Marcel-Cachin (Saint-Ouen)", cast.karim.id, Status.DORMANT)
    assert again.counts["partners_unchanged"] == 1


def test_what_lies_in_the_trash_is_not_found_again(a_file, brought, partners, as_system):
    brought(a_file(CACHIN))
    with as_system() as session:
        session.scalars(sa.select(Partner)).one().deleted_at = clock.now()
        session.commit()

    brought(a_file(CACHIN))

    assert len(partners(Partner.deleted_at.is_(None))) == 1
    assert len(partners()) == 2


# ---- what the file does not say --------------------------------------------------------------------------------


def test_a_uai_alone_is_enough_to_know_the_school(a_file, brought, partners):
    brought(a_file("0932074Z;;;;;;;;;;;;;"))

    [school] = partners()
    assert (school.kind, school.name, school.town) == (PartnerKind.ACADEMIC, "Lycée Marcel Cachin", "Saint-Ouen")
    assert (school.department, school.academy, school.region) == ("93", "24", "11")


def test_a_place_gets_its_codes(a_file, brought, partners):
    brought(a_file(line(cp="97420", town="LE PORT")))

    [partner] = partners()
    assert (partner.town, partner.insee, partner.department, partner.region) == ("Le Port", "97407", "974", "04")


@pytest.mark.parametrize(
    ("text", "owner"), [("NB", "nadia"), ("Karim Lahlou", "karim"), ("K. Lahlou", "karim"), ("Thi-Mai", None), ("XY", None)]
)
def test_followed_by_names_a_manager_of_the_association(text, owner, a_file, brought, partners, cast):
    brought(a_file(line(owner=text)))

    assert partners()[0].owner_id == (getattr(cast, owner).id if owner else None)


@pytest.mark.parametrize(
    ("text", "status"), [("Partenaire 2023-24", "active"), ("en sommeil", "dormant"), ("ancien partenaire", "former"), ("", "active")]
)
def test_a_status_is_read(text, status, a_file, brought, partners):
    brought(a_file(line(last="Morel", status=text)))

    assert partners()[0].status == status


# ---- whose book ------------------------------------------------------------------------------------------------


def test_an_import_stays_in_its_own_association(a_file, brought, partners, as_member, lucas, nadia):
    with as_member(lucas) as session:
        people.a_partner(lucas, "Lycée Marcel Cachin", kind=PartnerKind.ACADEMIC, uai="0932074Z")
        session.commit()

    brought(a_file(CACHIN))

    assert {school.association_id for school in partners(Partner.uai == "0932074Z")} == {lucas.association_id, nadia.association_id}
    with as_member(lucas) as session:
        assert session.scalars(sa.select(ImportBatch)).all() == []
        assert [len(school.contacts) for school in session.scalars(sa.select(Partner))] == [0]


def test_without_an_association_nothing_is_brought_in(app, a_file):
    with scope.acting(scope.system("a test")), pytest.raises(scope.Unscoped):
        imports.bring_in(a_file(CACHIN), source="carnet")


def test_a_delegate_brings_nothing_in(a_file, as_member, thi_mai):
    with as_member(thi_mai) as session, pytest.raises(NotYours):
        imports.bring_in(a_file(CACHIN), source="carnet", by=session.get_one(type(thi_mai), thi_mai.id))


def test_who_brought_it_and_from_where_is_written_down(a_file, as_member, nadia):
    with as_member(nadia) as session:
        imports.bring_in(a_file(CACHIN), source="carnet 2024", source_date=date(2024, 3, 5), by=session.get_one(type(nadia), nadia.id))

        [batch] = session.scalars(sa.select(ImportBatch))
        [told] = session.scalars(sa.select(Entry).where(Entry.what == "imported"))
        assert (batch.by_id, batch.source, batch.source_date) == (nadia.id, "carnet 2024", date(2024, 3, 5))
        assert (told.by_name, told.details["partners_created"]) == ("Nadia Benhaddou", 1)
        assert session.scalars(sa.select(Partner.import_id)).all() == [batch.id]


def test_without_a_source_nothing_is_brought_in(a_file, as_member, nadia):
    with as_member(nadia), pytest.raises(BadInput):
        imports.bring_in(a_file(CACHIN), source="  ")


# nine kilobytes that no compression makes short enough for an index of PostgreSQL
ENDLESS = "".join(chr(0x4E00 + nth * 7919 % 20_000) for nth in range(3000))

# ---- odd files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "odd",
    [
        line(name=ENDLESS, last=ENDLESS, town=ENDLESS, remarks=ENDLESS * 9),
        line(name="Val\x00mont", last="Mo\x0brel", remarks="un\x00deux" + "x" * 900, first="\x1b[31m"),
        line(name="", last="Morel", email="l.morel@valmont.example.org"),
        line(name="", town="", cp="", last="", email="standard@valmont.example.org"),
        line(name='=HYPERLINK("http://x.example")', last="@SUM(A1)", remarks="+33|cmd"),
        line(name="🦊 Renard & fils", first="Zoë", last="O’Brien-Škoda", town="L'Haÿ-les-Roses", cp="94240"),
        line(name="Ÿ", last="?", email="pas une adresse", phone="jamais", cp="99999", town="Nulle-Part"),
        "0932074Z" + ";" * 3,
        line(last="Morel") + ";de;trop;et;encore",
    ],
    ids=["endless", "control signs", "no name", "an address alone", "formulas", "far alphabets", "nonsense", "short", "long"],
)
def test_no_line_stops_an_import_or_gets_lost(odd, a_file, brought, as_member, nadia):
    file = a_file(CACHIN, odd, line(name="La dernière", last="Faure"))
    brought(file)
    again = brought(file)

    with as_member(nadia) as session:
        lines = session.scalars(sa.select(ImportedRow.line).where(ImportedRow.batch_id == again.batch_id)).all()
        names = session.scalars(sa.select(Partner.name)).all()
    assert sorted(lines) == [1, 2, 3, 4]
    assert {"Lycée Marcel Cachin", "La dernière"} <= set(names)
    assert {name for name, count in again.counts.items() if name.endswith(("_created", "_changed")) and count} == set()


def test_a_partner_without_a_name_is_kept_under_whatever_tells_it(a_file, brought, partners):
    brought(a_file(line(name="", last="", email="standard@valmont.example.org")))

    [partner] = partners()
    assert (partner.name, partner.tags, partner.contacts[0].last_name) == ("valmont.example.org", ["À compléter"], "Contact")


CELLS = st.text(st.characters(blacklist_characters=';"\n\r', blacklist_categories=("Cs",)), max_size=30)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=14, max_size=14), min_size=1, max_size=4))
def test_whatever_is_typed_every_line_is_accounted_for(rows, a_file, as_member, nadia):
    file = a_file(*(";".join(["0932074Z", *cells[1:]]) for cells in rows))

    with as_member(nadia) as session:
        try:
            outcome = imports.bring_in(file, source="carnet")
        except BadInput:
            reject()  # so many control signs that it is no text

        kept = session.scalar(sa.select(sa.func.count()).select_from(ImportedRow))
        assert kept == sum(row.reason != "blank" for row in outcome.rows)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, b"%PDF-1.7 etc"], ids=["empty", "picture", "pdf"])
def test_what_is_no_table_is_refused_in_one_sentence(content, tmp_path: Path, as_member, nadia):
    path = tmp_path / "carnet.xlsx"
    path.write_bytes(content)

    with as_member(nadia) as session, pytest.raises(BadInput):
        imports.bring_in(path, source="carnet")
    with as_member(nadia) as session:
        assert session.scalars(sa.select(ImportBatch)).all() == []


def test_a_file_with_only_a_header_brings_nothing(a_file, brought):
    assert brought(a_file()).counts["imported"] == 0


# ---- many at once, and the command -----------------------------------------------------------------------------


def test_statements_do_not_grow_with_the_rows(app, a_file, as_member, nadia):
    def statements(rows):
        file = a_file(*(line(name=f"Société {n}", last=f"Morel{n}", email=f"m{n}@s{n}.example.org") for n in range(rows)))
        seen = []
        with as_member(nadia) as session:
            engine = session.connection().engine
            sa.event.listen(engine, "before_cursor_execute", lambda *heard: seen.append(heard[2]))
            imports.bring_in(file, source="carnet")
        return len(seen)

    few = statements(20)

    assert statements(400) <= few + 2 * few  # the first listener still hears the second import


@pytest.fixture
def command(app):
    """The command line of the application."""
    if "partners" not in app.cli.commands:
        cli.install(app)
    return app.test_cli_runner()


def test_the_command_brings_a_file_in_and_a_dry_run_changes_nothing(command, cast, a_file, tmp_path, partners):
    file, report = str(a_file(CACHIN)), tmp_path / "rapport.json"
    words = ["partners", "import", file, "--association", "passeport-avenir"]

    tried = command.invoke(args=[*words, "--dry-run", "--report", str(report)])
    before = len(partners())
    done = command.invoke(args=words)

    assert (tried.exit_code, before, done.exit_code, len(partners())) == (0, 0, 0, 1)
    assert '"uai": "0932074Z"' in report.read_text("utf-8")


def test_the_command_names_the_associations_it_knows(command, cast, a_file):
    told = command.invoke(args=["partners", "import", str(a_file(CACHIN)), "--association", "inconnue"])

    assert told.exit_code == 1
    assert "entretiens" in told.output
