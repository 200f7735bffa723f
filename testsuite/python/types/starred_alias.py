"""Copies of starred aliases; struct sequences with fields by name; lengths that fail; codecs whose handlers change the input."""

import codecs
import copy
import io
import pickle
import time

starred = next(iter(tuple[int, str]))
print(starred, copy.copy(starred) == starred, copy.deepcopy(starred) == starred)
print(pickle.loads(pickle.dumps(starred)), starred.__reduce__()[0], iter(list[int]).__reduce__())
iterator = iter(list[int])
print(next(iterator), next(iterator, None), iterator.__reduce__())


def attempt(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except Exception as error:
        print(type(error).__name__, error)


attempt(time.struct_time, "123456789", {"tm_zone": "zone"})
attempt(time.struct_time, sequence=range(9), dict={"tm_gmtoff": 5})
attempt(time.struct_time, "123456789", dict=None)
attempt(time.struct_time, "123456789", {"tm_year": 0})
attempt(time.struct_time)


class Unknown:
    def __iter__(self):
        return iter(range(3))

    def __len__(self):
        raise RuntimeError("no length")


attempt(bytearray().extend, Unknown())
attempt([].extend, Unknown())


def change(error):
    error.object = b"\\u4242"
    return "", 0


codecs.register_error("change", change)
attempt(codecs.unicode_escape_decode, b"\\u1", "change")

for stream, state in (io.StringIO(), ("text", "\n", 0, None)), (io.BytesIO(), (b"text", 0, None)):
    stream.close()
    attempt(stream.__setstate__, state)
text = io.StringIO("abc")
text.seek(5)
print(text.write(""), repr(text.getvalue()), text.write("d"), repr(text.getvalue()))
compile("from .__future__ import barry_as_FLUFL\n1 != 2", "name", "exec")
