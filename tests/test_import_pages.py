"""A manager moves in: she drops a file, looks at its rows, corrects, brings them in, and can take everything back."""

import io
import re

import psycopg
import pytest
import sqlalchemy as sa

from brokerage import errands
from brokerage.accounts.models import User
from brokerage.demo import book
from brokerage.introductions import deciding, requests
from brokerage.introductions.models import Introduction
from brokerage.introductions.states import IntroductionState
from brokerage.mail.models import Message, MessageState
from brokerage.partners import vault
from brokerage.partners.models import Contact, Partner, Permission
from brokerage.timeline import Entry
from brokerage.transfer.models import ImportBatch, ImportChange, ImportedRow, ImportFile, ImportState, Lane, StagedRow
from tests import cast as people
from tests.conftest import as_role
from tests.test_imports import HEADER, book_of, brought, line  # noqa: F401

ACADEMIC_KIT, COMPANY_KIT = book.KITS


@pytest.fixture
def worker(app, monkeypatch):
    """What a worker of files does when the bell rings."""
    monkeypatch.setattr(errands, "_installed", app)
    return errands.work_on_files


@pytest.fixture
def dropped(client_of, nadia, worker):
    """Nadia drops a file, the worker reads it; returns her browser and the address of the import."""

    def drop(data, name="carnet.csv", **more):
        client = client_of(nadia)
        said = {"source": "carnet 2024", "source_date": "2024-03-05", "informed": "y", "file": (io.BytesIO(data), name)} | more
        answer = client.post("/partenaires/imports/nouveau", data={key: value for key, value in said.items() if value is not None})
        assert answer.status_code == 303, answer.text
        worker()
        return client, answer.location

    return drop


def csv(*lines, header=HEADER):
    return ("\n".join([header, *lines]) + "\n").encode()


def lanes(session):
    return dict(map(tuple, session.execute(sa.select(StagedRow.lane, sa.func.count()).group_by(StagedRow.lane)).all()))


def decisions(page, button):
    """Where the forms with this button post to."""
    forms = re.findall(r'action="(/partenaires/imports/lignes/[\w-]+/decision)"(.*?)</form>', page, re.DOTALL)
    return [where for where, form in forms if f'value="{button}"' in form]


def accept_everything(client, where, worker):
    """Take every row of the lists as it is, remarks kept as they are, and bring them in."""
    for name in ("refused", "check"):
        while codes := re.findall(r'name="motif" value="(\w+)"', client.get(f"{where}?liste={name}").text):
            client.post(f"{where}/lot", data={"motif": codes[0], "geste": "accepter"})
    for answer, button in (("taire", "taire"), ("autre", "autre")):
        while forms := decisions(client.get(f"{where}?liste=check").text, button):
            for form in forms:
                client.post(form, data={"geste": answer})
    client.post(f"{where}/importation")
    worker()


def test_a_file_is_refused_until_its_origin_is_said_and_its_people_are_informed(cast, client_of, nadia):
    client = client_of(nadia)

    for missing, sentence in (({"source": ""}, "Dites d'où viennent"), ({"informed": None}, "Confirmez que ces personnes")):
        said = {"source": "salon", "informed": "y"} | missing
        data = {key: value for key, value in said.items() if value is not None} | {"file": (io.BytesIO(csv(line())), "a.csv")}
        answer = client.post("/partenaires/imports/nouveau", data=data)
        assert (answer.status_code, sentence in answer.text.replace("’", "'")) == (422, True)


def test_rows_stand_in_three_lists_with_their_reasons(dropped, as_member, nadia):
    client, where = dropped(csv(
        line(name="Prêt", email="a@pret.example.org", last="Roux"),
        line(name="Cassé", email="a@casse,example", last="Roux"),
        line(name="Doute", email="a@doute.example.org", last="Roux", share="à voir"),
        line(name="Délicat", email="a@delicat.example.org", last="Roux", remarks="Élève repérée : Inaya K., 1re STL"),
    ))  # fmt: skip

    with as_member(nadia) as session:
        assert lanes(session) == {Lane.READY: 1, Lane.REFUSED: 1, Lane.CHECK: 2, Lane.SKIPPED: 1}
        assert session.scalars(sa.select(Partner)).all() == []
        assert session.scalars(sa.select(ImportFile)).all() == []
    assert "mal formée" in client.get(f"{where}?liste=refused").text
    assert "Inaya" in client.get(f"{where}?liste=check").text


