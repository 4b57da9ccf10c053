"""What every form of the house shares: French messages, and a place for a rule's refusal."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field

from brokerage.errors import Refusal
from brokerage.web.errors import told


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form checks shape; the verb behind it checks rules, and `refuse` shows what the verb said."""

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal at its field, or above the form; what was typed stays."""
        field: Field | None = self._fields.get(getattr(refusal, "field", None) or "")
        errors: Any = self.form_errors if field is None else field.errors
        if field is not None:
            field.errors = [*errors, told(refusal)]
        else:
            self.form_errors: list[str] = [*errors, told(refusal)]
