"""gzip, bz2, lzma, zipfile, tarfile."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

data = b"".join(b"line %d of some text\n" % i for i in range(500))
for module in (gzip, bz2, lzma):
    packed = module.compress(data)
    print(
        module.__name__,
        module.decompress(packed) == data,
        len(packed) < len(data) // 4,
        module.decompress(module.compress(b"")),
        module.decompress(packed + module.compress(b"!"))[-1:],
    )
    f = io.BytesIO()
    with module.open(f, "wt", encoding="utf-8") as t:
        t.write("first\nsecond é\n")
    f.seek(0)
    with module.open(f, "rt", encoding="utf-8") as t:
        print(t.readline(), t.read(), end="")
    for bad in (
        lambda: module.decompress(b"garbage here"),
        lambda: module.decompress(packed[:-10]),
        lambda: module.open(io.BytesIO(), "q"),
    ):
        try:
            print(bad())
        except Exception as e:
            print(type(e).__name__, e)
d = bz2.BZ2Decompressor()
packed = bz2.compress(data, 1) + b"tail"
out = d.decompress(packed, max_length=100)
print(len(out), d.needs_input, d.eof, len(out + d.decompress(b"")) == len(data), d.unused_data)
x = lzma.compress(data, format=lzma.FORMAT_ALONE)
print(
    lzma.decompress(x) == data,
    lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}]).decompress(
        lzma.compress(b"raw", lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}])
    ),
    lzma.is_check_supported(lzma.CHECK_CRC64),
    lzma.decompress(lzma.compress(b"x", preset=9 | lzma.PRESET_EXTREME)),
    lzma.LZMACompressor().compress(b"")[:6],
)
g = gzip.GzipFile(fileobj=(f := io.BytesIO()), mode="wb", mtime=0, filename="n")
g.write(b"hello ")
g.write(b"world")
g.close()
print(
    f.getvalue()[:10], gzip.decompress(f.getvalue()), gzip.GzipFile(fileobj=io.BytesIO(f.getvalue())).read(5)
)
z = io.BytesIO()
with zipfile.ZipFile(z, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("a.txt", "alpha" * 100)
    archive.writestr(zipfile.ZipInfo("dir/b.txt", (2024, 1, 2, 3, 4, 6)), b"beta")
    with archive.open("c.bin", "w") as member:
        member.write(b"\x00" * 10)
with zipfile.ZipFile(z, "a") as archive:
    archive.writestr("stored", "s", zipfile.ZIP_STORED)
    archive.comment = b"a comment"
with zipfile.ZipFile(z) as archive:
    print(
        archive.namelist(),
        archive.read("dir/b.txt"),
        archive.getinfo("a.txt").file_size,
        archive.getinfo("a.txt").compress_size,
        archive.testzip(),
        archive.comment,
        archive.getinfo("dir/b.txt").date_time,
        archive.open("a.txt").read(7),
        zipfile.is_zipfile(z),
    )
    print(
        sorted(p.name for p in zipfile.Path(archive).iterdir()),
        zipfile.Path(archive, "dir/b.txt").read_text(),
    )
    for bad in (
        lambda: archive.read("nope"),
        lambda: zipfile.ZipFile(io.BytesIO(b"not a zip")),
        lambda: archive.writestr("x", "y"),
        lambda: zipfile.ZipFile(z, "q"),
    ):
        try:
            print(bad())
        except Exception as e:
            print(type(e).__name__, e)
for mode in ("w", "w:gz", "w:xz", "w:bz2"):
    t = io.BytesIO()
    with tarfile.open(fileobj=t, mode=mode) as archive:
        for name, content in (("one.txt", b"1" * 20), ("d/two.txt", b"22"), ("é" * 60, b"long name")):
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(content), 1700000000, 0o600
            archive.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "one.txt"
        archive.addfile(link)
    t.seek(0)
    with tarfile.open(fileobj=t) as archive:
        print(
            mode,
            [(m.name[:10], m.size, m.isfile(), m.issym()) for m in archive],
            archive.extractfile("d/two.txt").read(),
            oct(archive.getmember("one.txt").mode),
        )
try:
    tarfile.open(fileobj=io.BytesIO(b"x" * 600))
except tarfile.ReadError as e:
    print(str(e).splitlines()[0])
