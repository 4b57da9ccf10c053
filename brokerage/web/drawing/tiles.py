"""The map of equal tiles: one square per region, its number printed, tinted in five steps."""

from collections.abc import Callable, Mapping

from flask_babel import gettext as _
from markupsafe import Markup

# INSEE code: (three letters, name). Their places in the grid are classes of overview.css.
MAINLAND = {
    "32": ("HDF", "Hauts-de-France"),
    "53": ("BRE", "Bretagne"),
    "28": ("NOR", "Normandie"),
    "11": ("IDF", "Île-de-France"),
    "44": ("GES", "Grand Est"),
    "52": ("PDL", "Pays de la Loire"),
    "24": ("CVL", "Centre-Val de Loire"),
    "27": ("BFC", "Bourgogne-Franche-Comté"),
    "75": ("NAQ", "Nouvelle-Aquitaine"),
    "84": ("ARA", "Auvergne-Rhône-Alpes"),
    "76": ("OCC", "Occitanie"),
    "93": ("PAC", "Provence-Alpes-Côte d’Azur"),
    "94": ("COR", "Corse"),
}
OVERSEAS = {
    "01": ("GUA", "Guadeloupe"),
    "02": ("MTQ", "Martinique"),
    "03": ("GUY", "Guyane"),
    "04": ("REU", "La Réunion"),
    "06": ("MAY", "Mayotte"),
}
_STEPS = (0, 2, 5, 8)  # 0 · 1–2 · 3–5 · 6–8 · 9 and more


def tiles(values: Mapping[str, int], label: str = "", href: Callable[[str], str] | None = None) -> Markup:
    """The map of `values`, counts by INSEE region code ("11"); a region without a count shows 0.

    `label` says what is counted, for those who hear the page; `href` gives the address behind a code.
    """
    shore, sea = (
        Markup("").join(_tile(code, *names, values.get(code, 0), href) for code, names in regions.items())
        for regions in (MAINLAND, OVERSEAS)
    )
    return Markup(
        '<ul class="tuiles" aria-label="{}">{}</ul><ul class="tuiles tuiles-mer" aria-label="{}">{}</ul>'
    ).format(label or _("Par région"), shore, _("Outre-mer"), sea)


def _tile(code: str, letters: str, name: str, count: int, href: Callable[[str], str] | None) -> Markup:
    inside = Markup('<b>{}</b><span aria-hidden="true">{}</span><span class="vh"> {}</span>').format(
        count, letters, name
    )
    tile = (
        Markup('<a href="{}" title="{}">{}</a>').format(href(code), name, inside)
        if href
        else Markup('<div title="{}">{}</div>').format(name, inside)
    )
    return Markup('<li class="r-{} g{}">{}</li>').format(code, sum(count > step for step in _STEPS), tile)
