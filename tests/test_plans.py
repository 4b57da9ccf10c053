"""How PostgreSQL looks for words on a large book: by an index, whatever is typed, and never by reading all of it."""

from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from brokerage.database import db
from brokerage.local.roles import plain
from brokerage.partners import directory, finding, showcase
from brokerage.search import everywhere
from brokerage.search.typed import read
from tests.conftest import as_role

MANY = 12_000
NONE = sa.select(sa.literal(0)).scalar_subquery()
PARTNERS = (
    "INSERT INTO partner (id, association_id, created_at, version, kind, name, uai, type, headcount, address, postcode, town, website, status,"
    " visibility, accepts, open_now, tags, since, source, changed_at, extra)"
    " SELECT gen_random_uuid(), %s, now(), 1, 'academic', CASE WHEN n %% 8 = 0 THEN 'Société ' WHEN n %% 8 < 5 THEN 'Collège ' ELSE 'Lycée ' END"
    " || md5(n::text) || CASE WHEN n %% 3000 = 7 THEN ' Rosa Bonheur' ELSE '' END, lpad(n::text, 7, '0') || 'Z', '', '', '', '59100',"
    " CASE WHEN n %% 10 = 0 THEN 'Paris' ELSE 'Ville ' || n END, '', 'active', 'listed', '{}', true,"
    " CASE WHEN n %% 3000 = 7 THEN ARRAY['Rare', 'Commune'] WHEN n %% 2 = 0 THEN ARRAY['Commune'] ELSE '{}' END, '', '', now(),"
    " CASE WHEN n %% 3000 = 7 THEN '{\"00000000-0000-0000-0000-000000000001\": 28}'::jsonb ELSE '{}' END FROM generate_series(1, %s) n"
)
CONTACTS = (
    "INSERT INTO contact (id, association_id, partner_id, created_at, version, civility, first_name, last_name, role, title, language, permission,"
    " quiet_months, source, changed_at)"
    " SELECT gen_random_uuid(), association_id, id, now(), 1, '', 'Ida', md5(id::text), 'other', '', 'fr', 'ask_first', '{}', '', now() FROM partner"
)
TYPED = {
    "a prefix": "bonh", "accents": "Société", "a common word": "lycee", "another order": "bonheur rosa", "a slip": "bonehur",
    "several words": "rosa bonheur ville", "a UAI": "0000007Z", "a town": "paris", "a contact": "ida", "a short word": "pa", "nothing there": "xyzzyq",
    "a number": "D-2026-0001",
}  # fmt: skip


@pytest.fixture
def plan_of(cast: Any, nadia: Any, admin_url: str, database: str, as_member: Any) -> Any:
    """The plan of the statement that a search sends, run on a large book with statistics; both as text and as a tree."""
    with psycopg.connect(plain(as_role(admin_url, "postgres", database)), autocommit=True) as session:
        session.execute(PARTNERS, [nadia.association_id, MANY])
        session.execute(CONTACTS)
        session.execute("VACUUM ANALYZE partner, contact")  # also clears what the index of words has not sorted in yet

    def planned(reader: Any, search: Any) -> Any:
        said: list[Any] = []

        def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
            said.append((statement, parameters))

        with as_member(reader) as session:
            sa.event.listen(db.engine, "before_cursor_execute", hear)
            search()
            sa.event.remove(db.engine, "before_cursor_execute", hear)
            statement, parameters = max(said, key=lambda one: len(one[0]))
            # twelve thousand rows are soon read: what matters is whether an index could answer when there are a million
            session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
            return session.connection().exec_driver_sql("EXPLAIN (ANALYZE, FORMAT JSON) " + statement, parameters).scalar_one()[0]["Plan"]

    return planned


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for below in plan.get("Plans", ()) for node in nodes(below))]


def read_whole(plan: dict[str, Any]) -> list[str]:
    scans = [node for node in nodes(plan) if node["Node Type"] == "Seq Scan" and node["Actual Loops"]]
    return [f"{node['Relation Name']}: {node.get('Filter', '')}" for node in scans if node["Relation Name"] in ("partner", "contact")]


