"""Letters in an association's own words: what may be a model, who writes it, what leaves, and what never moves."""

import re

import pytest
import sqlalchemy as sa

from brokerage import clock
from brokerage.accounts.models import User
from brokerage.errors import BadInput, NotYours
from brokerage.introductions import deciding, introductions, letter_models, letters, requests
from brokerage.introductions.letter_models import checking, sample
from brokerage.introductions.letters import previewing
from brokerage.introductions.models import IntroductionRequest
from brokerage.mail.models import Message
from brokerage.partners.models import Contact
from brokerage.timeline import Actor, By
from tests import cast as people

EVERY = [(which, language) for which in letter_models.EDITABLE for language in ("fr", "en")]
OWN = "{{ salutation }}\n\n{{ de_notre_association }} vous propose une rencontre. {{ demande }}\n\n{{ message }}\n\nMerci d'avance,\n{{ signature }}"


def save(nadia, which, body, subject="Une rencontre ?", language="fr", read=0):
    return letter_models.save(which, language, nadia, read, subject, body)


@pytest.fixture
def submitted(cast, nadia, lucas, as_member):
    """Lucas asks for Hélène Marchetti's firm."""
    with as_member(nadia) as session:
        contact = people.a_contact(people.a_partner(nadia))
        session.commit()
    with as_member(lucas) as session:
        request = people.a_request(lucas, cast.pa, contact.partner)
        requests.submit(request, session.get_one(User, lucas.id))
        session.commit()
    return request, contact


def approve(session, nadia, submitted):
    """Approve with the letter that the page proposes, unchanged."""
    request, contact = session.get_one(IntroductionRequest, submitted[0].id), session.get_one(Contact, submitted[1].id)
    by = session.get_one(User, nadia.id)
    subject, body = letters.ask_model(request, contact, by)
    deciding.approve(request, by, [deciding.Choice(contact.id, subject, body)], "Bonne chance !")
    return request


def the_letter(session, kind):
    return session.scalars(sa.select(Message).where(Message.kind == kind).order_by(Message.created_at.desc())).first()


# ---- what may be a model ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("which", "language"), EVERY)
def test_every_standard_model_may_be_kept_as_it_is(which, language):
    words = letter_models.standard(which, language)

    checking.insist(letter_models.EDITABLE[which], language, words.subject, words.body)


@pytest.mark.parametrize(("which", "language"), EVERY)
def test_every_place_of_every_letter_has_an_example(which, language):
    found = sample.places(which, language, ("Passeport Avenir", "de Passeport Avenir"))

    assert set(found) == set(letter_models.EDITABLE[which].places)
    assert [name for name, value in found.items() if not value] == []


@pytest.mark.parametrize(
    "typed",
    ["{{7*7}}", "{{ 7*7 }}", "{% if x %}", "{# x #}", "{0.__class__}", "${7}", "#{7}", "<%= 7 %>", "[[email:1]]", "{{ inconnu }}", "{{ contact.__class__ }}",
     "{{ mot }}", "{{", "}}", "{{ demandeur | upper }}", "{%", "{{\nmotif\n}}"],
)  # fmt: skip
def test_whatever_looks_like_a_template_is_refused_and_named(typed):
    with pytest.raises(BadInput, match="n'est pas un champ de cette lettre") as no:
        checking.insist(letter_models.EDITABLE["ask_consent"], "fr", "Objet", f"{OWN}\n{typed}")

    assert no.value.field == "body"
    assert str(no.value.details["what"]).strip() in typed


def test_what_slipped_through_is_sent_as_it_was_typed_never_evaluated():
    hostile = "{{7*7}} {{ salutation }} {% for x in y %} {0.__class__} ${7} [[email:00000000-0000-4000-8000-000000000003]] {{ self }}"

    said = sample.example("ask_consent", "fr", "{{7*7}}", hostile)

    assert said.subject == "{{7*7}}"
    assert said.text.startswith("{{7*7}} Bonjour Madame Marchetti, {% for x in y %} {0.__class__} ${7} [ [email:")
    assert "{{ self }}" in said.text