def test_a_corrected_cell_is_read_again_at_once(dropped, as_member, nadia):
    client, where = dropped(csv(line(name="Cassé", email="a@casse,example", last="Roux")))
    [row] = re.findall(r'href="(/partenaires/imports/lignes/[\w-]+)"', client.get(where).text)
    cells = re.findall(r'name="cellule" value="([^"]*)"', client.get(row).text)
    cells = ["a@casse.example.org" if "casse," in cell else cell for cell in cells]

    answer = client.post(row, data={"cellule": cells})

    assert answer.status_code == 303
    with as_member(nadia) as session:
        assert lanes(session)[Lane.READY] == 1


def test_ready_rows_go_in_and_the_others_wait(dropped, worker, as_member, nadia):
    client, where = dropped(csv(
        line(name="Prêt", email="a@pret.example.org", last="Roux"), line(name="Cassé", email="a@casse,example", last="Roux")
    ))  # fmt: skip

    client.post(f"{where}/importation")
    worker()

    with as_member(nadia) as session:
        assert session.scalars(sa.select(Partner.name)).all() == ["Prêt"]
        assert session.scalar(sa.select(ImportBatch.state)) is ImportState.OPEN
        assert lanes(session) == {Lane.IMPORTED: 1, Lane.REFUSED: 1, Lane.SKIPPED: 1}
    page = client.get(where).text
    assert "Partenaires : 1 nouveau, " in page.replace("\u00a0", " ")


def test_a_remark_is_imported_only_as_somebody_left_it(dropped, worker, as_member, nadia):
    client, where = dropped(csv(line(name="Délicat", last="Roux", remarks="Élève repérée : Inaya K., 1re STL. Salle de 30 places.")))
    [row] = re.findall(r'action="(/partenaires/imports/lignes/[\w-]+/decision)" class="pile', client.get(where).text)

    client.post(row, data={"geste": "remarque", "remarque": "Salle de 30 places."})
    client.post(f"{where}/importation")
    worker()

    with as_member(nadia) as session:
        [note] = session.scalars(sa.select(Entry.details).where(Entry.what == "note")).all()
    assert note["text"] == "Salle de 30 places."


@pytest.mark.parametrize(("gesture", "partners"), [("meme", 1), ("autre", 2)])
def test_a_row_that_resembles_a_partner_is_asked_about(gesture, partners, dropped, worker, as_member, nadia):
    with as_member(nadia) as session:
        known = people.a_partner(nadia, "Valmont Assurances du Maine", town="Le Mans", postcode="72000")
        session.commit()
    client, where = dropped(csv(line(name="Valmont Assurance du Maine", email="b@vam.example.org", last="Roux")))
    [row] = re.findall(r'action="(/partenaires/imports/lignes/[\w-]+/decision)" class="pile', client.get(where).text)

    client.post(row, data={"geste": gesture, "partenaire": str(known.id)})
    client.post(f"{where}/importation")
    worker()

    with as_member(nadia) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Partner)) == partners


def test_the_next_file_is_offered_the_same_source_but_neither_the_date_nor_the_promise_of_the_last(dropped):
    client, _where = dropped(csv("Lycée Marcel Cachin;Saint-Ouen;Nora Belkacem;n.belkacem@cachin.example.org", header="Établissement;Ville;Contact;E-mail"))

    page = client.get("/partenaires/imports/nouveau").text

    assert 'value="carnet 2024"' in page
    assert "2024-03-05" not in page
    assert not re.search(r'<input[^>]*name="informed"[^>]*checked', page)


def test_the_same_file_again_says_so_until_the_first_is_undone(dropped, worker):
    file = csv("Lycée Marcel Cachin;Saint-Ouen;Nora Belkacem;n.belkacem@cachin.example.org", header="Établissement;Ville;Contact;E-mail")
    client, first = dropped(file)
    assert "a déjà été importé" not in client.get(first).text
    client.post(f"{first}/importation")
    worker()

    client, second = dropped(file)
    assert "a déjà été importé" in client.get(second).text
    assert "a déjà été importé" not in client.get(first).text

    client.post(f"{first}/annulation")
    worker()
    assert "a déjà été importé" not in client.get(second).text


