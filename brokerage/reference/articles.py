"""The article a French sentence puts before an organisation: « aimerait rencontrer le lycée Olympe-de-Gouges »."""

from functools import lru_cache

# Only where the first word says what it is: the name of a company stands by itself.
_WITH_ARTICLE = {
    "lycée": "le lycée", "collège": "le collège", "campus": "le campus", "cfa": "le CFA", "université": "l’université", "iut": "l’IUT",
    "institut": "l’institut", "école": "l’école", "académie": "l’académie", "faculté": "la faculté", "fondation": "la fondation",
}  # fmt: skip


@lru_cache(maxsize=4096)
def with_article(name: str) -> str:
    """« le lycée Olympe-de-Gouges », « Méridiane Énergie »."""
    first, _, rest = name.partition(" ")
    found = _WITH_ARTICLE.get(first.lower()) if rest else None
    return f"{found} {rest}" if found else name
