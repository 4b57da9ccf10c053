"""The people of the tests. Fixed relations: Lucas (Les Entretiens) asks, Nadia (Passeport Avenir) decides, Hélène
Marchetti is the contact; Oscar belongs to a third association and must never see any of it."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from argon2 import PasswordHasher

from brokerage import clock
from brokerage.accounts.models import Association, Credential, Role, User
from brokerage.conventions.models import Commitment, Convention
from brokerage.database import db
from brokerage.introductions.models import IntroductionRequest, Need
from brokerage.introductions.states import RequestState
from brokerage.partners import vault
from brokerage.partners.models import Contact, ContactRole, Partner, PartnerKind

PASSWORD = "une-longue-phrase-de-passe"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass(frozen=True)
class Cast:
    """Everybody, by first name."""

    pa: Association
    ede: Association
    elsewhere: Association
    convention: Convention
    nadia: User
    karim: User
    thi_mai: User
    helene: User
    jean_baptiste: User
    lucas: User
    soraya: User
    awa: User
    oscar: User

    @property
    def everyone(self) -> list[User]:
        """Every member, the outsider last."""
        return [self.nadia, self.karim, self.thi_mai, self.helene, self.jean_baptiste, self.lucas, self.soraya, self.awa, self.oscar]


def gather() -> Cast:
    """Everybody into the database, in the system's scope; the caller commits."""
    pa = _association("passeport-avenir", "Passeport Avenir", "PA", "a", "de Passeport Avenir")
    ede = _association("entretiens", "Les Entretiens de l'Excellence", "EE", "b", "des Entretiens de l'Excellence")
    elsewhere = _association("ailleurs", "Ailleurs", "AI", "c", "d'Ailleurs")
    db.session.flush()
    convention = Convention(first_id=pa.id, second_id=ede.id, title="Convention", starts_on=date(2011, 6, 24), ends_on=date(2099, 6, 30))
    db.session.add(convention)
    db.session.flush()
    db.session.add_all(Commitment(convention_id=convention.id, number=n, title=f"Engagement {n}") for n in range(1, 8))
    return Cast(
        pa, ede, elsewhere, convention,
        nadia=member(pa, "Nadia", "Benhaddou", Role.MANAGER, title="responsable des partenariats"),
        karim=member(pa, "Karim", "Lahlou", Role.MANAGER),
        thi_mai=member(pa, "Thi-Mai", "Nguyen", Role.DELEGATE),
        helene=member(pa, "Hélène", "Roux", Role.ADMIN),
        jean_baptiste=member(ede, "Jean-Baptiste", "Roussel", Role.MANAGER),
        lucas=member(ede, "Lucas", "Ferreira", Role.DELEGATE, title="délégué Île-de-France", region="11"),
        soraya=member(ede, "Soraya", "Benali", Role.DELEGATE),
        awa=member(ede, "Awa", "Diop", Role.ADMIN),
        oscar=member(elsewhere, "Oscar", "Outis", Role.MANAGER, Role.DELEGATE, Role.ADMIN),
    )  # fmt: skip


def _association(slug: str, name: str, short: str, bank: str, of_name: str) -> Association:
    association = Association(slug=slug, name=name, short=short, bank=bank, of_name=of_name)
    db.session.add(association)
    return association


def member(association: Association, first: str, last: str, *roles: Role, **more: Any) -> User:
    """One member who can sign in with PASSWORD."""
    email = f"{first}.{last}@{association.slug}.example".lower()
    user = User(id=uuid.uuid4(), association_id=association.id, email=email, first_name=first, last_name=last, roles=list(roles), **more)
    db.session.add(user)
    db.session.flush()
    db.session.add(Credential(user_id=user.id, password_hash=QUICK, changed_at=clock.now()))
    return user


def a_partner(owner: User, name: str = "Méridiane Énergie", **more: Any) -> Partner:
    """A partner of the owner's association, in the current scope; not committed."""
    values: dict[str, Any] = {"kind": PartnerKind.CORPORATE, "town": "Courbevoie", "postcode": "92400", "department": "92", "region": "11"}
    partner = Partner(id=uuid.uuid4(), association_id=owner.association_id, owner_id=owner.id, name=name, **values | more)
    db.session.add(partner)
    db.session.flush()
    return partner


def a_contact(partner: Partner, first: str = "Hélène", last: str = "Marchetti", email: str = "h.marchetti@meridiane.example", **more: Any) -> Contact:
    """A contact with an address and a telephone in the vault; not committed."""
    values: dict[str, Any] = {"role": ContactRole.DIVERSITY_CSR, "title": "responsable RSE", "civility": "Mme", "source": "salon 2024"}
    contact = Contact(id=uuid.uuid4(), association_id=partner.association_id, partner_id=partner.id, partner=partner, first_name=first, last_name=last, **values | more)
    db.session.add(contact)
    db.session.flush()
    vault.keep(partner.association_id, contact.id, vault.Coordinates(email, "+33199005240", "+33639980001"))
    return contact


def a_request(by: User, giving: Association, partner: Partner | None = None, **more: Any) -> IntroductionRequest:
    """A draft of `by`, complete enough to be submitted, in the current scope; not committed."""
    from brokerage.introductions import requests

    values: dict[str, Any] = {
        "need": Need.CORPORATE, "purpose": "find_speakers", "place": "Sarcelles", "department": "95", "region": "11",
        "event_name": "Atelier « Oser les métiers de l'énergie »", "event_on": clock.today() + timedelta(days=60),
        "numbers": {"pupils": 28}, "message": "Nous cherchons deux ingénieures prêtes à raconter leur parcours pendant une heure.",
    }  # fmt: skip
    if partner:
        values |= {"partner_id": partner.id, "target_name": partner.name, "target_town": partner.town}
    request = requests.draft(by, giving.id, **values | more)
    assert request.state is RequestState.DRAFT
    return request
