# The fields of a struct sequence are members of its class.

import os
import sys
import time
import types

field = time.struct_time.tm_year
print(type(field), field, field.__name__, field.__objclass__, field.__doc__)
print(os.stat_result.st_atime_ns, type(sys.float_info).max.__doc__)
now = time.gmtime(0)
print(field.__get__(now), field.__get__(None, time.struct_time) is field)
for receiver in ((1, 2), 3, os.stat("/")):
    try:
        field.__get__(receiver)
    except TypeError as error:
        print(error)
for change in (lambda: field.__set__(now, 3), lambda: setattr(now, "tm_year", 1), lambda: delattr(now, "tm_year")):
    try:
        change()
    except AttributeError as error:
        print(error)

for kind in (time.struct_time, os.stat_result, type(sys.flags), type(sys.version_info)):
    print(kind.__name__, kind.__basicsize__, kind.n_fields, kind.n_sequence_fields, kind.n_unnamed_fields)
print(sys.getsizeof(now), sys.getsizeof(os.stat("/")))
print(now.__reduce__()[1][1], time.struct_time(now) == now)
print(time.struct_time.__match_args__)

# A union is of the module of its class.
print((int | str).__module__)
try:
    (int | str).__name__
except AttributeError as error:
    print(error)

# A namespace takes keywords that are text only.
for arguments in (lambda: types.SimpleNamespace(**{1: 2}), lambda: types.SimpleNamespace({1: 2})):
    try:
        arguments()
    except TypeError as error:
        print(error)
