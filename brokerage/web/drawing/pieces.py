"""The macros of templates/pieces under one name, so that a block rendered alone finds them without an import."""

from typing import Any

from jinja2 import Environment

FOLDER = "pieces/"


class Pieces:
    """`ui.field(form.town)` in a template is the macro `field`, whichever file of templates/pieces holds it.

    Macros get no context: what they show is handed to them. Two macros of the same name raise at the first use.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._rooms: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._rooms:  # at first, and after a macro was written while the application runs
            self._rooms = self._found()
        if name not in self._rooms:
            raise AttributeError(f"no macro named {name!r} in templates/{FOLDER}")
        return getattr(self._module(self._rooms[name]), name)

    def _module(self, template: str) -> Any:
        return self._environment.get_template(template).module

    def _found(self) -> dict[str, str]:
        rooms: dict[str, str] = {}
        for template in self._environment.list_templates(filter_func=lambda name: name.startswith(FOLDER)):
            for name, macro in vars(self._module(template)).items():
                if not callable(macro) or name.startswith("_"):
                    continue
                if name in rooms:
                    raise RuntimeError(f"the macro {name!r} stands in {rooms[name]} and in {template}")
                rooms[name] = template
        return rooms
