"""The forms on a partner and on a contact: shape and spelling are checked here, rules by the verbs behind."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from brokerage.introductions.purposes import PURPOSES
from brokerage.partners import contacts, kinds, partners
from brokerage.partners.models import Contact, ContactRole, Partner, PartnerKind, Permission, Status, Visibility
from brokerage.partners.vault import Coordinates
from brokerage.reference import identifiers
from brokerage.web.formats import date_short
from brokerage.web.forms import BaseForm
from brokerage.web.partner_filters import STATUS_NAMES, VISIBILITY_NAMES
from brokerage.web.partner_stories import PERMISSIONS
from brokerage.web.person_fields import TOO_LONG, tidy
from brokerage.web.stories import role_label

KIND_LABELS = {PartnerKind.ACADEMIC: _l("Établissement d'enseignement"), PartnerKind.CORPORATE: _l("Entreprise ou fondation")}
MONTHS = (
    _l("janvier"), _l("février"), _l("mars"), _l("avril"), _l("mai"), _l("juin"),
    _l("juillet"), _l("août"), _l("septembre"), _l("octobre"), _l("novembre"), _l("décembre"),
)  # fmt: skip
SPOILT = _l("Ce numéro a été abîmé par un tableur : recopiez-le en entier.")
UNREAD = {
    "uai_invalid": _l("Ce code UAI n'est pas valable : sept chiffres et une lettre, par exemple 0951099D."),
    "siret_invalid": _l("Ce numéro n'est pas valable : 14 chiffres pour un SIRET, 9 pour un SIREN."),
    "siret_scientific": SPOILT,
    "siren_scientific": SPOILT,
    "phone_invalid": _l("Ce numéro n'est pas complet. Écrivez-le par exemple 01 99 00 52 40."),
    "email_invalid": _l("Écrivez l'adresse en entier, par exemple prenom.nom@exemple.fr."),
    "email_suspect_tld": _l("Cette adresse semble mal terminée."),
}
CHOOSE = _l("Choisissez dans la liste.")
ORIGIN = _l("Dites d'où elles viennent : la personne peut le demander.")
FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]


def _text(label: Any, most: int, *more: Any) -> StringField:
    return StringField(label, [*(more or (Optional(),)), Length(max=most, message=TOO_LONG)], filters=[tidy])


def _options(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    return [SelectChoice(value, words) for value, words in pairs]


def _chips(label: Any, pairs: Iterable[tuple[Any, Any]], coerce: Any = str) -> SelectMultipleField:
    ticks: dict[str, Any] = {"option_widget": CheckboxInput(), "widget": ListWidget(prefix_label=False)}
    return SelectMultipleField(label, [Optional()], choices=_options(pairs), coerce=coerce, invalid_choice_message=CHOOSE, **ticks)


def _list(label: Any, pairs: Iterable[tuple[Any, Any]], optional: bool = False, **more: Any) -> SelectField:
    rules = [Optional()] if optional else []
    return SelectField(label, rules, choices=_options(pairs), invalid_choice_message=CHOOSE, **more)


def _radio(label: Any, pairs: Iterable[tuple[Any, Any]], **more: Any) -> RadioField:
    return RadioField(label, choices=_options(pairs), invalid_choice_message=CHOOSE, **more)


def _read(checked: identifiers.Checked, otherwise: str) -> str:
    """The value to keep, or a sentence at the field: what is wrong, and what was probably meant."""
    if checked.status is identifiers.Status.MISSING:
        return ""
    if checked.issue == "uai_letter_computed":
        raise ValidationError(_("Il manque la lettre. Est-ce %(meant)s ?", meant=checked.value))
    if checked.value is None:
        sentence = str(UNREAD.get(checked.issue or "", UNREAD[otherwise]))
        meant = _("Vouliez-vous dire %(meant)s ?", meant=checked.suggestion) if checked.suggestion else ""
        raise ValidationError(f"{sentence} {meant}".strip())
    return checked.value


class Day(DateField):
    """A date, typed or picked."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse anything else with a sentence that says what to type."""
        try:
            super().process_formdata(valuelist)
        except ValueError as no:
            raise ValueError(_("Indiquez une date, par exemple 04/04/2026.")) from no


class Number(IntegerField):
    """A small number, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse words with a sentence that says what to type."""
        try:
            super().process_formdata(valuelist)
        except ValueError as no:
            raise ValueError(_("Indiquez un nombre, par exemple 2.")) from no


