"""The two associations of the demonstration, their members, and the convention that binds them."""

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from brokerage import clock
from brokerage.accounts import hashing
from brokerage.accounts.models import Association, Credential, Role, User
from brokerage.conventions.models import Commitment, Convention
from brokerage.database import db
from brokerage.reference.folding import folded

PASSWORD = "passerelle-demo-2026"  # noqa: S105 - printed on the sign-in page of the demonstration
SIGNED = date(2011, 6, 24)
YEARS_AHEAD = 10
D, M, A, R = Role.DELEGATE, Role.MANAGER, Role.ADMIN, Role.AUDITOR

# key: first name, last name, roles, title, region (INSEE code), telephone (ranges kept for fiction by ARCEP)
PASSEPORT = {
    "nadia": ("Nadia", "Benhaddou", (M,), "responsable des partenariats académiques", None, "+33199001201"),
    "karim": ("Karim", "Lahlou", (M,), "responsable des partenariats entreprises", None, "+33199001202"),
    "thi_mai": ("Thi-Mai", "Nguyen", (D,), "déléguée Occitanie", "76", "+33639981203"),
    "helene": ("Hélène", "Roux", (A,), "secrétaire générale", None, "+33199001204"),
    "benoit": ("Benoît", "Carpentier", (D,), "délégué Pays de la Loire", "52", "+33639981205"),
    "jerome": ("Jérôme", "Payet", (D,), "délégué La Réunion", "04", "+33639981206"),
    "claire": ("Claire", "Delmas", (R,), "déléguée générale", None, "+33199001207"),
}
ENTRETIENS = {
    "jean_baptiste": ("Jean-Baptiste", "Roussel", (M,), "responsable des partenariats", None, "+33199002301"),
    "camille": ("Camille", "Aubertin", (M,), "chargée des partenariats académiques", None, "+33199002302"),
    "lucas": ("Lucas", "Ferreira", (D,), "délégué Île-de-France", "11", "+33639982303"),
    "soraya": ("Soraya", "Benali", (D,), "déléguée pour l’Aisne", "32", "+33639982304"),
    "awa": ("Awa", "Diop", (A,), "secrétaire générale", None, "+33199002305"),
    "ousmane": ("Ousmane", "Keïta", (D,), "délégué pour le Nord", "32", "+33639982306"),
}

COMMITMENTS = [
    ("Partager nos bonnes pratiques", "Se dire ce qui marche et ce qui échoue : deux rencontres par an entre les équipes, et des documents que l’autre peut reprendre."),
    ("Prêter nos bénévoles", "Faire intervenir les tuteurs et tutrices de l’une dans les ateliers de l’autre, en particulier des femmes dans les métiers où elles sont rares."),
    ("Inviter les établissements de l’autre", "Ouvrir chaque journée et chaque atelier aux lycées et collèges partenaires de l’autre association, trajet compris quand c’est possible."),
    ("Donner la parole aux étudiants", "Inviter les étudiantes et étudiants accompagnés par l’une à raconter leur parcours devant les plus jeunes que rencontre l’autre."),
    ("Ouvrir nos réseaux, sur demande", "Mettre en contact, à la demande de l’une ou de l’autre et avec l’accord des personnes, les partenaires académiques et les entreprises, pour grandir ensemble sur le territoire."),
    ("Écrire ensemble", "Publier des guides communs utiles aux familles, à commencer par celui du financement des études."),
    ("Nous faire connaître", "Parler de l’autre association dans nos courriers, sur nos sites et lors de nos événements, et tenir un calendrier commun."),
]  # fmt: skip


@dataclass
class Company:
    """Everybody of the demonstration: ids of associations by slug, of members by key."""

    passeport: uuid.UUID
    entretiens: uuid.UUID
    members: dict[str, uuid.UUID] = field(default_factory=dict)

    def home_of(self, key: str) -> uuid.UUID:
        """The association a member belongs to."""
        return self.passeport if key in PASSEPORT else self.entretiens

    def other(self, association_id: uuid.UUID) -> uuid.UUID:
        """The ally."""
        return self.entretiens if association_id == self.passeport else self.passeport


def settle() -> Company:
    """Both associations, their members and the convention, in the system's scope; the caller commits."""
    passeport = _association("passeport-avenir", "Passeport Avenir", "PA", "a", "de Passeport Avenir", introduce_directly=True)
    entretiens = _association(
        "entretiens", "Les Entretiens de l’Excellence", "EE", "b", "des Entretiens de l’Excellence", introduce_automatically=False
    )
    db.session.flush()
    company = Company(passeport.id, entretiens.id)
    known = hashing.hashed(PASSWORD)  # once: it takes a tenth of a second, on purpose
    for association, members in ((passeport, PASSEPORT), (entretiens, ENTRETIENS)):
        for nth, (key, member) in enumerate(members.items()):
            company.members[key] = _member(association, nth, member, known)
    passeport.default_manager_id, entretiens.default_manager_id = company.members["nadia"], company.members["jean_baptiste"]
    _sign(passeport, entretiens)
    db.session.flush()
    return company


def _association(slug: str, name: str, short: str, bank: str, of_name: str, **rules: Any) -> Association:
    association = Association(
        slug=slug, name=name, short=short, bank=bank, of_name=of_name, rules=rules, is_demo=True,
        mail_domain=f"{slug}.example", website=f"https://{slug}.example",
    )  # fmt: skip
    db.session.add(association)
    return association


def _member(association: Association, nth: int, member: tuple[Any, ...], password_hash: str) -> uuid.UUID:
    first, last, roles, title, region, phone = member
    user = User(
        id=uuid.uuid4(), association_id=association.id, email=email_of(first, last, association.slug), first_name=first,
        last_name=last, roles=[role.value for role in roles], title=title, region=region, phone=phone,
        created_at=clock.now() + timedelta(minutes=nth),
    )  # fmt: skip
    db.session.add(user)
    db.session.flush()
    db.session.add(Credential(user_id=user.id, password_hash=password_hash, changed_at=clock.now()))
    return user.id


def email_of(first_name: str, last_name: str, slug: str) -> str:
    """« Thi-Mai Nguyen » writes from thi-mai.nguyen@…: small letters, no accents, hyphens kept."""
    first, last = ("-".join(folded(name).split()) for name in (first_name, last_name))
    return f"{first}.{last}@{slug}.example"


def _sign(one: Association, other: Association) -> None:
    convention = Convention(
        first_id=one.id, second_id=other.id, title="Convention de partenariat", starts_on=SIGNED,
        ends_on=date(clock.today().year + YEARS_AHEAD, 12, 31),
    )  # fmt: skip
    db.session.add(convention)
    db.session.flush()
    db.session.add_all(
        Commitment(convention_id=convention.id, number=number, title=title, text=text)
        for number, (title, text) in enumerate(COMMITMENTS, start=1)
    )
