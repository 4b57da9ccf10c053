"""What every form of the house shares: French messages, and a place for a rule's refusal."""

from typing import Any

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field
from wtforms.widgets import Select

from brokerage.errors import Refusal
from brokerage.web.errors import told
from brokerage.web.typography import typeset


class TypesetSelect(Select):  # type: ignore[misc]
    """A list whose options are set as every other word of ours: WTForms writes them past the templates."""

    @classmethod
    def render_option(cls, choice: Any, **more: Any) -> Markup:
        """One option; its value stays as it is."""
        return Markup(super().render_option(choice._replace(label=typeset(choice.label or choice.value)), **more))


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form checks shape; the verb behind it checks rules, and `refuse` shows what the verb said."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How its fields are drawn."""

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
            """As WTForms does, with lists that are typeset."""
            if type(field.widget) is Select:
                field.widget = TypesetSelect(field.widget.multiple)
            return Markup(super().render_field(field, render_kw))

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal at its field, or above the form; what was typed stays."""
        field: Field | None = self._fields.get(getattr(refusal, "field", None) or "")
        errors: Any = self.form_errors if field is None else field.errors
        if field is not None:
            field.errors = [*errors, told(refusal)]
        else:
            self.form_errors: list[str] = [*errors, told(refusal)]