def test_columns_said_once_are_remembered(dropped, worker, as_member, nadia):
    header = "Établissement;Truc;Bidule;E-mail"
    client, where = dropped(csv("Lycée Marcel Cachin;Saint-Ouen;Nora Belkacem;n.belkacem@cachin.example.org", header=header))
    said = {"c0": "name", "c1": "town", "c2": "tags", "c3": "email"}
    client.post(f"{where}/colonnes", data={"table": "0", "retenir": "y"} | said)
    worker()

    client, again = dropped(csv("Lycée Jean Moulin;Béziers;Ali Diallo;a.diallo@moulin.example.org", header=header))

    assert "comme la dernière fois" in client.get(again).text
    with as_member(nadia) as session:
        fields = [[c["field"] for c in b.mapping["tables"][0]["columns"]] for b in session.scalars(sa.select(ImportBatch))]
    assert fields == [["name", "town", "tags", "email"]] * 2


@pytest.mark.parametrize("kit", [ACADEMIC_KIT, COMPANY_KIT], ids=["schools", "companies"])
def test_undone_the_book_is_as_before_and_the_second_import_changes_nothing(kit, dropped, worker, as_member, nadia):
    with as_member(nadia) as session:
        people.a_contact(people.a_partner(nadia, "Lycée Marcel Cachin", kind="academic", town="Saint-Ouen", uai="0932074Z"))
        session.commit()
        before = book_of(session, nadia.association_id)
    client, where = dropped(kit.read_bytes(), kit.name)
    accept_everything(client, where, worker)
    with as_member(nadia) as session:
        after = book_of(session, nadia.association_id)
        assert len(after["Partner"]) > 200
        assert session.scalars(sa.select(ImportBatch.state)).all() == [ImportState.DONE]

    client, again = dropped(kit.read_bytes(), kit.name)
    accept_everything(client, again, worker)
    with as_member(nadia) as session:
        assert {k: v for k, v in book_of(session, nadia.association_id).items() if k != "held"} == {k: v for k, v in after.items() if k != "held"}

    client.post(f"{where}/annulation")
    worker()

    with as_member(nadia) as session:
        undone = book_of(session, nadia.association_id)
        assert {k: undone[k] for k in undone if k != "notes"} == {k: before[k] for k in before if k != "notes"}


# What an undo leaves: what happened, the file's own history, who is signed in, and the spellings that a search may propose.
TOLD = ("entry", "known_word", "import_batch", "import_change", "imported_row", "staged_row", "import_file", "user_session", "alembic_version")


@pytest.fixture
def dumped(admin_url, database):
    """Every row of every table as COPY writes it, but for what an undo leaves."""

    def dump():
        with psycopg.connect(sa.make_url(as_role(admin_url, "postgres", database)).set(drivername="postgresql").render_as_string(hide_password=False)) as session:
            found = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            tables = [name for (name,) in session.execute(found) if name not in TOLD]
            return {name: sorted(rows_in(session, name)) for name in tables}

    return dump


def rows_in(session, table):
    with session.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
        return [bytes(row) for row in copy]


def test_undone_the_database_equals_its_dump_but_for_what_somebody_edited_since(dropped, worker, dumped, as_member, nadia):
    with as_member(nadia) as session:
        school = people.a_partner(nadia, "Lycée Marcel Cachin", kind="academic", town="Saint-Ouen", uai="0932074Z", headcount="", tags=["Ancien"])
        people.a_contact(school, "Nora", "Belkacem", "n.belkacem@cachin.example.org")
        people.a_partner(nadia, "Valmont Assurances", town="Le Mans", postcode="72000")
        session.commit()
    before = dumped()
    client, where = dropped(csv(
        line(uai="0932074Z", name="LPO Cachin", cp="93400", town="Saint-Ouen", first="Nora", last="Belkacem", role="proviseure", phone="01 99 00 12 34"),
        line(first="Lina", last="Morel", email="l.morel@valmont.example.org", phone="01 99 00 11 22"),
        line(name="Verrières du Rhône", cp="69001", town="Lyon", last="Tavernier", email="o.tavernier@verrieres.example.org", remarks="NE PLUS CONTACTER"),
        line(name="Méridiane Énergie", cp="44000", town="Nantes", last="Marchetti", email="h.marchetti@meridiane.example.org"),
    ))  # fmt: skip
    client.post(f"{where}/importation")
    worker()
    assert dumped() != before
    with as_member(nadia) as session:
        session.scalars(sa.select(Partner).where(Partner.name == "Méridiane Énergie")).one().headcount = "250"
        session.commit()

    client.post(f"{where}/annulation")
    worker()

    after = dumped()
    left = {table: set(rows) - set(before[table]) for table, rows in after.items() if rows != before[table]}
    assert {table: len(rows) for table, rows in left.items()} == {"partner": 1, "contact": 1, "channel": 1}
    assert all(set(before[table]) <= set(after[table]) for table in before)
    assert all(b"ridiane" in row for row in left["partner"] | left["channel"])
    assert "Méridiane Énergie" in client.get(where).text


