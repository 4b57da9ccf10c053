"""The form on a partner, and what two people at once typed: shape is checked here, rules by the verbs behind."""

import uuid
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectChoice, ValidationError
from wtforms.validators import DataRequired

from brokerage.introductions.purposes import PURPOSES
from brokerage.partners import kinds, partners
from brokerage.partners.models import Partner, PartnerKind, Status, Visibility
from brokerage.reference import identifiers
from brokerage.web.overlap import SharedForm
from brokerage.web.own_fields import OwnFields, typed_of
from brokerage.web.partner_fields import choice, options, radio, read, text, ticks
from brokerage.web.partner_filters import STATUS_NAMES, VISIBILITY_NAMES

KIND_LABELS = {PartnerKind.ACADEMIC: _l("Établissement d'enseignement"), PartnerKind.CORPORATE: _l("Entreprise ou fondation")}


class PartnerForm(OwnFields, SharedForm):
    """An organisation, as a manager describes it."""

    kind = radio(_l("De quel réseau s'agit-il ?"), KIND_LABELS.items())
    name = text(_l("Nom"), 200, DataRequired(_l("Indiquez le nom de l'organisation.")))
    type = choice(_l("Type"), [], optional=True)
    uai = text(_l("Code UAI"), 20)
    siret = text(_l("SIRET ou SIREN"), 30)
    address = text(_l("Adresse"), 200)
    postcode = text(_l("Code postal"), 12)
    town = text(_l("Ville"), 120)
    website = text(_l("Site internet"), 200)
    owner_id = choice(_l("Suivi par"), [], optional=True)
    status = choice(_l("Relation"), STATUS_NAMES.items(), default=Status.ACTIVE.value)
    visibility = radio(_l("Qui sait que vous le connaissez ?"), VISIBILITY_NAMES.items(), default=Visibility.LISTED.value)
    open_now = BooleanField(_l("Ouvert aux demandes en ce moment"), default=True)
    accepts = ticks(_l("Ce qu'il accueille volontiers"), [(p.code, _l(p.label)) for p in PURPOSES.values()])
    tags = text(_l("Étiquettes"), 400)

    known: frozenset[str | None] = frozenset()

    def open_to(self, owners: list[tuple[str, str]], partner: Partner | None = None) -> "PartnerForm":
        """Offer the members who may have it in charge, and the types there are.

        What the partner already has stays acceptable: an old type, an identifier that nobody checked at the time.
        """
        type_now = partner.type if partner else ""
        self.known = frozenset((partner.uai, partner.siret, partner.siren)) if partner else frozenset()
        self.owner_id.choices = options([("", _("Personne pour l'instant")), *owners])
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
            field.data = read(identifiers.uai(field.data or ""), "uai_invalid")

    def validate_siret(self, field: Field) -> None:
        """Nine digits are a SIREN, fourteen a SIRET."""
        typed = field.data or ""
        if typed in self.known:
            return
        short = sum(letter.isdigit() for letter in typed) <= 9
        field.data = read(identifiers.siren(typed) if short else identifiers.siret(typed), "siret_invalid")

    def validate_website(self, field: Field) -> None:
        """A web address, with its https:// when it was left out."""
        if not field.data:
            return
        whole = field.data if "://" in field.data else f"https://{field.data}"
        if not _is_web_address(whole):
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
            tags=tags_of(self.tags.data or ""), extra=self.extra(),
        )  # fmt: skip


def _is_web_address(whole: str) -> bool:
    try:
        parts = urlsplit(whole)
    except ValueError:  # half of an IPv6 address
        return False
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and " " not in whole


def tags_of(typed: str) -> tuple[str, ...]:
    """Tags between commas or semicolons: each once, at most twelve of forty signs."""
    cut = [" ".join(tag.split())[:40] for tag in typed.replace(";", ",").split(",")]
    return tuple(dict.fromkeys(filter(None, cut)))[:12]


def values_of(partner: Partner) -> dict[str, Any]:
    """What a form shows of a partner."""
    same = ("kind", "name", "type", "address", "postcode", "town", "website", "status", "visibility", "open_now", "accepts", "version")
    values = {name: getattr(partner, name) for name in same}
    values |= {"uai": partner.uai or "", "siret": partner.siret or partner.siren or "", "tags": ", ".join(partner.tags)}
    values |= typed_of(partner.extra)
    return values | {"owner_id": str(partner.owner_id or ""), **{n: values[n].value for n in ("kind", "status", "visibility")}}
