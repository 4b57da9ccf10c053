"""Rounds of requests, floor and application in turn, so that whatever else the machine does weighs on both."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from tests.bench.addresses import Page
from tests.bench.copying import Session
from tests.bench.serving import Answer, Server, cpu_of

Headers = Mapping[str, str]
WARMING = 12  # visits of each page and worker first: statements are prepared at the fifth, caches are full


@dataclass
class Spent:
    """What one side used for one page: milliseconds a request, by round; on the wall, by request."""

    server: list[float] = field(default_factory=list)
    postgres: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    @property
    def p95(self) -> float:
        return quantiles(self.wall, n=20)[-1]


@dataclass(frozen=True)
class Measured:
    """A page beside its floor."""

    page: Page
    floor: Spent
    app: Spent

    @property
    def ratio(self) -> float:
        """How many floors of server CPU the page costs: the median over rounds, each compared with its neighbour."""
        return median(mine / bare for mine, bare in zip(self.app.server, self.floor.server, strict=True))


@dataclass(frozen=True)
class Side:
    """One of the two servers, as one asks it."""

    server: Server
    headers: Headers
    role: str
    path: Callable[[Page], str]

    def warm(self, pages: Iterable[Page]) -> None:
        """Let every worker see every page."""
        for page in pages:
            for visit in range(WARMING * len(self.server.lines)):
                self.get(page, visit)

    def get(self, page: Page, worker: int) -> Answer:
        answer = self.server.get(self.path(page), self.headers, worker)
        assert answer.status == 200, f"{page.name} at {self.path(page)}: {answer.status}"
        return answer


def measured(pages: Sequence[Page], floor: Side, app: Side, session: Session, rounds: int, batch: int) -> list[Measured]:
    """`rounds` times, `batch` requests of each page to each side, one at a time."""
    found = {page.name: Measured(page, Spent(), Spent()) for page in pages}
    for n in range(rounds):
        for page in pages:
            pairs = [(floor, found[page.name].floor), (app, found[page.name].app)]
            for side, spent in pairs if n % 2 else reversed(pairs):
                _spend(side, page, spent, session, n, batch)
    return list(found.values())


def _spend(side: Side, page: Page, spent: Spent, session: Session, worker: int, batch: int) -> None:
    backends, before = _backends(session, side.role), side.server.cpu()
    answers = [side.get(page, worker) for _ in range(batch)]
    spent.server.append((side.server.cpu() - before) * 1000 / batch)
    spent.postgres.append(sum(cpu - backends.get(pid, 0.0) for pid, cpu in _backends(session, side.role).items()) * 1000 / batch)
    spent.wall += [answer.took for answer in answers]


def _backends(session: Session, role: str) -> dict[int, float]:
    """The PostgreSQL processes that serve this role here, and what each has used."""
    asked = "SELECT pid FROM pg_stat_activity WHERE usename = %s AND datname = current_database() AND backend_type = 'client backend'"
    return {row[0]: cpu_of(row[0]) for row in session.execute(asked, [role])}
