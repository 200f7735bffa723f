"""csv: readers, writers, dialects, sniffing."""

import csv
import io

text = 'name,quote,number\r\n"Smith, J","He said ""hi""",1.5\r\n"multi\nline",,3\r\nplain,x y, z\r\n'
for row in csv.reader(io.StringIO(text, newline="")):
    print(row)
for row in csv.DictReader(io.StringIO("a,b\n1,2\n3\n4,5,6\n")):
    print(row)
out = io.StringIO()
w = csv.writer(out)
w.writerow(["a", 1, 2.5, None, "with,comma", 'with"quote', "with\nnewline", " space", ""])
w.writerows([[], [""], ["x"]])
print(repr(out.getvalue()))
for quoting in (csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC, csv.QUOTE_STRINGS, csv.QUOTE_NOTNULL):
    out = io.StringIO()
    csv.writer(out, quoting=quoting, delimiter=";", lineterminator="\n").writerow(["a", 1, None, "b;c", 1.5])
    print(quoting, out.getvalue(), end="")
out = io.StringIO()
csv.writer(out, quoting=csv.QUOTE_NONE, escapechar="\\").writerow(["a,b", 'c"d', "e\\f"])
print(out.getvalue(), end="")
d = csv.DictWriter(out := io.StringIO(), ["x", "y"], restval="-", extrasaction="ignore", lineterminator="|")
d.writeheader()
d.writerow({"x": 1, "z": 2})
print(out.getvalue())
try:
    csv.DictWriter(io.StringIO(), ["x"]).writerow({"y": 1})
except ValueError as e:
    print(e)
print(
    list(csv.reader(["a b  c"], delimiter=" ")),
    list(csv.reader(["a b  c"], delimiter=" ", skipinitialspace=True)),
    list(csv.reader(["'a,b',c"], quotechar="'")),
    list(csv.reader(['1,2.5,"x"'], quoting=csv.QUOTE_NONNUMERIC)),
    list(csv.reader(["a\\,b,c"], escapechar="\\")),
    list(csv.reader(['"a"x,b'])),
)
print(csv.list_dialects(), csv.get_dialect("excel-tab").delimiter.encode(), csv.field_size_limit())
csv.register_dialect("pipes", delimiter="|", quoting=csv.QUOTE_ALL, lineterminator="\n")
csv.writer(out := io.StringIO(), "pipes").writerow([1, "a|b"])
print(out.getvalue(), list(csv.reader(["a|b"], "pipes")))
dialect = csv.Sniffer().sniff("a;b;c\n1;2;3\n4;5;6\n")
print(dialect.delimiter, csv.Sniffer().has_header("name,age\nbob,5\nann,6\n"))
for bad in (
    lambda: csv.reader([], delimiter="ab"),
    lambda: csv.reader([], dialect="nope"),
    lambda: list(csv.reader(['"a'], strict=True)),
    lambda: csv.writer(5),
    lambda: csv.writer(io.StringIO()).writerow(5),
    lambda: list(csv.reader([b"a"])),
    lambda: csv.writer(io.StringIO(), quoting=csv.QUOTE_NONE).writerow(["a,b"]),
    lambda: csv.reader([], quotechar=""),
    lambda: csv.reader([], nothing=1),
    lambda: list(csv.reader(['"a"b'], strict=True)),
    lambda: csv.reader([], quoting=99),
):
    try:
        print(bad())
    except (csv.Error, TypeError) as e:
        print(type(e).__name__, e)
r = csv.reader(["a", "b\n", '"c', 'd"'])
print([(row, r.line_num) for row in r], r.dialect.delimiter)
