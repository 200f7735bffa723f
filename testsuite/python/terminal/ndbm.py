"""Databases of the ndbm interface."""

import _dbm
import dbm.ndbm
import os
import tempfile


def attempt(function, *args):
    try:
        print(repr(function(*args)))
    except Exception as error:
        print(type(error).__name__, error)


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "data")
    with _dbm.open(path, "c") as db:
        print(bool(db), len(db), db.keys())
        db["key"] = "wert ü"
        db[b"other\0"] = b"\0\1"
        db["gone"] = b"x"
        del db["gone"]
        print(bool(db), len(db), sorted(db.keys()), db["key"], db[b"other\0"], "key" in db, b"no" in db)
        print(
            db.get("key"), db.get("no"), db.get("no", 5), db.setdefault("new"), db.setdefault("new", b"late")
        )
        print(db.setdefault("newer", "text"), db["newer"])
        attempt(lambda: db["no"])
        attempt(lambda: db.__delitem__("no"))
        attempt(lambda: db[5])
        attempt(db.__setitem__, 5, "x")
        attempt(db.__setitem__, "x", 5)
        attempt(db.__setitem__, "x", bytearray(b"x"))
        attempt(db.get, bytearray(b"key"))
        attempt(lambda: 5 in db)
        attempt(db.get, 5)
        attempt(db.setdefault, "again", 5)
        attempt(len, db)
    attempt(len, db)
    attempt(bool, db)
    attempt(db.keys)
    attempt(lambda: db["key"])
    attempt(lambda: "key" in db)
    attempt(db.close)
    with _dbm.open(path) as db:
        print(len(db))
        attempt(db.__setitem__, "x", "y")
        attempt(db.__delitem__, "key")
    with _dbm.open(os.fsencode(path), "w", 0o600) as db:
        db.clear()
        print(len(db), bool(db))
    attempt(_dbm.open, path, "x")
    attempt(_dbm.open, path, b"r")
    attempt(_dbm.open, 5)
    try:
        _dbm.open("/no/such/folder/data")
    except _dbm.error as error:
        print(type(error), error.errno, error.filename, isinstance(error, OSError))
    attempt(type(db))
    print(_dbm.error is dbm.ndbm.error, type(_dbm.library))
