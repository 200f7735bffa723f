"""zoneinfo: native zones, their caches, and files that are read directly."""

import copy
import gc
import io
import pickle
import struct
import weakref
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def tzif(rule, transitions=(), offsets=((0, 0, "UTC"),)):
    """A file of version 2: times with indices of offsets, offsets with summer flags and names, a rule."""
    names, starts = b"", []
    for _, _, name in offsets:
        starts.append(len(names))
        names += name.encode() + b"\0"
    blocks = b""
    for kind in "lq":
        head = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, len(transitions), len(offsets), len(names))
        times = struct.pack(f">{len(transitions)}{kind}", *(when for when, _ in transitions))
        indices = bytes(index for _, index in transitions)
        infos = b"".join(struct.pack(">lbb", o, d, s) for (o, d, _), s in zip(offsets, starts))
        blocks += head + times + indices + infos + names
    return io.BytesIO(blocks + b"\n" + rule.encode() + b"\n")


def show(zone, *moments):
    for moment in moments:
        local = moment.replace(tzinfo=zone)
        print(moment, moment.fold, local.utcoffset(), local.dst(), local.tzname(), end=" | ")
    print()


berlin = ZoneInfo("Europe/Berlin")
print(repr(berlin), str(berlin), berlin.key)
print(berlin is ZoneInfo("Europe/Berlin"), berlin is ZoneInfo(key="Europe/Berlin"))
show(berlin, datetime(2024, 1, 1), datetime(2024, 7, 1), datetime(1900, 1, 1), datetime(2100, 7, 1))
show(berlin, datetime(2024, 3, 31, 2, 30), datetime(2024, 3, 31, 2, 30, fold=1))
show(berlin, datetime(2024, 10, 27, 2, 30), datetime(2024, 10, 27, 2, 30, fold=1))
for hour in range(4):
    local = datetime(2024, 10, 26, 22 + hour % 2, 30, tzinfo=UTC) + timedelta(hours=hour)
    print(local.astimezone(berlin), local.astimezone(berlin).fold, end=" ")
print()
print(time(12, tzinfo=berlin), time(12, tzinfo=ZoneInfo("UTC")))
print(berlin.utcoffset(None), ZoneInfo("UTC").utcoffset(None))

own = ZoneInfo.no_cache("Europe/Berlin")
print(own is berlin, own == berlin)
print(pickle.loads(pickle.dumps(berlin)) is berlin, pickle.loads(pickle.dumps(own)) is own)
print(copy.copy(berlin) is berlin, copy.deepcopy(berlin) is berlin)
ZoneInfo.clear_cache(only_keys=["Europe/Paris"])
print(ZoneInfo("Europe/Berlin") is berlin)
ZoneInfo.clear_cache(only_keys=iter(["Europe/Berlin"]))
print(ZoneInfo("Europe/Berlin") is berlin)
ZoneInfo.clear_cache()
print(ZoneInfo("Europe/Berlin") is berlin)


class Zone(ZoneInfo):
    def fromutc(self, moment):
        return super().fromutc(moment).replace(second=59)


paris = Zone("Europe/Paris")
print(repr(paris), paris is Zone("Europe/Paris"), Zone._weak_cache["Europe/Paris"] is paris)
print(datetime(2024, 7, 1, tzinfo=UTC).astimezone(paris))
reference = weakref.ref(paris)
del paris
gc.collect()
print(reference() is None, dict(Zone._weak_cache))


class Moment(datetime):
    pass


late = Moment(2024, 10, 27, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))
print(repr(late.tzinfo.fromutc(late)), late.tzinfo.fromutc(late).fold)

made = ZoneInfo.from_file(tzif("AAA3BBB2,M3.2.0/0,M11.1.0/3"), key="made")
print(repr(made), str(made))
show(made, datetime(2024, 3, 10, 0, 30), datetime(2024, 11, 3, 2, 30), datetime(2024, 11, 3, 2, 30, fold=1))
changes = ((0, 1), (10_000_000, 0), (20_000_000, 1))
show(
    ZoneInfo.from_file(tzif("", changes, ((3600, 0, "STD"), (7200, 1, "SUM"))), "changes"),
    datetime(1969, 1, 1),
    datetime(1970, 1, 2),
    datetime(1970, 5, 1),
    datetime(1971, 1, 1),
)
days = ZoneInfo.from_file(tzif("<-03>3<-02>,J60/-1,J300/25"), "days")
show(days, datetime(2024, 2, 29, 23, 30), datetime(2024, 10, 28))

for wrong in (
    lambda: ZoneInfo(),
    lambda: ZoneInfo("Nowhere/Atall"),
    lambda: ZoneInfo("../zoneinfo/UTC"),
    lambda: ZoneInfo("a\0b"),
    lambda: ZoneInfo.from_file(io.BytesIO(b"no zone")),
    lambda: ZoneInfo.from_file(tzif("AAA4BBB")),
    lambda: ZoneInfo.from_file(tzif("AAA4BBB,M13.1.0,M1.1.0")),
    lambda: ZoneInfo.from_file(tzif("A\u00e94")),
    lambda: pickle.dumps(made),
    lambda: berlin.fromutc(1),
    lambda: berlin.fromutc(datetime(2024, 1, 1)),
    lambda: berlin.utcoffset(date(2024, 1, 1)),
    lambda: setattr(berlin, "key", "x"),
    lambda: ZoneInfo.clear_cache(only_keys=3),
):
    try:
        print(wrong())
    except Exception as error:
        print(type(error).__name__, error)
print(len(zoneinfo.available_timezones()) > 400, "Europe/Berlin" in zoneinfo.available_timezones())
