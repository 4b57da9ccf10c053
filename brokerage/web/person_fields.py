"""Fields that every form about a person asks in the same words."""

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired, Email, Length, Optional

from brokerage.accounts.passwords import LONGEST

TOO_LONG = _l("C'est trop long : %(max)d caractères au plus.")


def tidy(text: str | None) -> str | None:
    """Single spaces, none at the ends."""
    return " ".join(text.split()) if text else text


def first_name() -> StringField:
    """Prénom."""
    return StringField(
        _l("Prénom"),
        [DataRequired(_l("Indiquez le prénom.")), Length(max=80, message=TOO_LONG)],
        filters=[tidy],
    )


def last_name() -> StringField:
    """Nom."""
    return StringField(
        lazy_pgettext("personne", "Nom"), [DataRequired(_l("Indiquez le nom.")), Length(max=80, message=TOO_LONG)], filters=[tidy]
    )


def title() -> StringField:
    """What the person does, as letters say it under their name."""
    return StringField(_l("Fonction"), [Optional(), Length(max=120, message=TOO_LONG)], filters=[tidy])


def email(label: object = _l("Adresse e-mail")) -> EmailField:
    """An address a letter can be sent to."""
    return EmailField(
        label,
        [
            DataRequired(_l("Indiquez l'adresse e-mail.")),
            Email(_l("Écrivez l'adresse en entier, par exemple prenom.nom@association.fr."), allow_smtputf8=False),
            Length(max=254, message=TOO_LONG),
        ],
        filters=[tidy],
    )


def new_password(label: object = _l("Mot de passe")) -> PasswordField:
    """A password to keep; the room judges it, so that every door says the same."""
    most = Length(max=4 * LONGEST, message=TOO_LONG)
    return PasswordField(label, [DataRequired(_l("Choisissez un mot de passe.")), most])
