"""The floor: what this stack costs at best. A bare Flask application on the same server and the same database.

No login, no permissions, no headers, no translation: one Core statement, built once, and a table in Jinja.
"""

import os
import uuid
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import Flask, render_template, request
from jinja2 import DictLoader

from brokerage import models
from brokerage.introductions.models import IntroductionRequest
from brokerage.partners.models import Contact, Partner
from brokerage.timeline import Entry

TABLE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<table><tbody>
{% for row in rows %}
<tr><td><a href="/{{ row.id }}">{{ row[1] }}</a></td>{% for cell in row[2:] %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></body></html>
"""
assert models  # every table is known before the first statement
PARTNER: Any = Partner.__table__.c
REQUEST: Any = IntroductionRequest.__table__.c
CONTACT: Any = Contact.__table__.c
ENTRY: Any = Entry.__table__.c
SHOWN = (PARTNER.name, PARTNER.type, PARTNER.town, PARTNER.department, PARTNER.last_contact_on, PARTNER.status, PARTNER.visibility)
HOUSE = sa.bindparam("house", type_=sa.Uuid())

app = Flask("floor")
app.jinja_loader = DictLoader({"table.html": TABLE})


@cache
def engine() -> sa.Engine:
    return sa.create_engine(os.environ["FLOOR_DATABASE_URL"], pool_size=8, max_overflow=8)


def shown(statement: sa.Select[Any] | sa.CompoundSelect[Any], **values: Any) -> str:
    with engine().connect() as connection:
        rows = connection.execute(statement, values).all()
    return render_template("table.html", title="Floor", rows=rows)


@cache
def partners(words: int, deep: bool, listed: bool) -> sa.Select[Any]:
    kept = [PARTNER.association_id == HOUSE, PARTNER.deleted_at.is_(None)]
    kept += [PARTNER.search.like(sa.bindparam(f"word{place}")) for place in range(words)]
    if deep:
        mark = sa.tuple_(sa.bindparam("after", type_=sa.Text()), sa.bindparam("id", type_=sa.Uuid()))
        kept.append(sa.tuple_(PARTNER.sort_name, PARTNER.id) > mark)
    if listed:
        kept.append(PARTNER.visibility == sa.literal_column("'listed'"))
    return sa.select(PARTNER.id, *SHOWN).where(*kept).order_by(PARTNER.sort_name, PARTNER.id).limit(50)


@app.get("/partners")
def list_of_partners() -> str:
    words, mark = request.args.get("q", "").split(), request.args.get("after", "")
    values: dict[str, Any] = {f"word{place}": f"%{word}%" for place, word in enumerate(words)}
    if mark:
        values["after"], values["id"] = mark.rpartition("~")[0], uuid.UUID(mark.rpartition("~")[2])
    statement = partners(len(words), bool(mark), "listed" in request.args)
    return shown(statement, house=uuid.UUID(request.args["house"]), **values)


WAITING = (
    sa.select(REQUEST.id, REQUEST.target_name, REQUEST.target_town, REQUEST.number, REQUEST.purpose, REQUEST.event_on, REQUEST.due_on)
    .where(REQUEST.giving_id == HOUSE, REQUEST.state == sa.literal_column("'submitted'"))
    .order_by(REQUEST.due_on, REQUEST.id)
    .limit(30)
)


@app.get("/requests")
def list_of_requests() -> str:
    return shown(WAITING, house=uuid.UUID(request.args["house"]))


WANTED = sa.bindparam("partner", type_=sa.Uuid())
RECORD = sa.union_all(
    sa.select(PARTNER.id, PARTNER.name, PARTNER.town, PARTNER.type).where(PARTNER.id == WANTED),
    sa.select(CONTACT.id, CONTACT.last_name, CONTACT.first_name, CONTACT.title).where(CONTACT.partner_id == WANTED),
    sa.select(REQUEST.id, REQUEST.number, REQUEST.event_name, REQUEST.place).where(REQUEST.partner_id == WANTED),
    sa.select(ENTRY.id, ENTRY.what, ENTRY.by_name, sa.cast(ENTRY.at, sa.Text)).where(
        ENTRY.association_id == HOUSE, ENTRY.partner_id == WANTED
    ),
)


@app.get("/record")
def record() -> str:
    return shown(RECORD, house=uuid.UUID(request.args["house"]), partner=uuid.UUID(request.args["id"]))
