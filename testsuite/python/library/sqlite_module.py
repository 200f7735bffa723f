"""sqlite3: tables, types, transactions, functions, errors."""

import datetime
import sqlite3

c = sqlite3.connect(":memory:")
c.execute("create table t (id integer primary key, name text not null, price real, data blob, unique(name))")
cur = c.cursor()
cur.execute("insert into t values (?, ?, ?, ?)", (1, "one", 1.5, b"\x00\x01"))
cur.executemany(
    "insert into t (name, price) values (:name, :price)",
    [{"name": "two", "price": None}, {"name": "thrée", "price": 3}],
)
print(cur.rowcount, cur.lastrowid, c.total_changes, c.in_transaction)
c.commit()
print(
    list(c.execute("select * from t order by id")),
    c.execute("select count(*), sum(price), max(name) from t").fetchone(),
    [d[0] for d in c.execute("select id as x, name from t").description],
)
rows = c.execute("select name from t order by id")
print(rows.fetchone(), rows.fetchmany(1), rows.fetchall(), rows.fetchone())
c.row_factory = sqlite3.Row
row = c.execute("select * from t where id = 1").fetchone()
print(row["name"], row[2], row.keys(), len(row), tuple(row), dict(row), row == row)
try:
    with c:
        c.execute("insert into t (name) values ('four')")
        c.execute("insert into t (name) values ('one')")
except sqlite3.IntegrityError as e:
    print(e, e.sqlite_errorname)
print(c.execute("select count(*) from t").fetchone()[0])
c.row_factory = None
c.create_function("double", 1, lambda x: x * 2, deterministic=True)


class Joined:
    def __init__(self):
        self.items = []

    def step(self, value):
        self.items.append(str(value))

    def finalize(self):
        return "+".join(self.items)


c.create_aggregate("joined", 1, Joined)
c.create_collation("reverse", lambda a, b: (a < b) - (a > b))
print(
    c.execute("select double(21), double('ab')").fetchone(),
    c.execute("select joined(name) from (select name from t order by id)").fetchone(),
    [r[0] for r in c.execute("select name from t order by name collate reverse")],
)
for sql, args in (
    ("select * from nope", ()),
    ("selec 1", ()),
    ("select ?", ()),
    ("select ?", (1, 2)),
    ("select :a", {}),
    ("insert into t (name) values (null)", ()),
    ("select ?", ([],)),
    ("select 1; select 2", ()),
    ("select double(1, 2)", ()),
    ("select ?", (2**70,)),
    ("create table t (x)", ()),
    ("select * from t where", ()),
):
    try:
        print(c.execute(sql, args).fetchall())
    except Exception as e:
        print(type(e).__name__, e)
c.create_function("bad", 0, lambda: 1 / 0)
try:
    c.execute("select bad()").fetchall()
except sqlite3.OperationalError as e:
    print(e)
c.executescript(
    "create table s (a); insert into s values (1); insert into s values (2); create view v as select a * 10 as b from s;"
)
print(
    c.execute("select b from v").fetchall(),
    list(c.iterdump())[:3],
    c.execute("select typeof(1), typeof('a'), typeof(null), typeof(1.5), typeof(x'00')").fetchone(),
)
c.execute("savepoint p")
c.execute("delete from s")
c.execute("rollback to p")
print(c.execute("select count(*) from s").fetchone(), c.isolation_level)
c.rollback()
p = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES)
sqlite3.register_adapter(complex, str)
sqlite3.register_converter("complex", lambda b: complex(b.decode()))
p.execute("create table z (c complex, b bool)")
p.execute("insert into z values (?, ?)", (1 + 2j, True))
print(p.execute("select c, b from z").fetchone(), p.execute("select '3j' as 'x [complex]'").fetchone())
for size in (1, 100):
    p.execute("create table if not exists n (i integer, t text)")
    p.executemany("insert into n values (?, ?)", ((i, f"row {i}") for i in range(size)))
print(
    p.execute("select count(*), sum(i), group_concat(i) from n where i < 5").fetchone(),
    p.execute(
        "with recursive f(n, a) as (select 1, 1 union all select n + 1, a * (n + 1) from f where n < 10) select a from f order by n desc limit 1"
    ).fetchone(),
    p.execute("select rank() over (order by i desc), i from n limit 2").fetchall(),
    p.execute("select json_extract('{\"a\": [1, 2]}', '$.a[1]')").fetchone(),
)
backup = sqlite3.connect(":memory:")
p.commit()
p.backup(backup)
print(backup.execute("select count(*) from n").fetchone(), len(backup.serialize()) > 0)
seen = []
backup.set_trace_callback(seen.append)
backup.execute("select 1")
print(seen)
c.close()
try:
    c.execute("select 1")
except sqlite3.ProgrammingError as e:
    print(e)
b = (
    backup.execute("create table blobs (b blob)")
    and backup.execute("insert into blobs values (zeroblob(5))")
    and backup.blobopen("blobs", "b", 1)
)
b.write(b"hi")
b[4] = 255
b.seek(0)
print(
    b.read(),
    len(b),
    sqlite3.threadsafety,
    sqlite3.paramstyle,
    sqlite3.apilevel,
    sqlite3.complete_statement("select 1;"),
    datetime.date.min.year,
)
b.close()
