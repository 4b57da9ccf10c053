"""A manager moves in: she drops a file, looks at its rows, corrects, brings them in, and can take everything back."""

import io
import re

import pytest
import sqlalchemy as sa

from brokerage import errands
from brokerage.demo import book
from brokerage.partners import vault
from brokerage.partners.models import Contact, Partner
from brokerage.transfer.models import ImportBatch, ImportChange, ImportFile, ImportState, Lane, StagedRow
from tests import cast as people
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
    assert "1 nouveaux" in page.replace("\u00a0", " ")


def test_a_remark_is_imported_only_as_somebody_left_it(dropped, worker, as_member, nadia):
    client, where = dropped(csv(line(name="Délicat", last="Roux", remarks="Élève repérée : Inaya K., 1re STL. Salle de 30 places.")))
    [row] = re.findall(r'action="(/partenaires/imports/lignes/[\w-]+/decision)" class="pile', client.get(where).text)

    client.post(row, data={"geste": "remarque", "remarque": "Salle de 30 places."})
    client.post(f"{where}/importation")
    worker()

    with as_member(nadia) as session:
        from brokerage.timeline import Entry

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
        client.post(f"{row}/decision", data={"geste": "valeurs", "fichier": taken})
    client.post(f"{where}/importation")
    worker()

    with as_member(nadia) as session:
        assert reached(session) == after
        assert session.scalars(sa.select(ImportBatch.counts).order_by(ImportBatch.created_at.desc())).first().get("contacts_changed", 0) == bool(taken)


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