@pytest.mark.parametrize(
    ("which", "body", "sentence"),
    [
        ("introduction", "Bonjour,\n{{ mot_du_contact }}", "Gardez « {{ coordonnees }} »"),
        ("introduction", "Bonjour,\n{{ coordonnees }}", "Gardez « {{ mot_du_contact }} »"),
        ("declined", "{{ cible }}\n{{ mot }}", "Gardez « {{ motif }} »"),
        ("ask_consent", "{{ salutation }} {{ demande }}", "Gardez un de ces champs : {{ notre_association }}"),
        ("ask_consent", OWN + "\n--\nsans pied", "ne peut pas commencer par « -- »"),
        ("ask_consent", OWN + "\n→ Ici : https://piege.example", "ne peut pas commencer par « → »"),
        ("ask_consent", "", "Écrivez la lettre."),
        ("ask_consent", OWN + " mot" * 90, "mots : un partenaire en lit moins de 120"),
        ("ask_consent", OWN + "a" * 7000, "C'est trop long"),
    ],
)
def test_a_model_that_would_leave_something_out_is_refused(which, body, sentence):
    with pytest.raises(BadInput) as no:
        checking.insist(letter_models.EDITABLE[which], "fr", "Objet", body)

    assert sentence in str(no.value)


def test_a_partner_s_letter_of_119_words_is_kept_and_one_of_120_refused():
    letter = letter_models.EDITABLE["ask_consent"]
    room = checking.MOST_WORDS - 1 - checking.words_of(sample.example("ask_consent", "fr", "Objet", OWN).text)

    checking.insist(letter, "fr", "Objet", OWN + " mot" * room)
    with pytest.raises(BadInput, match="Cette lettre fait 120 mots"):
        checking.insist(letter, "fr", "Objet", OWN + " mot" * (room + 1))


def test_a_subject_takes_places_of_one_line_and_no_address():
    with pytest.raises(BadInput, match="tient sur plusieurs lignes") as no:
        checking.insist(letter_models.EDITABLE["introduction"], "fr", "{{ coordonnees }}", "{{ coordonnees }} {{ mot_du_contact }}")

    assert no.value.field == "subject"


@pytest.mark.parametrize("which", ["ask_consent", "reminder_consent", "introduction", "reminder_outcome_contact"])
def test_no_words_of_an_association_take_out_what_a_partner_is_owed(which):
    text = sample.example(which, "fr", "Objet", "Rien.").text
    foot = text.partition("\n--\n")[2]

    for block in ("Responsables ensemble", "intérêt légitime", "salon 2024", "vos droits : https://…", "Ne plus recevoir de telles demandes : https://…"):
        assert block in foot.replace("\u00a0", " ")
    assert which == "introduction" or "→ Répondre" in text


def test_a_line_whose_places_are_all_empty_does_not_leave():
    said = sample.example("declined", "fr", "Objet", "Bonjour,\nMotif : {{ motif }}.\n{{ mot }}\nÀ bientôt.", reason="", word="")

    assert said.text.startswith("Bonjour,\nÀ bientôt.")


# ---- who writes it, and in which versions -------------------------------------------------------------------------


def test_versions_are_kept_with_who_and_when_and_going_back_is_one_more(cast, nadia, as_member):
    with as_member(nadia) as session:
        first = save(nadia, "ask_consent", OWN)
        second = save(nadia, "ask_consent", OWN + "\nP.-S.", read=1)
        third = letter_models.restore("ask_consent", "fr", nadia, 2)
        session.commit()
        kept = letter_models.history("ask_consent", cast.pa.id, "fr")
        assert [(one.number, one.by_name, one.body) for one in kept] == [
            (3, nadia.name, None), (2, nadia.name, second.body), (1, nadia.name, OWN)]  # fmt: skip
        assert (first.number, third.words) == (1, None)
        assert letter_models.in_force("ask_consent", cast.pa.id, "fr") == letter_models.standard("ask_consent", "fr")


def test_saying_the_same_again_adds_no_version(nadia, as_member):
    with as_member(nadia):
        standard = letter_models.standard("ask_consent", "fr")

        assert save(nadia, "ask_consent", standard.body.replace("\n", "\r\n"), standard.subject) is None


def test_two_editors_at_once_the_second_reads_who_was_first(nadia, karim, as_member):
    with as_member(nadia):
        save(nadia, "ask_consent", OWN)

        with pytest.raises(letter_models.Overtaken, match="Nadia Benhaddou") as no:
            save(karim, "ask_consent", OWN + " À vous lire.", read=0)
        assert no.value.theirs.body == OWN