class PartnerForm(BaseForm):
    """An organisation, as a manager describes it."""

    version = HiddenField()
    kind = _radio(_l("De quel réseau s'agit-il ?"), KIND_LABELS.items())
    name = _text(_l("Nom"), 200, DataRequired(_l("Indiquez le nom de l'organisation.")))
    type = _list(_l("Type"), [], optional=True)
    uai = _text(_l("Code UAI"), 20)
    siret = _text(_l("SIRET ou SIREN"), 30)
    address = _text(_l("Adresse"), 200)
    postcode = _text(_l("Code postal"), 12)
    town = _text(_l("Ville"), 120)
    website = _text(_l("Site internet"), 200)
    owner_id = _list(_l("Suivi par"), [], optional=True)
    status = _list(_l("Relation"), STATUS_NAMES.items(), default=Status.ACTIVE.value)
    visibility = _radio(_l("Qui sait que vous le connaissez ?"), VISIBILITY_NAMES.items(), default=Visibility.LISTED.value)
    open_now = BooleanField(_l("Ouvert aux demandes en ce moment"), default=True)
    accepts = _chips(_l("Ce qu'il accueille volontiers"), [(p.code, _l(p.label)) for p in PURPOSES.values()])
    tags = _text(_l("Étiquettes"), 400)

    known: frozenset[str | None] = frozenset()

    def open_to(self, owners: list[tuple[str, str]], partner: Partner | None = None) -> "PartnerForm":
        """Offer the members who may have it in charge, and the types there are.

        What the partner already has stays acceptable: an old type, an identifier that nobody checked at the time.
        """
        type_now = partner.type if partner else ""
        self.known = frozenset((partner.uai, partner.siret, partner.siren)) if partner else frozenset()
        self.owner_id.choices = _options([("", _("Personne pour l'instant")), *owners])
        groups = [
            SelectChoice(code, _(words).capitalize(), optgroup=str(KIND_LABELS[k]))
            for k in kinds.TYPES
            for code, words in kinds.TYPES[k].items()
        ]
        other = [] if kinds.is_known(type_now) or not type_now else [SelectChoice(type_now, kinds.words_for(type_now))]
        self.type.choices = [SelectChoice("", _("Non précisé")), *other, *groups]
        return self

    def validate_uai(self, field: Field) -> None:
        """Keep the code as the ministry writes it."""
        if field.data not in self.known:
            field.data = _read(identifiers.uai(field.data or ""), "uai_invalid")

    def validate_siret(self, field: Field) -> None:
        """Nine digits are a SIREN, fourteen a SIRET."""
        typed = field.data or ""
        if typed in self.known:
            return
        short = sum(letter.isdigit() for letter in typed) <= 9
        field.data = _read(identifiers.siren(typed) if short else identifiers.siret(typed), "siret_invalid")

    def validate_website(self, field: Field) -> None:
        """A web address, with its https:// when it was left out."""
        if not field.data:
            return
        whole = field.data if "://" in field.data else f"https://{field.data}"
        parts = urlsplit(whole)
        if parts.scheme not in ("http", "https") or "." not in (parts.hostname or "") or " " in whole:
            raise ValidationError(_("Écrivez une adresse de site, par exemple www.exemple.fr."))
        field.data = whole

    def details(self) -> partners.Details:
        """What the verb is given."""
        numbers = self.siret.data or ""
        return partners.Details(
            kind=PartnerKind(self.kind.data), name=self.name.data, type=self.type.data or "", uai=self.uai.data or None,
            siren=numbers[:9] or None, siret=numbers if len(numbers) == 14 else None, address=self.address.data or "",
            postcode=self.postcode.data or "", town=self.town.data or "", website=self.website.data or "",
            owner_id=uuid.UUID(self.owner_id.data) if self.owner_id.data else None, status=Status(self.status.data),
            visibility=Visibility(self.visibility.data), open_now=self.open_now.data, accepts=tuple(self.accepts.data or ()),
            tags=tags_of(self.tags.data or ""),
        )  # fmt: skip


def tags_of(typed: str) -> tuple[str, ...]:
    """Tags between commas or semicolons: each once, at most twelve of forty signs."""
    cut = [" ".join(tag.split())[:40] for tag in typed.replace(";", ",").split(",")]
    return tuple(dict.fromkeys(filter(None, cut)))[:12]


def values_of(partner: Partner) -> dict[str, Any]:
    """What a form shows of a partner."""
    same = ("kind", "name", "type", "address", "postcode", "town", "website", "status", "visibility", "open_now", "accepts", "version")
    values = {name: getattr(partner, name) for name in same}
    values |= {"uai": partner.uai or "", "siret": partner.siret or partner.siren or "", "tags": ", ".join(partner.tags)}
    return values | {"owner_id": str(partner.owner_id or ""), **{n: values[n].value for n in ("kind", "status", "visibility")}}


