"""The school year 2025-2026 typed by hand from the official calendars: nothing here asks the product what day it is."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
PARIS = ZoneInfo("Europe/Paris")
CLOCKS = {
    "971": "America/Guadeloupe", "972": "America/Martinique", "973": "America/Cayenne",
    "974": "Indian/Reunion", "976": "Indian/Mayotte",
}  # fmt: skip


def days(*written):
    """« 24/12 »: of 2025 from September on, else of 2026."""
    split = [tuple(map(int, one.split("/"))) for one in written]
    return {date(2025 if month >= 9 else 2026, month, day) for day, month in split}


def span(first, last):
    [start], [end] = days(first), days(last)
    return {start + DAY * n for n in range((end - start).days + 1)}


HOLIDAYS = days("1/11", "11/11", "25/12", "1/1", "6/4", "1/5", "8/5", "14/5", "25/5", "14/7", "15/8")
OF_THE_PLACE = {
    "67": days("26/12", "3/4"),
    "971": days("12/3", "3/4", "27/5", "21/7"),
    "972": days("22/5", "21/7"),
    "973": days("10/6"),
    "974": days("20/12"),
    "976": days("27/4"),
}
EVES = days("24/12", "31/12")
AUTUMN, CHRISTMAS, BRIDGE, SUMMER = span("18/10", "2/11"), span("20/12", "4/1"), days("15/5", "16/5"), span("4/7", "31/8")
EVERYWHERE = AUTUMN | CHRISTMAS | BRIDGE | SUMMER
SCHOOL = {
    "A": EVERYWHERE | span("7/2", "22/2") | span("4/4", "19/4"),
    "B": EVERYWHERE | span("14/2", "1/3") | span("11/4", "26/4"),
    "C": EVERYWHERE | span("21/2", "8/3") | span("18/4", "3/5"),
    None: span("10/7", "25/8"),  # overseas and Corsica have calendars of their own: only the summer is sure
}


@dataclass(frozen=True)
class Spot:
    """Where somebody is: département, school-holiday zone, and whether it is a school; months they wish to be left alone."""

    department: str = "75"
    zone: str | None = "C"
    school: bool = False
    quiet: tuple[int, ...] = ()

    @property
    def clock(self):
        return ZoneInfo(CLOCKS.get(self.department, "Europe/Paris"))

    def day(self, instant):
        return instant.astimezone(self.clock).date()

    def works(self, day):
        return day.weekday() < 5 and day not in HOLIDAYS | OF_THE_PLACE.get(self.department, set())

    def welcomes(self, day):
        """Whether an automatic letter may arrive on that day."""
        away = self.school and day in SCHOOL[self.zone]
        return self.works(day) and day not in EVES and not away and day.month not in self.quiet

    def after(self, day, working_days):
        """The n-th working day after a day; before it when n is negative."""
        step = DAY if working_days > 0 else -DAY
        for _ in range(abs(working_days)):
            day += step
            while not self.works(day):
                day += step
        return day

    def between(self, start, end):
        return sum(self.works(start + DAY * n) for n in range(1, (end - start).days + 1))

    def good(self, instant):
        """The first moment from then on at which it may arrive: 8:30 to 18:30 by the clock of the place."""
        local = instant.astimezone(self.clock)
        if self.welcomes(local.date()) and time(8, 30) <= local.time() < time(18, 30):
            return instant
        day = local.date() if local.time() < time(8, 30) else local.date() + DAY
        while not self.welcomes(day):
            day += DAY
        return self.at(day, 8, 30)

    def dawn(self, day):
        return self.at(day, 0)

    def at(self, day, hour, minute=0):
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.clock)


OFFICE = Spot()
