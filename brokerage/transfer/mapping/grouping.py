"""Recognises rows about the same organisation: by UAI or SIRET, then e-mail, then name and town.

What must stay apart stays apart: two different UAIs (a lycée and its section d'enseignement professionnel share
name and town), two SIRETs (two establishments of one company).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extract

from brokerage.reference.schools import school
from brokerage.transfer.mapping.directory import likely_schools
from brokerage.transfer.mapping.names import SCHOOLS, core_of, kinds_agree, town_key
from brokerage.transfer.mapping.parsed import Issue, Organisation, ParsedRow

_CLOSE = 90  # likeness of two names, out of 100, to be one name with a slip of the finger
_LONG_ENOUGH = 6  # letters of a name before a slip may be supposed in it
_CROWD = 600  # names of one town beyond which only equal ones are looked for
_SECTIONS = frozenset(("SEP", "SGT"))
_VAGUE = frozenset(("", "LYCEE"))


@dataclass(frozen=True)
class _Key:
    """What of a row counts in comparing."""

    uai: str | None
    siret: str | None
    siren: str | None
    kind: str
    core: str
    town: str
    postcode: str | None
    emails: frozenset[str]
    likely: frozenset[str]


def _one(code: str | None) -> set[str]:
    return {code} if code else set()


class _Clusters:
    """Rows joined into clusters; each knows the identifiers in it, so that a join can be refused."""

    def __init__(self, keys: Sequence[_Key]) -> None:
        self.parent = list(range(len(keys)))
        self.uais = [_one(key.uai) for key in keys]
        self.sirets = [_one(key.siret) for key in keys]
        self.sirens = [_one(key.siren) for key in keys]
        self.kinds = [{key.kind} - _VAGUE for key in keys]
        self.likely = [set(key.likely) for key in keys]

    def of(self, at: int) -> int:
        """The row that stands for the cluster of row `at`."""
        while self.parent[at] != at:
            self.parent[at] = self.parent[self.parent[at]]
            at = self.parent[at]
        return at

    def may_join(self, a: int, b: int) -> bool:
        """Whether nothing says that the clusters of two rows are different organisations."""
        a, b = self.of(a), self.of(b)
        for known in (self.uais, self.sirets, self.sirens):
            if known[a] and known[b] and not known[a] & known[b]:
                return False
        if self._contradicted(a, b) or self._contradicted(b, a):
            return False
        sections = (self.kinds[a] & _SECTIONS, self.kinds[b] & _SECTIONS)
        return sections[0] == sections[1] or bool(self.uais[a] & self.uais[b])

    def _contradicted(self, a: int, b: int) -> bool:
        """Whether the directory says that a row without UAI means other schools than those of a cluster."""
        meant, known = self.likely[a], {code for code in self.uais[b] if school(code)} or self.likely[b]
        return bool(meant and known) and not meant & known

    def is_identified(self, at: int) -> bool:
        """Whether the cluster of a row has a UAI or a SIRET."""
        return bool(self.uais[self.of(at)] or self.sirets[self.of(at)])

    def is_of_kind(self, at: int, kind: str) -> bool:
        """Whether a cluster tells exactly this kind; a vague one fits a cluster that tells none."""
        kinds = self.kinds[self.of(at)]
        return kind in kinds or (kind in _VAGUE and not kinds)

    def join(self, a: int, b: int) -> None:
        """Makes one cluster of two, if they may join."""
        first, second = sorted((self.of(a), self.of(b)))
        if first != second and self.may_join(first, second):
            self.parent[second] = first
            for known in (self.uais, self.sirets, self.sirens, self.kinds, self.likely):
                known[first] |= known[second]


def grouped(rows: Iterable[ParsedRow]) -> list[ParsedRow]:
    """The rows with `org_group` filled: equal for rows of one organisation, "" for skipped rows.

    A row that fits several organisations equally well is left alone and says so (`same_name_unclear`).
    """
    rows = list(rows)
    data = [at for at, row in enumerate(rows) if row.action == "import"]
    keys = [_key(rows[at]) for at in data]
    clusters = _Clusters(keys)
    _by_identifier(keys, clusters)
    _by_email(keys, clusters)
    unclear = _by_name(keys, clusters)
    for place, at in enumerate(data):
        rows[at] = _placed(rows[at], _group_name(rows[data[clusters.of(place)]]), place in unclear)
    return rows


def _placed(row: ParsedRow, group: str, unclear: bool) -> ParsedRow:
    doubt = Issue("same_name_unclear")
    more = (doubt,) if unclear and doubt not in row.issues else ()
    return replace(row, org_group=group, issues=row.issues + more)


def _group_name(first: ParsedRow) -> str:
    return f"{first.sheet or ''}:{first.number}"


def _key(row: ParsedRow) -> _Key:
    it: Organisation = row.organisation
    return _Key(
        it.uai,
        it.siret,
        it.siren,
        it.kind,
        core_of(it.name, it.town, it.kind),
        town_key(it.town),
        it.postcode,
        frozenset(person.email for person in row.contacts if person.email),
        _likely(it),
    )


def _likely(it: Organisation) -> frozenset[str]:
    if it.uai or not it.town or it.network == "corporate" or (it.kind and it.kind not in SCHOOLS):
        return frozenset()
    return frozenset(known.uai for known in likely_schools(it.name, it.town, it.postcode))


def _by_identifier(keys: Sequence[_Key], clusters: _Clusters) -> None:
    first: dict[str, int] = {}
    for at, key in enumerate(keys):
        for code in (key.uai, key.siret):
            if code:
                clusters.join(first.setdefault(code, at), at)


def _by_email(keys: Sequence[_Key], clusters: _Clusters) -> None:
    """The same address is the same organisation, unless both name and town differ: people move, offices share."""
    holders: dict[str, list[int]] = defaultdict(list)
    for at, key in enumerate(keys):
        for address in key.emails:
            holders[address].append(at)
    for places in holders.values():
        for at in places[1:]:
            if _alike(keys[places[0]], keys[at]):
                clusters.join(places[0], at)


def _alike(a: _Key, b: _Key) -> bool:
    if not a.core or not b.core:
        return True
    names = ratio(a.core, b.core)
    return names >= _CLOSE or (names >= 60 and _same_place(a, b)) or _contains(a.core, b.core)


def _contains(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    return len(short) >= 5 and short in long


def _same_place(a: _Key, b: _Key) -> bool:
    return bool(a.town and a.town == b.town) or bool(a.postcode and a.postcode == b.postcode)


def _by_name(keys: Sequence[_Key], clusters: _Clusters) -> set[int]:
    """Joins rows by name and town, those with an identifier and a precise kind first; returns the rows left in doubt."""
    unclear: set[int] = set()
    for cores in _neighbourhoods(keys):
        heads = {core: _identified(places, keys, clusters) for core, places in cores.items()}
        for core, places in cores.items():
            near = _like(core, cores)
            for at in sorted(places, key=lambda place: (keys[place].kind in _VAGUE, place)):
                options = {clusters.of(head): kinds for name in near for head, kinds in heads[name].items()}
                _join_best(at, options, keys, clusters, unclear)
                heads[core].setdefault(clusters.of(at), set()).add(keys[at].kind)
    return unclear


def _identified(places: Iterable[int], keys: Sequence[_Key], clusters: _Clusters) -> dict[int, set[str]]:
    """The clusters with an identifier among some rows, and the kinds these rows tell."""
    heads: dict[int, set[str]] = {}
    for at in places:
        if clusters.is_identified(at):
            heads.setdefault(clusters.of(at), set()).add(keys[at].kind)
    return heads


def _neighbourhoods(keys: Sequence[_Key]) -> list[dict[str, list[int]]]:
    """Rows by town, then by name; those without a town by postcode, else by name alone."""
    towns: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, key in enumerate(keys):
        if key.core:
            towns[key.town or key.postcode or f"?{key.core}"][key.core].append(at)
    return list(towns.values())


def _like(core: str, cores: Mapping[str, object]) -> list[str]:
    """The names of a town equal to one or a slip of the finger away from it: numbers in them must be the same."""
    if len(core) < _LONG_ENOUGH or len(cores) > _CROWD:
        return [core]
    close = extract(core, list(cores), scorer=ratio, score_cutoff=_CLOSE, limit=None)
    return [name for name, _, _ in close if name == core or (len(name) >= _LONG_ENOUGH and _digits(name) == _digits(core))]


def _join_best(at: int, options: dict[int, set[str]], keys: Sequence[_Key], clusters: _Clusters, unclear: set[int]) -> None:
    """Joins a row with the one cluster of its town that bears its name; `options` are those and the kinds they tell."""
    mine = clusters.of(at)
    if len(options) > _CROWD:
        return
    kind = keys[at].kind
    fits = [head for head, kinds in options.items() if head != mine and all(kinds_agree(kind, other) for other in kinds)]
    fits = [head for head in fits if clusters.may_join(mine, head)]
    if len(fits) > 1:
        fits = [head for head in fits if clusters.is_of_kind(head, kind)] or fits
    if len(fits) > 1 and sum(map(clusters.is_identified, fits)) > 1:
        unclear.add(at)
        return
    for head in fits:
        clusters.join(at, head)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