def test_versions_can_be_added_but_neither_rewritten_nor_erased(nadia, as_member):
    with as_member(nadia) as session:
        version = save(nadia, "ask_consent", OWN)
        session.commit()
        version.body = "autre chose"
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            session.flush()
        session.rollback()
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            session.execute(sa.delete(letter_models.LetterModel))


def test_a_delegate_rewords_nothing(thi_mai, as_member):
    with as_member(thi_mai), pytest.raises(NotYours):
        save(thi_mai, "ask_consent", OWN)


def test_the_words_of_one_association_are_nobody_else_s(cast, nadia, lucas, oscar, as_member):
    with as_member(nadia) as session:
        save(nadia, "ask_consent", OWN)
        session.commit()

    for stranger in (lucas, oscar):
        with as_member(stranger) as session:
            assert session.scalars(sa.select(letter_models.LetterModel)).all() == []
            assert letter_models.in_force("ask_consent", cast.pa.id, "fr") == letter_models.standard("ask_consent", "fr")


# ---- what leaves --------------------------------------------------------------------------------------------------


def test_the_ask_starts_from_the_association_s_words_and_leaves_with_them(submitted, nadia, as_member):
    with as_member(nadia) as session:
        save(nadia, "ask_consent", OWN)
        approve(session, nadia, submitted)
        session.commit()
        ask = the_letter(session, "ask_consent")

        assert ask.subject == "Une rencontre ?".replace(" ?", "\u00a0?")
        assert "de Passeport Avenir vous propose une rencontre. Lucas Ferreira, délégué Île-de-France" in ask.text
        assert "→ Répondre" in ask.text
        assert "Responsables ensemble" in ask.text


def test_the_contact_s_yes_sends_the_introduction_in_the_association_s_words(submitted, nadia, as_member):
    with as_member(nadia) as session:
        save(nadia, "introduction", "Voici de quoi vous joindre.\n\n{{ coordonnees }}\n\n{{ mot_du_contact }}", "Vous deux")
        request = approve(session, nadia, submitted)
        introductions.accept(request.introductions[0], By(Actor.CONTACT, submitted[1].id), word="Avec joie.")
        session.commit()
        both = session.scalars(sa.select(Message).where(Message.kind == "introduction")).all()

        # the requester's copy lies in the other association's box
        assert [one.subject for one in both] == ["Vous deux"]
        assert both[0].text.startswith("Voici de quoi vous joindre.\n\nHélène Marchetti, responsable RSE")
        assert f"[[email:{submitted[1].id}]]" in both[0].text
        assert "> Avec joie." in both[0].text


def test_the_requester_s_copy_has_the_same_words_without_the_link_by_which_the_contact_objects(submitted, nadia, as_member, as_system):
    with as_member(nadia) as session:
        save(nadia, "introduction", "Voici.\n\n{{ coordonnees }}\n\n{{ mot_du_contact }}", "Vous deux")
        request = approve(session, nadia, submitted)
        introductions.accept(request.introductions[0], By(Actor.CONTACT, submitted[1].id))
        session.commit()
    with as_system() as session:
        copies = {one.to_user_id is not None: one.text for one in session.scalars(sa.select(Message).where(Message.kind == "introduction"))}

    assert copies[True].startswith("Voici.")
    assert "Ne plus recevoir" in copies[False]
    assert "Ne plus recevoir" not in copies[True]


def test_a_letter_in_another_language_keeps_the_standard_words(submitted, nadia, as_member):
    with as_member(nadia) as session:
        save(nadia, "ask_consent", OWN)
        session.get_one(Contact, submitted[1].id).language = "en"
        session.flush()
        approve(session, nadia, submitted)

        assert "I am writing on behalf of Passeport Avenir" in the_letter(session, "ask_consent").text


def test_the_delegate_reads_a_refusal_in_the_giving_association_s_words(submitted, nadia, as_member, as_system):
    with as_member(nadia) as session:
        save(nadia, "declined", "Cher {{ prenom }},\n\nPas cette fois pour {{ cible }}.\nMotif : {{ motif }}\n\n{{ mot }}", "Pas cette fois")
        request, by = session.get_one(IntroductionRequest, submitted[0].id), session.get_one(User, nadia.id)
        deciding.decline(request, by, "too_short", "En automne ?")
        session.commit()
    with as_system() as session:
        text = the_letter(session, "declined").text

    assert text.replace("\u00a0", " ").startswith("Cher Lucas,\n\nPas cette fois pour Méridiane Énergie.\nMotif : calendrier trop court\n\n> En automne ?")
    assert "→ Revoir la demande" in text