@pytest.mark.parametrize("edited", [False, True])
def test_a_partner_that_was_there_before_is_put_back_unless_somebody_edited_it_since(edited, dropped, worker, dumped, as_member, nadia):
    with as_member(nadia) as session:
        people.a_partner(nadia, "Valmont Assurances", town="Le Mans", postcode="72000")
        session.commit()
    before = dumped()
    client, where = dropped(csv(line(first="Lina", last="Morel", email="l.morel@valmont.example.org", owner="www.valmont.example"), header=HEADER.replace("Suivi par", "Site web")))
    client.post(f"{where}/importation")
    worker()
    if edited:
        with as_member(nadia) as session:
            session.scalars(sa.select(Partner)).one().headcount = "250"
            session.commit()

    client.post(f"{where}/annulation")
    worker()

    if not edited:
        assert dumped() == before
    with as_member(nadia) as session:
        values, [kept] = session.execute(sa.select(Partner.headcount, Partner.website)).one(), session.scalars(sa.select(ImportBatch.kept))
    assert values == (("250", "www.valmont.example") if edited else ("", ""))
    assert [one["name"] for one in kept] == (["Valmont Assurances"] if edited else [])


def test_a_partner_edited_since_is_kept_and_named(dropped, worker, as_member, nadia):
    client, where = dropped(csv(line(name="Resté", email="a@reste.example.org", last="Roux"), line(name="Parti", email="a@parti.example.org", last="Roux")))
    client.post(f"{where}/importation")
    worker()
    with as_member(nadia) as session:
        session.scalars(sa.select(Partner).where(Partner.name == "Resté")).one().headcount = "250"
        session.commit()

    client.post(f"{where}/annulation")
    worker()

    with as_member(nadia) as session:
        assert session.scalars(sa.select(Partner.name)).all() == ["Resté"]
        assert len(session.scalars(sa.select(Contact)).all()) == 1
    assert "Resté" in client.get(where).text


def test_a_worker_killed_half_way_starts_again_and_doubles_nothing(dropped, worker, as_member, nadia, monkeypatch):
    from brokerage.transfer.staging import bringing

    monkeypatch.setattr(bringing, "AT_ONCE", 1)
    client, where = dropped(csv(*(line(name=f"Valmont {name}", email=f"a@{name}.example.org", last="Roux") for name in ("un", "deux", "trois"))))
    client.post(f"{where}/importation")
    finish, steps = bringing._bring, []

    def dies(batch, staged):
        finish(batch, staged)
        steps.append(len(staged))
        if len(steps) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(bringing, "_bring", dies)
    with pytest.raises(KeyboardInterrupt):
        worker()
    worker()

    with as_member(nadia) as session:
        assert sorted(session.scalars(sa.select(Partner.name))) == ["Valmont deux", "Valmont trois", "Valmont un"]
        assert session.scalar(sa.select(ImportBatch.state)) is ImportState.DONE


def test_refused_rows_come_back_as_a_file_that_can_be_corrected(dropped, as_member, nadia):
    client, where = dropped(csv(line(name="=Cassé", email="a@casse,example", last="Roux")))

    answer = client.get(f"{where}/lignes-refusees.csv")

    text = answer.data.decode("utf-8-sig")
    assert text.splitlines()[0] == HEADER
    assert ";'=Cassé;" in text
    dropped(text.replace("casse,example", "casse.example.org").encode("utf-8-sig"))
    with as_member(nadia) as session:
        parsed = [row.parsed["organisation"]["name"] for row in session.scalars(sa.select(StagedRow).where(StagedRow.lane == Lane.READY))]
    assert parsed == ["=Cassé"]


