"""What stays of a note that was withdrawn or corrected: that it was there, never its words."""

import pytest
import sqlalchemy as sa

from brokerage import scope, timeline
from brokerage.partners import notes
from brokerage.transfer import imports
from tests import cast as people
from tests import partners_fixtures
from tests.conftest import as_role
from tests.partners_fixtures import words

signed_in = partners_fixtures.signed_in


@pytest.fixture
def partner(nadia, as_member):
    with as_member(nadia) as session:
        made = people.a_partner(nadia, "Lycée Rosa-Bonheur")
        session.commit()
        return made


@pytest.fixture
def stored(admin_url, database):
    """The whole timeline as the database holds it, in one text."""
    engine = sa.create_engine(as_role(admin_url, "passerelle_owner", database), poolclass=sa.pool.NullPool)

    def read():
        with engine.connect() as connection:
            return "\n".join(connection.scalars(sa.text("SELECT to_jsonb(e)::text FROM entry e")))

    return read


@pytest.fixture
def note(partner, thi_mai, signed_in, as_system):
    """Thi-Mai's, corrected once: "Premier mot", then "Mot corrigé"."""
    browser = signed_in(thi_mai)
    browser.post(f"/partenaires/{partner.id}/notes", data={"text": "Premier mot"})
    with as_system() as session:
        written = session.scalars(sa.select(timeline.Entry.id).where(timeline.Entry.what == "note")).one()
    browser.post(f"/partenaires/notes/{written}", data={"text": "Mot corrigé"})
    return written


def forget(session, entry_id):
    """What the application itself may ask, past its own guard."""
    return session.execute(scope.through_the_gate(sa.select(sa.func.forget_words_of_note(entry_id, "x")))).scalar()


def test_corrected_words_are_nowhere_any_more(note, stored):
    assert "Mot corrigé" in stored()
    assert "Premier mot" not in stored()


def test_withdrawn_words_are_nowhere_any_more_but_the_note_is_still_told_of(note, partner, thi_mai, signed_in, stored):
    signed_in(thi_mai).post(f"/partenaires/notes/{note}/retrait")

    assert "Mot corrigé" not in stored()
    assert "Thi-Mai Nguyen avait écrit une note, retirée depuis" in words(signed_in(thi_mai).get(f"/partenaires/{partner.id}"))


def test_a_note_of_another_association_keeps_its_words(note, oscar, as_member, stored):
    with as_member(oscar) as session:
        emptied = forget(session, note)
        session.commit()

    assert emptied == 0
    assert "Mot corrigé" in stored()


def test_nothing_but_the_words_of_notes_can_be_taken_out(nadia, partner, as_member, stored):
    with as_member(nadia) as session:
        timeline.record("call", timeline.CLOCK, nadia.association_id, partner_id=partner.id, details={"text": "Un appel"})
        session.commit()
        call = session.scalars(sa.select(timeline.Entry.id).where(timeline.Entry.what == "call")).one()
        assert forget(session, call) == 0
        session.commit()

    assert "Un appel" in stored()


def test_the_mark_that_stays_is_that_of_the_first_words_and_says_nothing(note, thi_mai, signed_in, as_system):
    signed_in(thi_mai).post(f"/partenaires/notes/{note}/retrait")

    with as_system() as session:
        assert session.get_one(timeline.Entry, note).details == {"mark": notes.mark_of("Premier mot")}


def test_an_import_does_not_bring_back_what_was_withdrawn(nadia, tmp_path, as_member, signed_in, as_system):
    path = tmp_path / "carnet.csv"
    path.write_text("Nom;Ville;Contact;E-mail;Remarques\nValmont Assurances;Le Mans;Ada Né;ada@valmont.example;Préfère un e-mail court\n", "utf-8")

    def brought():
        with as_member(nadia) as session:
            counts = imports.bring_in(path, source="carnet 2024").counts
            session.commit()
        return counts["notes"]

    assert brought() == 1
    with as_system() as session:
        written = session.scalars(sa.select(timeline.Entry.id).where(timeline.Entry.what == "note")).one()
    signed_in(nadia).post(f"/partenaires/notes/{written}/retrait")
    assert brought() == 0