def test_letters_that_wait_in_the_outbox_do_not_change(submitted, nadia, as_member):
    with as_member(nadia) as session:
        approve(session, nadia, submitted)
        session.commit()
        before = the_letter(session, "ask_consent").text
        save(nadia, "ask_consent", OWN)
        session.commit()
        session.expire_all()

        assert the_letter(session, "ask_consent").text == before
        assert "vous propose une rencontre" not in before


def test_words_with_a_place_that_is_gone_give_way_to_the_standard_model(cast, nadia, as_member, monkeypatch):
    with as_member(nadia):
        save(nadia, "ask_consent", OWN)
        poorer = letter_models.Editable("ask_consent", ("salutation",))
        monkeypatch.setitem(letter_models.EDITABLE, "ask_consent", poorer)

        assert letter_models.in_force("ask_consent", cast.pa.id, "fr") == letter_models.standard("ask_consent", "fr")


def test_a_preview_of_a_real_request_names_its_people_and_gives_no_address(submitted, nadia, as_member):
    with as_member(nadia) as session:
        request = approve(session, nadia, submitted)
        session.flush()
        session.refresh(request)
        setting = previewing.Setting("introduction", "fr", session.get_one(User, nadia.id), request)

        text = previewing.preview(setting, letter_models.standard("introduction", "fr")).text

    assert "Hélène Marchetti, responsable RSE\nMéridiane Énergie, partenaire de Passeport Avenir\n…@…" in text
    assert "meridiane.example" not in text


def test_what_differs_is_told_word_by_word():
    said = letter_models.differences("Bonjour Madame,\nà bientôt.", "Bonjour {{ demandeur }},\nà très bientôt.")

    assert [(one.kind, one.text) for one in said] == [
        ("same", "Bonjour "), ("del", "Madame"), ("ins", "{{ demandeur }}"), ("same", ",\nà "), ("ins", "très "), ("same", "bientôt.")]  # fmt: skip


# ---- the page -----------------------------------------------------------------------------------------------------

URL = "/reglages/lettres/accord/fr"


def opened(page):
    return re.search(r'name="read"[^>]*value="(\d+)"', page)[1]


def test_a_manager_rewords_a_letter_and_reads_it_before_it_is_kept(cast, nadia, client_of, as_member):
    client = client_of(nadia)
    page = client.get(URL).text
    tried = client.post(f"{URL}/apercu", data={"subject": "Une rencontre ?", "body": OWN, "read": opened(page)})

    assert "vous propose une rencontre" in tried.text
    assert 'Ce qui diffère' in tried.text
    assert "<ins>" in tried.text
    with as_member(nadia):
        assert letter_models.history("ask_consent", cast.pa.id, "fr") == []
    assert client.post(URL, data={"subject": "Une rencontre ?", "body": OWN, "read": opened(page)}).status_code == 303
    after = client.get(URL).text
    assert "Version 1" in after
    assert opened(after) == "1"
    assert "vos mots, Nadia Benhaddou" in client.get("/reglages/lettres").text


def test_a_refused_model_keeps_what_was_typed(nadia, client_of):
    answer = client_of(nadia).post(URL, data={"subject": "Objet", "body": "{{7*7}} à garder", "read": "0"})

    assert answer.status_code == 422
    assert "{{7*7}} à garder</textarea>" in answer.text
    assert "« {{7*7}} »" in answer.text.replace("\u00a0", " ")


def test_the_second_of_two_editors_sees_what_theirs_would_change_and_loses_nothing(nadia, karim, client_of):
    first, second = client_of(nadia), client_of(karim)
    first.post(URL, data={"subject": "Une rencontre ?", "body": OWN, "read": "0"})

    answer = second.post(URL, data={"subject": "Une rencontre ?", "body": OWN + "\nÀ vous lire.", "read": "0"})

    assert answer.status_code == 409
    assert "Nadia Benhaddou a enregistré une autre version" in answer.text
    assert "À vous lire.</textarea>" in answer.text
    again = second.post(URL, data={"subject": "Une rencontre ?", "body": OWN + "\nÀ vous lire.", "read": opened(answer.text)})
    assert again.status_code == 303