def test_another_association_sees_nothing_of_it(dropped, client_of, oscar):
    _, where = dropped(csv(line()))

    assert client_of(oscar).get(where).status_code == 404
    assert client_of(oscar).post(f"{where}/importation").status_code == 404


# ---- the book says otherwise -----------------------------------------------------------------------------------------


@pytest.fixture
def known(brought, tmp_path):  # noqa: F811
    """Lina Morel of Valmont stands in the book already."""
    path = tmp_path / "avant.csv"
    path.write_bytes(csv(line(first="Lina", last="Morel", role="DRH", email="l.morel@valmont.example.org", phone="01 99 00 11 22")))
    brought(path)


OTHERWISE = line(first="Lina", last="Morel", role="responsable RSE", email="l.morel@valmont.example.org", phone="01 99 00 33 44")


def reached(session):
    [contact] = session.scalars(sa.select(Contact))
    return contact.title, vault.own([contact.id])[contact.id].phone


@pytest.mark.parametrize(
    ("taken", "after"),
    [([], ("DRH", "+33199001122")), (["phone:0"], ("DRH", "+33199003344")), (["phone:0", "title:0"], ("responsable RSE", "+33199003344"))],
)
def test_the_record_stays_unless_the_files_word_is_taken_field_by_field(taken, after, known, dropped, worker, as_member, nadia):
    client, where = dropped(csv(OTHERWISE))
    page = client.get(f"{where}?liste=ready").text
    [row] = re.findall(r'href="(/partenaires/imports/lignes/[\w-]+)">Comparer', page)
    compared = client.get(row).text.replace("\u00a0", " ")
    assert all(text in compared for text in ("DRH", "responsable RSE", "01 99 00 11 22", "01 99 00 33 44"))

    if taken:
        client.post(f"{row}/decision", data={"geste": "valeurs"} | {f"v-{key}": "fichier" for key in taken})
    client.post(f"{where}/importation")
    worker()

    with as_member(nadia) as session:
        assert reached(session) == after
        assert session.scalars(sa.select(ImportBatch.counts).order_by(ImportBatch.created_at.desc())).first().get("contacts_changed", 0) == bool(taken)


def test_the_same_word_in_other_letters_is_no_difference(known, dropped):
    client, where = dropped(csv(line(first="Lina", last="Morel", role="drh", email="l.morel@valmont.example.org", phone="01 99 00 33 44")))
    [row] = re.findall(r'href="(/partenaires/imports/lignes/[\w-]+)">Comparer', client.get(f"{where}?liste=ready").text)

    compared = client.get(row).text

    assert "v-phone:" in compared
    assert "v-title:" not in compared


def test_what_the_record_lacks_is_filled_and_no_difference(known, dropped):
    told = line(first="Lina", last="Morel", role="responsable RSE", email="l.morel@valmont.example.org", owner="www.valmont.example")
    client, where = dropped(csv(told, header=HEADER.replace("Suivi par", "Site web")))
    [row] = re.findall(r'href="(/partenaires/imports/lignes/[\w-]+)">Comparer', client.get(f"{where}?liste=ready").text)

    assert set(re.findall(r'name="(v-[a-z]+)', client.get(row).text)) == {"v-title"}


def test_the_files_word_can_be_taken_everywhere_at_once(known, dropped, worker, as_member, nadia):
    client, where = dropped(csv(OTHERWISE))

    client.post(f"{where}/lot", data={"motif": "differs", "geste": "fichier"})
    client.post(f"{where}/importation")
    worker()

    with as_member(nadia) as session:
        assert reached(session) == ("responsable RSE", "+33199003344")


