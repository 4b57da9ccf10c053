"""Who may enter where: the matrix of routes and roles, strangers and outsiders, forms sent from elsewhere."""

import re
import uuid

import pytest
import sqlalchemy as sa

from brokerage.accounts.models import Role, UserSession
from brokerage.introductions import requests
from brokerage.web.access import UnmarkedDoor, check_every_route
from tests import cast as people

EVERYBODY = "public"
LINK = "link"
ALL = frozenset(Role)
BOOK = frozenset({Role.DELEGATE, Role.MANAGER, Role.ADMIN})
KEEPERS = frozenset({Role.MANAGER, Role.ADMIN})
ASKERS = frozenset({Role.DELEGATE, Role.MANAGER})
MANAGERS = frozenset({Role.MANAGER})
ADMINS = frozenset({Role.ADMIN})

VIEWS = ("views", "new_view", "keep_view", "open_view", "change_view", "follow_view", "remove_view", "restore_view")
MATRIX = {
    # the doors
    "home.front": EVERYBODY, "notice.show": EVERYBODY, "setup.show": EVERYBODY, "setup.found": EVERYBODY, "static": EVERYBODY,
    "sign_in.show": EVERYBODY, "sign_in.enter": EVERYBODY, "sign_in.forgotten": EVERYBODY, "sign_in.send_link": EVERYBODY,
    "sign_in.link_sent": EVERYBODY, "sign_in.invitation": LINK, "sign_in.accept": LINK, "sign_in.renewal": LINK, "sign_in.renew": LINK,
    "sign_in.second_step": EVERYBODY, "sign_in.give_code": EVERYBODY, "sign_in.new_address": LINK, "sign_in.take_address": LINK,
    "sign_in.leave": ALL, "local_mail.index": EVERYBODY, "local_mail.letter": EVERYBODY, "local_mail.html": EVERYBODY,
    # the partner's pages
    "answers.show": LINK, "answers.answer": LINK, "answers.thanks": LINK, "answers.outcome": LINK, "answers.record_outcome": LINK,
    "answers.objecting": LINK, "answers.one_click": LINK,
    "preferences.show": LINK, "preferences.choose": LINK, "preferences.send_data_link": LINK, "preferences.data_link_sent": EVERYBODY,
    "preferences.objecting": LINK, "preferences.object_": LINK, "own_data.show": LINK, "own_data.download": LINK,
    "own_data.correction": LINK, "own_data.correct": LINK, "own_data.erasing": LINK, "own_data.erase": LINK, "own_data.erased": EVERYBODY,
    "own_data.withdraw": LINK, "spent_links.send": EVERYBODY, "spent_links.sent": EVERYBODY,
    # the register of rights
    "rights.index": ADMINS | {Role.AUDITOR}, "rights.note": ADMINS, "rights.show": MANAGERS | ADMINS | {Role.AUDITOR},
    "rights.settle": ADMINS, "rights.decide": KEEPERS, "rights.of_contact": KEEPERS,
    "journal.show": ADMINS | {Role.AUDITOR},
    # one's own account, and the members of the association
    "account.show": ALL, "account.introduce_oneself": ALL, "account.change_password": ALL, "account.leave_everywhere": ALL,
    "account.change_address": ALL, "account.begin_second_factor": ALL, "account.second_factor_key": ALL, "account.confirm_second_factor": ALL,
    "account.renew_recovery_codes": ALL, "account.remove_second_factor": ALL, "account.remove_lost_factor": ADMINS, "account.sign_out": ADMINS,
    "account.end_session": ALL, "account.choose_notices": ALL, "account.members": ADMINS, "account.invite": ADMINS, "account.member": ADMINS, "account.change": ADMINS,
    "account.departure": ADMINS, "account.deactivate": ADMINS, "account.invite_again": ADMINS, "account.welcome_back": ADMINS,
    # the desk
    "home.show": ALL, "requests.inbox": ALL, "requests.show": ALL, "requests.new": ASKERS, "requests.send": ASKERS, "requests.keep": ASKERS,
    "requests.answer": ALL, "requests.withdraw": ALL, "requests.event": ALL, "requests.resend": ALL, "requests.discard": ALL, "requests.take_back": ALL,
    "requests.record_outcome": ALL, "requests.reveal": ALL, "requests.approval": MANAGERS, "requests.approve": MANAGERS,
    "requests.preview": MANAGERS, "requests.compare": MANAGERS, "requests.start_again": MANAGERS, "requests.ask_info": MANAGERS, "requests.park": MANAGERS, "requests.decline": MANAGERS,
    "requests.resume": MANAGERS, "requests.reopen": MANAGERS, "requests.note_answer": MANAGERS,
    "requests.turn_to": ALL, "requests.redirect_to": MANAGERS, "requests.introduce": MANAGERS, "requests.ask_again": MANAGERS,
    "requests.drop": MANAGERS, "requests.put_off": MANAGERS,
    "requests.hand_over": MANAGERS, "requests.decide_alike": MANAGERS, "requests.set_aside": MANAGERS, "requests.call_off": MANAGERS, "requests.comment": ALL,
    # templates of requests
    "requests.templates": ASKERS, "requests.new_template": ASKERS, "requests.keep_template": ASKERS, "requests.rename_template": ASKERS,
    "requests.remove_template": ASKERS, "requests.restore_template": ASKERS,
    # search, help
    "search.show": ALL, "help.show": ALL,
    # the books
    "directory.index": ALL, "directory.show": ALL, "directory.filters": ALL,
    "partners.index": BOOK, "partners.show": BOOK, "partners.filters": BOOK, "partners.note": BOOK,
    "partners.new": KEEPERS, "partners.create": KEEPERS, "partners.edit": KEEPERS, "partners.change": KEEPERS, "partners.trash": KEEPERS,
    "partners.restore": KEEPERS, "partners.visibility": KEEPERS, "partners.new_contact": KEEPERS, "partners.add_contact": KEEPERS,
    **{f"partners.{view}": BOOK for view in VIEWS}, **{f"directory.{view}": ALL for view in VIEWS},
    # files brought in
    "imports.index": KEEPERS, "imports.new": KEEPERS, "imports.receive": KEEPERS, "imports.show": KEEPERS, "imports.columns": KEEPERS,
    "imports.take_all": KEEPERS, "imports.start": KEEPERS, "imports.undo": KEEPERS, "imports.leave": KEEPERS, "imports.refused": KEEPERS,
    "imports.row": KEEPERS, "imports.correct": KEEPERS, "imports.decide": KEEPERS, "imports.release": KEEPERS,
    "partners.edit_contact": KEEPERS, "partners.change_contact": KEEPERS, "partners.remove_contact": KEEPERS,
    # mail that was received
    "mail.waiting": KEEPERS, "mail.attach": KEEPERS, "mail.set_aside": KEEPERS, "mail.download": ALL, "local_mail.answer": EVERYBODY,
    # exports
    "exports.index": MANAGERS | ADMINS | {Role.AUDITOR}, "exports.new": MANAGERS, "exports.create": MANAGERS, "exports.fetch": MANAGERS,
    # duplicates
    "partners.doubles": KEEPERS, "partners.compare": KEEPERS, "partners.merge": KEEPERS, "partners.set_apart": KEEPERS,
    "partners.edit_row": KEEPERS, "partners.change_row": KEEPERS, "partners.bring_together": KEEPERS, "partners.check_contact": KEEPERS,
    "partners.merges": KEEPERS, "partners.unmerge": KEEPERS,
    # many partners at once, a field in its place, the association's own fields and tags
    "partners.bulk_preview": KEEPERS, "partners.bulk_perform": KEEPERS, "partners.bulk_undo": KEEPERS, "partners.change_inline": KEEPERS,
    "settings.index": KEEPERS, "settings.labels": KEEPERS, "settings.rename_label": KEEPERS, "settings.remove_label": KEEPERS,
    "settings.own_fields": KEEPERS, "settings.define_field": KEEPERS, "settings.own_field": KEEPERS, "settings.describe_field": KEEPERS,
    "settings.show_charges": KEEPERS, "settings.give_charge": ADMINS, "settings.remove_charge": ADMINS, "settings.put_default": ADMINS,
    "account.note_own_absence": ALL, "account.end_own_absence": ALL, "account.colleague_absence": KEEPERS,
    "account.note_colleague_absence": KEEPERS, "account.end_colleague_absence": KEEPERS,
    "settings.archive_field": KEEPERS, "settings.move_field": KEEPERS,
    # the letters an association words for itself
    "settings.letters": KEEPERS, "settings.letter": KEEPERS, "settings.letter_drawn": KEEPERS, "settings.preview_letter": KEEPERS,
    "settings.save_letter": KEEPERS, "settings.restore_letter": KEEPERS,
    "settings.all_rules": KEEPERS, "settings.change_rules": ADMINS,
    # daily work
    "tasks.index": BOOK, "tasks.add": BOOK, "tasks.show": BOOK, "tasks.change": BOOK, "tasks.put_off": BOOK, "tasks.finish": BOOK,
    "tasks.take_up_again": BOOK, "tasks.of_request": BOOK, "partners.exchange": BOOK, "partners.edit_note": BOOK, "partners.change_note": BOOK,
    "partners.remove_note": BOOK, "partners.pin_note": BOOK, "partners.trashed": KEEPERS, "partners.restore_many": KEEPERS,
    "partners.restore_contact": KEEPERS,
    # the convention: everybody reads, managers and admins note and confirm
    "convention.index": ALL, "convention.show": ALL, "convention.behind": ALL, "convention.report": ALL, "convention.workbook": ALL,
    "convention.text": ALL, "convention.calendar": ALL, "convention.calendar_file": ALL, "convention.subscribe": ALL, "convention.feed": LINK,
    "convention.commitments_of": ALL,
    "convention.new_action": KEEPERS, "convention.note_action": KEEPERS, "convention.edit_action": KEEPERS,
    "convention.change_action": KEEPERS, "convention.confirm_action": KEEPERS, "convention.contest_action": KEEPERS,
    "convention.withdraw_action": KEEPERS,
    # advice before sending
    "requests.advise": ASKERS, "requests.aim_elsewhere": ASKERS,
}  # fmt: skip


