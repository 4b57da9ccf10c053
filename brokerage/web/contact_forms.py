"""The form on a person at a partner: shape is checked here, rules by the verbs behind."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import Field
from wtforms.validators import DataRequired, NumberRange, Optional

from brokerage.partners import contacts
from brokerage.partners.models import Contact, ContactRole, Permission
from brokerage.partners.vault import Coordinates
from brokerage.reference import identifiers
from brokerage.web.held_words import MONTHS
from brokerage.web.overlap import SharedForm
from brokerage.web.own_fields import OwnFields, typed_of
from brokerage.web.partner_fields import Day, Number, choice, options, radio, read, text, ticks
from brokerage.web.partner_stories import PERMISSIONS
from brokerage.web.stories import role_label

ORIGIN = _l("Dites d'où elles viennent : la personne peut le demander.")
FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]


class ContactForm(OwnFields, SharedForm):
    """A person at a partner."""

    civility = choice(_l("Civilité"), [("", _l("Sans")), ("Mme", "Mme"), ("M.", "M.")], optional=True)
    first_name = text(_l("Prénom"), 80)
    last_name = text(lazy_pgettext("personne", "Nom"), 80, DataRequired(_l("Indiquez le nom de la personne.")))
    role = choice(_l("Rôle"), [], default=ContactRole.OTHER.value)
    title = text(_l("Fonction"), 120)
    email = text(_l("E-mail professionnel"), 254)
    phone = text(_l("Téléphone"), 40)
    mobile = text(_l("Portable"), 40)
    language = choice(_l("Langue"), [("fr", _l("français")), ("en", _l("anglais"))], default="fr")
    permission = radio(_l("Que peut-on faire de ses coordonnées ?"), [], default=Permission.ASK_FIRST.value)
    source = text(_l("D'où viennent ces coordonnées ?"), 200, DataRequired(_l("Dites d'où elles viennent : la personne peut le demander.")))
    source_date = Day(_l("Depuis quand ?"), [Optional()], format=FORMATS)
    asks_per_quarter = Number(_l("Demandes par trimestre, au plus"), [Optional(), NumberRange(0, 30, _l("Indiquez un nombre de 0 à 30."))])
    quiet_months = ticks(_l("Mois où ne pas écrire"), [(n, name) for n, name in enumerate(MONTHS, start=1)], int)

    department: str | None = None

    def open_to(self, department: str | None, permission: Permission | None = None) -> "ContactForm":
        """Offer what may be chosen; "ne plus solliciter" is the person's own word, and no form's to give or take."""
        self.department = department
        mine = [permission] if permission is Permission.DO_NOT_CONTACT else [p for p in Permission if p is not Permission.DO_NOT_CONTACT]
        self.permission.choices = options((p.value, PERMISSIONS[p][0]) for p in mine)
        if self.permission.data is None:
            self.permission.data = mine[0].value
        self.role.choices = options((role.value, role_label(role)) for role in ContactRole)
        return self

    def validate_email(self, field: Field) -> None:
        """By form only; a likely slip is proposed, never corrected by itself."""
        field.data = read(identifiers.email(field.data or ""), "email_invalid")

    def validate_phone(self, field: Field) -> None:
        """International form, with the country its own digits call for."""
        field.data = read(identifiers.phone_checked(field.data or "", self.department), "phone_invalid")

    validate_mobile = validate_phone

    def details(self) -> contacts.Details:
        """What the verb is given, but for the coordinates."""
        return contacts.Details(
            last_name=self.last_name.data, first_name=self.first_name.data or "", civility=self.civility.data or "",
            role=ContactRole(self.role.data), title=self.title.data or "", language=self.language.data,
            permission=Permission(self.permission.data), asks_per_quarter=self.asks_per_quarter.data,
            quiet_months=tuple(self.quiet_months.data or ()), source=self.source.data, source_date=self.source_date.data,
            extra=self.extra(),
        )  # fmt: skip

    def coordinates(self) -> Coordinates:
        """What goes to the vault."""
        return Coordinates(self.email.data or "", self.phone.data or "", self.mobile.data or "")


def values_of_contact(contact: Contact, coordinates: Coordinates) -> dict[str, Any]:
    """What a form shows of a contact."""
    same = (
        "civility",
        "first_name",
        "last_name",
        "title",
        "language",
        "source",
        "source_date",
        "asks_per_quarter",
        "quiet_months",
        "version",
    )
    values = {name: getattr(contact, name) for name in same}
    values |= typed_of(contact.extra) | {"role": contact.role.value, "permission": contact.permission.value}
    return values | {"email": coordinates.email, "phone": coordinates.phone, "mobile": coordinates.mobile}