@pytest.mark.parametrize("kit", [ACADEMIC_KIT, COMPANY_KIT], ids=["schools", "companies"])
def test_brought_in_by_halves_and_then_again_nothing_changes(kit, dropped, worker, as_member, nadia):
    """First what is ready, then the rest: rows of one organisation that contradict each other must not take turns."""
    for _ in range(2):
        client, where = dropped(kit.read_bytes(), kit.name)
        client.post(f"{where}/importation")
        worker()
        accept_everything(client, where, worker)

    with as_member(nadia) as session:
        second = session.scalars(sa.select(ImportBatch).order_by(ImportBatch.created_at.desc())).first()
        assert session.scalars(sa.select(ImportChange).where(ImportChange.batch_id == second.id)).all() == []
        assert {name: count for name, count in second.counts.items() if count and name.endswith(("_created", "_changed", "notes"))} == {}


# ---- what came in by the command line --------------------------------------------------------------------------------

DELICATE = "Élève repérée : Inaya K., 1re STL. Salle de 30 places."


@pytest.mark.parametrize(("gesture", "notes"), [("garder", ["Salle de 30 places."]), ("taire", [])])
def test_a_remark_set_aside_by_the_command_line_is_read_and_released_on_a_page(gesture, notes, brought, client_of, tmp_path, as_member, nadia, oscar):  # noqa: F811
    path = tmp_path / "carnet.csv"
    path.write_bytes(csv(line(name="Délicat", last="Roux", remarks=DELICATE)))
    batch = brought(path).batch_id
    client = client_of(nadia)
    assert "1 remarque à relire" in client.get("/partenaires/imports/").text.replace("\u00a0", " ")
    page = client.get(f"/partenaires/imports/{batch}").text
    [where] = re.findall(r'action="(/partenaires/imports/remarques/[\w-]+)"', page)
    assert "Inaya" in page
    assert client_of(oscar).post(where, data={"geste": "garder", "remarque": "moi"}).status_code == 404

    assert client.post(where, data={"geste": gesture, "remarque": "Salle de 30 places."}).status_code == 303
    assert client.post(where, data={"geste": gesture, "remarque": "Encore."}).status_code == 409

    with as_member(nadia) as session:
        assert [one["text"] for one in session.scalars(sa.select(Entry.details).where(Entry.what == "note"))] == notes
        assert session.scalars(sa.select(ImportedRow).where(ImportedRow.held_remark != "")).all() == []
    assert brought(path).counts["held"] == 0
    assert "Inaya" not in client.get(f"/partenaires/imports/{batch}").text


# ---- who said no -----------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(cast, as_member, nadia, lucas):
    """Lina Morel of Valmont was asked whether she would meet Lucas; her answer and the letter to her are still to come."""
    with as_member(nadia) as session:
        contact = people.a_contact(people.a_partner(nadia, "Valmont Assurances", town="Le Mans", postcode="72000"), "Lina", "Morel", "l.morel@valmont.example.org")
        session.commit()
    with as_member(lucas) as session:
        request = people.a_request(lucas, cast.pa, contact.partner)
        requests.submit(request, session.get_one(User, lucas.id))
        session.commit()
    with as_member(nadia) as session:
        choice = deciding.Choice(contact.id, "Une heure ?", "Bonjour Madame Morel,\n\nAccepteriez-vous ?")
        deciding.approve(session.get_one(type(request), request.id), session.get_one(User, nadia.id), [choice])
        session.commit()
    return contact


@pytest.mark.parametrize("by_page", [True, False], ids=["page", "command"])
def test_an_objection_in_a_file_ends_what_is_open_with_that_person(by_page, asked, dropped, worker, brought, tmp_path, as_system):  # noqa: F811
    data = csv(line(first="Lina", last="Morel", email="L.Morel@valmont.example.org", remarks="NE PLUS CONTACTER"))
    with as_system() as session:
        assert session.scalars(sa.select(Introduction.state)).all() == [IntroductionState.CONSENT_PENDING]

    if by_page:
        client, where = dropped(data)
        client.post(f"{where}/importation")
    else:
        path = tmp_path / "carnet.csv"
        path.write_bytes(data)
        brought(path)
    worker()

    with as_system() as session:
        assert session.scalars(sa.select(Introduction.state)).all() == [IntroductionState.BLOCKED]
        assert session.get_one(Contact, asked.id).permission is Permission.DO_NOT_CONTACT
        assert session.scalars(sa.select(Message.state).where(Message.to_contact_id == asked.id)).all() == [MessageState.CANCELLED]
        assert session.scalars(sa.select(ImportBatch.objections_due)).all() == [False]