def looked_at(plan: dict[str, Any]) -> float:
    """Rows of partners that were looked at one by one in the order of names."""
    walks = [node for node in nodes(plan) if node.get("Index Name") == "ix_partner_name"]
    return sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in walks)


@pytest.mark.slow
def test_no_search_reads_a_table_whole_and_no_list_walks_the_book(plan_of, nadia, lucas, cast):
    wrong = {}
    for kind, typed in TYPED.items():
        in_book, shown = directory.Wanted(words=typed), showcase.Wanted(words=typed)
        plans = {
            "box": plan_of(nadia, lambda typed=typed: everywhere.find(nadia, read(typed), 10)),
            "list": plan_of(nadia, lambda in_book=in_book: directory.page(nadia.association_id, in_book, NONE)),
            "annuaire": plan_of(lucas, lambda shown=shown: showcase.page([cast.pa], shown)),
        }
        for where, plan in plans.items():
            if read_whole(plan) or (where != "box" and looked_at(plan) > finding.WALKED + 200):
                wrong[kind, where] = (read_whole(plan), looked_at(plan))

    assert wrong == {}


def test_whoever_is_erased_is_found_in_timelines_by_an_index(cast, nadia, admin_url, database):
    lines = (
        "INSERT INTO entry (id, association_id, created_at, at, what, by_kind, by_name, contact_id, partner_id, details)"
        " SELECT gen_random_uuid(), %s, now(), now(), 'note', 'member', '', gen_random_uuid(), gen_random_uuid(), '{\"text\": \"x\"}'"
        " FROM generate_series(1, %s) n"
    )
    read = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'entry'"
    with psycopg.connect(plain(as_role(admin_url, "postgres", database)), autocommit=True) as session:
        session.execute(lines, [nadia.association_id, MANY])
        session.execute("ANALYZE entry")
        session.execute("SELECT set_config('app.scope', 'system', false)")
        session.execute("SELECT pg_stat_force_next_flush()")
        before = session.execute(read).fetchone()[0]
        session.execute("SELECT forget_words(gen_random_uuid(), gen_random_uuid(), %s, 'ida@rotrou.example', ARRAY['Ida'])", [nadia.association_id])
        session.execute("SELECT pg_stat_force_next_flush()")
        after = session.execute(read).fetchone()[0]

    assert after == before


def thrown_away(node: dict[str, Any]) -> float:
    """Rows that a scan read and did not keep."""
    return (node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)) * node["Actual Loops"]


FIELD = "00000000-0000-0000-0000-000000000001"
LABELS = {
    "a rare tag": directory.Wanted(tag=("Rare",)), "a common tag": directory.Wanted(tag=("Commune",)), "both": directory.Wanted(tag=("Rare", "Commune")),
    "by town": directory.Wanted(tag=("Rare",), sort="-ville"), "a value of a field": directory.Wanted(own=(f"{FIELD}:28",)),
    "a range": directory.Wanted(own=(f"{FIELD}>=:20", f"{FIELD}<=:30")), "nobody's": directory.Wanted(tag=("Personne",)),
}  # fmt: skip
SORTED = {name: directory.Wanted(sort=name) for name in ("ville", "-ville", "ajout", "-ajout", "echange")}


@pytest.mark.slow
def test_no_tag_and_no_order_walks_the_book(plan_of, nadia):
    walked = {}
    for what, wanted in {**LABELS, **SORTED}.items():
        plan = plan_of(nadia, lambda wanted=wanted: directory.page(nadia.association_id, wanted, NONE))
        in_vain = sum(thrown_away(node) for node in nodes(plan) if node.get("Relation Name") == "partner")
        print(f"{what}: {in_vain:.0f} rows looked at in vain, {plan['Actual Total Time']:.1f} ms")
        if read_whole(plan) or in_vain > finding.WALKED + 200:
            walked[what] = (read_whole(plan), in_vain)

    assert walked == {}