def test_every_route_is_in_the_matrix_and_says_the_same(whole_app):
    said = {name: view.admits if isinstance(view.admits, str) else frozenset(view.admits) for name, view in whole_app.view_functions.items()}

    assert said == MATRIX


def test_a_route_without_a_sign_stops_the_application(whole_app):
    def naked():
        return "oops"

    whole_app.view_functions["naked"] = naked
    try:
        with pytest.raises(UnmarkedDoor, match="naked"):
            check_every_route(whole_app)
    finally:
        del whole_app.view_functions["naked"]


def addresses(app, of):
    """Every (endpoint, method, path) with `of` in place of ids."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint in ("static",):
            continue
        values = {name: of if name == "id" else "nothing" for name in rule.arguments}
        for method in sorted(rule.methods & {"GET", "POST"}):
            yield rule.endpoint, method, adapter.build(rule.endpoint, values)


def test_a_stranger_is_sent_to_the_door_and_reads_nothing(app, cast, client_of):
    client = client_of(None)

    for endpoint, method, path in addresses(app, uuid.uuid4()):
        answer = client.open(path, method=method)
        if MATRIX[endpoint] == LINK:
            assert answer.status_code == 404, path
        elif MATRIX[endpoint] != EVERYBODY:
            assert (answer.status_code, answer.location.split("?")[0]) == (303, "/connexion"), path


@pytest.mark.parametrize("who", ["nadia", "lucas", "helene"])
def test_the_wrong_role_reads_403_and_the_right_one_never_does(app, cast, client_of, who):
    member = getattr(cast, who)
    client = client_of(member)

    for endpoint, method, path in addresses(app, uuid.uuid4()):
        admits = MATRIX[endpoint]
        if isinstance(admits, str) or endpoint in ("sign_in.leave", "account.leave_everywhere"):
            continue
        status = client.open(path, method=method).status_code
        assert (status == 403) == (not member.has(*admits)), (path, status)
        assert status != 500, path


def test_a_foreign_request_reads_like_one_that_does_not_exist(app, cast, lucas, oscar, as_member, client_of):
    with as_member(lucas) as session:
        request = people.a_request(lucas, cast.pa)
        requests.submit(request, session.get_one(type(lucas), lucas.id))
        session.commit()
    client = client_of(oscar)

    theirs = {(e, m): client.open(path, method=m) for e, m, path in addresses(app, request.id) if str(request.id) in path}
    missing = uuid.uuid4()
    nobodys = {(e, m): client.open(path, method=m) for e, m, path in addresses(app, missing) if str(missing) in path}

    for key, answer in theirs.items():
        same = nobodys[key]
        assert (answer.status_code, unsigned(answer.data)) == (same.status_code, unsigned(same.data)), key


def unsigned(page):
    """Without the signature of its form, which tells the second it was made."""
    return re.sub(rb'name="csrf_token"[^>]*>', b"", page)


def test_a_form_without_its_token_or_from_elsewhere_changes_nothing(config, cast, client_of):
    from brokerage.web.factory import create_app

    strict = create_app(config)
    strict.config.update(TESTING=True)
    client = strict.test_client()

    assert client.post("/connexion", data={"email": "x", "password": "y"}).status_code == 400
    assert client.post("/connexion", headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/connexion", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_every_answer_carries_the_headers(app, cast, nadia, client_of):
    client, expected = client_of(nadia), None

    for path in ("/accueil", "/nulle-part", "/connexion", "/demandes/", "/static/css/tokens.css", "/reponse/nothing"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert "unsafe" not in headers["Content-Security-Policy"]
        if not path.startswith("/static"):
            assert headers["Cache-Control"] == "no-store, private", path
            assert headers["Referrer-Policy"] == ("no-referrer" if path.startswith("/reponse") else "same-origin")
            assert headers["X-Content-Type-Options"] == "nosniff"
        expected = expected or headers["Content-Security-Policy"]
        assert headers["Content-Security-Policy"] == expected


def test_get_cannot_write_even_when_the_code_tries(app, cast, nadia):
    from brokerage import scope

    with scope.acting(scope.member(nadia.association_id, read_only=True)), pytest.raises(sa.exc.InternalError, match="read-only"):
        people.a_partner(nadia)


def test_leaving_ends_the_session_wherever_the_cookie_is(app, cast, nadia, client_of, as_system):
    client = client_of(nadia)
    with client.session_transaction() as cookie:
        stolen = dict(cookie)

    client.post("/deconnexion")

    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(stolen)
    assert thief.get("/accueil").status_code == 303
    with as_system() as session:
        assert all(s.ended_at for s in session.scalars(sa.select(UserSession)))