def test_an_old_version_comes_back_into_the_form_and_the_model_at_a_click(nadia, client_of):
    client = client_of(nadia)
    client.post(URL, data={"subject": "Une", "body": OWN, "read": "0"})
    client.post(URL, data={"subject": "Deux", "body": OWN, "read": "1"})

    assert 'value="Une"' in client.get(f"{URL}?version=1").text
    assert client.post(f"{URL}/retour", data={"read": "2"}).status_code == 303
    assert "Retour au modèle de Passerelle" in client.get(URL).text


def test_the_frame_draws_the_letter_and_may_do_nothing_else(nadia, oscar, client_of):
    client = client_of(nadia)
    drawn = re.search(r'src="([^"]+mise-en-page[^"]+)"', client.get(URL).text)[1].replace("&amp;", "&")

    answer = client.get(drawn)

    assert "Bonjour Madame Marchetti" in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client.get(drawn[:-4] + "abcd").status_code == 404
    assert "frame-src 'self'" in client.get(URL).headers["Content-Security-Policy"]


def test_the_fragment_of_the_preview_is_what_the_page_shows(nadia, client_of):
    client, data = client_of(nadia), {"subject": "Une rencontre ?", "body": OWN, "read": "0"}
    whole = client.post(f"{URL}/apercu", data=data).text
    alone = client.post(f"{URL}/apercu", data=data, headers={"HX-Request": "true", "HX-Target": "apercu"}).text

    assert alone.strip()
    assert alone.strip() in whole
    assert "<html" not in alone


def test_a_preview_with_a_real_request_keeps_what_was_typed(submitted, nadia, client_of):
    data = {"subject": "Objet", "body": OWN + "\nÀ garder.", "read": "0", "avec": str(submitted[0].id)}

    page = client_of(nadia).post(f"{URL}/apercu", data=data).text

    assert "À garder.</textarea>" in page
    assert f'value="{submitted[0].id}" selected' in page


def test_another_association_s_request_previews_nothing(submitted, oscar, client_of):
    assert client_of(oscar).get(f"{URL}?avec={submitted[0].id}").status_code == 404


def test_a_history_says_when(nadia, client_of):
    with clock.at(clock.now()):
        client = client_of(nadia)
        client.post(URL, data={"subject": "Une", "body": OWN, "read": "0"})

        assert re.search(r"Nadia Benhaddou, <time", client.get(URL).text)


# ---- the letter reread at approval --------------------------------------------------------------------------------


def typed(contact, **more):
    return {"contact": str(contact.id), "partenaire": str(contact.partner_id), "preview": str(contact.id), **more}


def test_the_approval_starts_from_the_association_s_words_and_says_what_was_changed(submitted, nadia, client_of, as_member):
    request, contact = submitted
    with as_member(nadia) as session:
        save(nadia, "ask_consent", OWN)
        session.commit()
    client, url = client_of(nadia), f"/demandes/{request.id}"

    page = client.get(f"{url}/approbation").text
    assert "de Passeport Avenir vous propose une rencontre." in page
    assert "identique au modèle" in page
    body = re.search(r"<textarea[^>]+name=\"body-[^>]+>(.*?)</textarea>", page, re.DOTALL)[1]
    changed = typed(contact, **{f"subject-{contact.id}": "Une rencontre ?", f"body-{contact.id}": body.replace("une rencontre", "un café")})

    told = client.post(f"{url}/ecarts", data=changed).text
    assert re.search(r"<del>.*une rencontre</del><ins>.*un café</ins>", told, re.DOTALL)
    assert "modifiée par rapport au modèle" in told
    assert "un café" in client.post(f"{url}/apercu", data=changed).text


def test_going_back_to_the_model_keeps_whatever_else_was_typed(submitted, nadia, client_of):
    request, contact = submitted
    data = typed(contact, word="Bonne chance", restore=str(contact.id), **{f"subject-{contact.id}": "Autre", f"body-{contact.id}": "Autre chose"})

    page = client_of(nadia).post(f"/demandes/{request.id}/approbation/modele", data=data).text

    assert "Je vous écris au nom" in page
    assert "Autre chose" not in page
    assert ">Bonne chance</textarea>" in page