class ContactForm(BaseForm):
    """A person at a partner."""

    version = HiddenField()
    civility = _list(_l("Civilité"), [("", _l("Sans")), ("Mme", "Mme"), ("M.", "M.")], optional=True)
    first_name = _text(_l("Prénom"), 80)
    last_name = _text(lazy_pgettext("personne", "Nom"), 80, DataRequired(_l("Indiquez le nom de la personne.")))
    role = _list(_l("Rôle"), [], default=ContactRole.OTHER.value)
    title = _text(_l("Fonction"), 120)
    email = _text(_l("E-mail professionnel"), 254)
    phone = _text(_l("Téléphone"), 40)
    mobile = _text(_l("Portable"), 40)
    language = _list(_l("Langue"), [("fr", _l("français")), ("en", _l("anglais"))], default="fr")
    permission = _radio(_l("Que peut-on faire de ses coordonnées ?"), [], default=Permission.ASK_FIRST.value)
    source = _text(
        _l("D'où viennent ces coordonnées ?"), 200, DataRequired(_l("Dites d'où elles viennent : la personne peut le demander."))
    )
    source_date = Day(_l("Depuis quand ?"), [Optional()], format=FORMATS)
    asks_per_quarter = Number(_l("Demandes par trimestre, au plus"), [Optional(), NumberRange(0, 30, _l("Indiquez un nombre de 0 à 30."))])
    quiet_months = _chips(_l("Mois où ne pas écrire"), [(n, name) for n, name in enumerate(MONTHS, start=1)], int)

    department: str | None = None

    def open_to(self, department: str | None, permission: Permission | None = None) -> "ContactForm":
        """Offer what may be chosen; "ne plus solliciter" is the person's own word, and no form's to give or take."""
        self.department = department
        mine = [permission] if permission is Permission.DO_NOT_CONTACT else [p for p in Permission if p is not Permission.DO_NOT_CONTACT]
        self.permission.choices = _options((p.value, PERMISSIONS[p][0]) for p in mine)
        if self.permission.data is None:
            self.permission.data = mine[0].value
        self.role.choices = _options((role.value, role_label(role)) for role in ContactRole)
        return self

    def validate_email(self, field: Field) -> None:
        """By form only; a likely slip is proposed, never corrected by itself."""
        field.data = _read(identifiers.email(field.data or ""), "email_invalid")

    def validate_phone(self, field: Field) -> None:
        """International form, with the country its own digits call for."""
        field.data = _read(identifiers.phone_checked(field.data or "", self.department), "phone_invalid")

    validate_mobile = validate_phone

    def details(self) -> contacts.Details:
        """What the verb is given, but for the coordinates."""
        return contacts.Details(
            last_name=self.last_name.data, first_name=self.first_name.data or "", civility=self.civility.data or "",
            role=ContactRole(self.role.data), title=self.title.data or "", language=self.language.data,
            permission=Permission(self.permission.data), asks_per_quarter=self.asks_per_quarter.data,
            quiet_months=tuple(self.quiet_months.data or ()), source=self.source.data, source_date=self.source_date.data,
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
    values |= {"role": contact.role.value, "permission": contact.permission.value}
    return values | {"email": coordinates.email, "phone": coordinates.phone, "mobile": coordinates.mobile}


def differences(typed: BaseForm, stored: BaseForm) -> list[tuple[str, str, str]]:
    """Field by field, what the person typed and what somebody else saved meanwhile; both in words."""
    pairs = [(field, stored[field.name]) for field in typed if field.name not in ("version", "csrf_token")]
    apart = [(mine, theirs) for mine, theirs in pairs if _said(mine) != _said(theirs)]
    return [(str(mine.label.text), _said(mine), _said(theirs)) for mine, theirs in apart]


def _said(field: Field) -> str:
    if isinstance(field, BooleanField):
        return _("oui") if field.data else _("non")
    if isinstance(field.data, date):
        return date_short(field.data)
    chosen = field.data if isinstance(field.data, list) else [field.data]
    if isinstance(field, SelectField):
        words = {str(choice.value): str(choice.label) for choice in field.iter_choices()}
        return ", ".join(words.get(str(one), str(one)) for one in chosen if one not in (None, ""))
    return ", ".join(str(one) for one in chosen if one not in (None, ""))
