"""datetime: dates, times, deltas, zones, formatting, parsing."""

from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, timezone, tzinfo

d = date(2024, 2, 29)
print(
    d,
    repr(d),
    d + timedelta(1),
    d - date(2023, 12, 31),
    d.weekday(),
    d.isoweekday(),
    d.isocalendar(),
    d.toordinal(),
    date.fromordinal(738945),
    d.replace(year=2020),
    d.timetuple()[:8],
    d.ctime(),
    d.strftime("%A %d %B %y %j %U %W %w %a %b %%"),
    date.fromisoformat("2024-W09-4"),
    date.fromisocalendar(2024, 9, 4),
    date.min,
    date.max,
    date.resolution,
)
t = time(12, 34, 56, 789)
print(
    t,
    repr(t),
    t.isoformat("milliseconds"),
    t.replace(hour=1),
    time.fromisoformat("01:02:03.5"),
    time(0),
    bool(time(0)),
    time.min,
    time.max,
    t.strftime("%H|%I|%M|%S|%f|%p"),
)
dt = datetime(2024, 1, 31, 23, 59, 59, 999999)
print(
    dt,
    repr(dt),
    dt + timedelta(microseconds=1),
    dt.isoformat(" ", "minutes"),
    dt.date(),
    dt.time(),
    dt.replace(month=3),
    datetime.combine(d, t),
    dt.strftime("%Y-%m-%dT%H:%M:%S.%f"),
    f"{dt:%d/%m/%Y}",
)
print(
    datetime.strptime("2024-02-29 13:45", "%Y-%m-%d %H:%M"),
    datetime.strptime("Mon Jan  1 2024", "%a %b %d %Y"),
    datetime.strptime("+0530", "%z").tzinfo,
    datetime.strptime("12.5", "%S.%f"),
)
for text in (
    "2024-01-02",
    "2024-01-02T03:04",
    "20240102T030405",
    "2024-01-02T03:04:05Z",
    "2024-01-02 03:04:05.123456+05:30",
    "2024-W01-1T00:00",
):
    print(repr(datetime.fromisoformat(text)))
delta = timedelta(days=-1, hours=5, microseconds=7)
print(
    delta,
    repr(delta),
    delta.days,
    delta.seconds,
    delta.microseconds,
    delta.total_seconds(),
    abs(delta),
    -delta,
    delta * 2,
    delta / 2,
    delta // timedelta(hours=1),
    divmod(timedelta(hours=5), timedelta(hours=2)),
    timedelta(hours=5) % timedelta(hours=2),
    timedelta(1.5),
    timedelta(weeks=1),
    timedelta(milliseconds=1.0005),
    str(timedelta(days=100, seconds=1)),
    timedelta.max,
    timedelta.min,
    delta * 1.5,
)
east = timezone(timedelta(hours=5, minutes=30), "IST")
a = datetime(2024, 1, 1, 12, tzinfo=east)
print(
    a,
    a.astimezone(UTC),
    a.utcoffset(),
    a.tzname(),
    a.timestamp(),
    datetime.fromtimestamp(0, UTC),
    a == datetime(2024, 1, 1, 6, 30, tzinfo=UTC),
    a - datetime(2024, 1, 1, tzinfo=UTC),
    repr(east),
    timezone.utc,
    timezone(timedelta(0)),
    timezone(-timedelta(hours=3)),
    repr(timezone.utc),
    hash(a) == hash(a.astimezone(UTC)),
)


class Half(tzinfo):
    def utcoffset(self, dt):
        return timedelta(minutes=30)

    def dst(self, dt):
        return timedelta(0)

    def tzname(self, dt):
        return "HALF"


h = datetime(2024, 6, 1, tzinfo=Half())
print(h, h.strftime("%z %Z"), h.astimezone(UTC), h.utctimetuple()[:6], h.isoformat())
for bad in (
    lambda: date(2024, 2, 30),
    lambda: date(0, 1, 1),
    lambda: date(2024, 13, 1),
    lambda: time(24),
    lambda: datetime(2024, 1, 1, 0, 60),
    lambda: timedelta(days=10**10),
    lambda: date.max + timedelta(1),
    lambda: d < dt,
    lambda: d < 5,
    lambda: a < dt,
    lambda: a - dt,
    lambda: d + 5,
    lambda: date.fromisoformat("2024-1-1"),
    lambda: datetime.fromisoformat("x"),
    lambda: datetime.strptime("x", "%Y"),
    lambda: datetime.strptime("2024 x", "%Y"),
    lambda: datetime.strptime("31/02/2024", "%d/%m/%Y"),
    lambda: timezone(timedelta(hours=25)),
    lambda: timezone(5),
    lambda: timedelta("x"),
    lambda: date("x", 1, 1),
    lambda: date(2024, 1),
    lambda: timedelta(1) / 0,
    lambda: date.fromordinal(0),
    lambda: datetime(2024, 1, 1, tzinfo=5),
    lambda: datetime.fromtimestamp(1e20, UTC),
    lambda: date(2024, 2, 29).replace(year=2023),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(
    d == dt,
    date(2024, 1, 31) == dt.date(),
    sorted([date(2024, 3, 1), date(2023, 1, 1)]),
    hash(d) == hash(date(2024, 2, 29)),
    d in {date(2024, 2, 29)},
    MAXYEAR,
    dt.fold,
    datetime(2024, 1, 1, fold=1),
    max(timedelta(1), timedelta(2)),
    sum([timedelta(1), timedelta(2)], timedelta()),
)
import pickle

print(
    pickle.loads(pickle.dumps(a)) == a,
    pickle.loads(pickle.dumps(delta)) == delta,
    datetime.fromtimestamp(1.5, UTC),
    datetime(1970, 1, 1, tzinfo=UTC).timestamp(),
    datetime(2000, 1, 1).strftime("%-d|%e|%s" if False else "%d"),
    datetime(9, 1, 1).strftime("%Y"),
    datetime(1, 1, 1).isoformat(),
)
from zoneinfo import ZoneInfo

z = datetime(2024, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
print(
    z,
    z.tzname(),
    z.utcoffset(),
    z.astimezone(ZoneInfo("America/New_York")),
    z.replace(month=1).utcoffset(),
    repr(z.tzinfo),
    datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")).utcoffset(),
)
