"""pathlib, tempfile, shutil, os, glob, io on real files."""

import glob
import io
import os
import shutil
import stat
import tempfile
from pathlib import Path, PurePosixPath, PureWindowsPath

p = PurePosixPath("/a/b/../c.tar.gz")
print(
    p.name,
    p.stem,
    p.suffix,
    p.suffixes,
    p.parent,
    list(map(str, p.parents)),
    p.parts,
    p.anchor,
    p / "x",
    p.with_name("n"),
    p.with_suffix(".zip"),
    p.with_stem("s"),
    p.is_absolute(),
    p.match("*.gz"),
    p.relative_to("/a"),
    PurePosixPath("a/./b//c"),
    PurePosixPath("/a").joinpath("b", "/c"),
    repr(p),
    PurePosixPath("a") < PurePosixPath("b"),
    p.full_match("/**/*.gz"),
    PurePosixPath("x/y").relative_to("x/z", walk_up=True),
    p.as_uri(),
)
print(
    PureWindowsPath("C:\\a\\b.txt").parts,
    PureWindowsPath("c:/A") == PureWindowsPath("C:\\a"),
    PureWindowsPath("a/b").as_posix(),
)
for bad in (
    lambda: p.relative_to("/z"),
    lambda: p.with_name(""),
    lambda: p.with_suffix("x"),
    lambda: PurePosixPath(5),
    lambda: PurePosixPath("a").as_uri(),
):
    try:
        print(bad())
    except (ValueError, TypeError) as e:
        print(type(e).__name__, e)
with tempfile.TemporaryDirectory() as name:
    os.chdir(name)
    root = Path(".")
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "a.txt").write_text("line 1\nline é\n", encoding="utf-8")
    (root / "sub" / "b.bin").write_bytes(bytes(range(5)))
    print(
        (root / "a.txt").read_text("utf-8"),
        (root / "sub/b.bin").read_bytes(),
        (root / "a.txt").stat().st_size,
        (root / "a.txt").exists(),
        (root / "x").exists(),
        (root / "sub").is_dir(),
        (root / "a.txt").is_file(),
    )
    print(
        sorted(map(str, root.iterdir())),
        sorted(map(str, root.rglob("*"))),
        sorted(map(str, root.glob("**/*.bin"))),
        sorted(glob.glob("**", recursive=True)),
        sorted(os.listdir("sub")),
    )
    for top, dirs, files in os.walk("."):
        dirs.sort()
        print(top, dirs, sorted(files))
    with os.scandir(".") as entries:
        print(sorted((e.name, e.is_dir(), e.is_symlink()) for e in entries))
    for bad in (
        lambda: open("missing"),
        lambda: os.mkdir("sub"),
        lambda: os.rmdir("sub"),
        lambda: os.remove("sub"),
        lambda: open("sub"),
        lambda: os.listdir("a.txt"),
        lambda: Path("missing").read_text(),
        lambda: os.stat("missing"),
        lambda: os.rename("missing", "y"),
        lambda: open("a.txt", "x"),
        lambda: shutil.copy("missing", "z"),
        lambda: open("a.txt").write("x"),
        lambda: open("a.txt", "rb").write(b"x"),
        lambda: open("a.txt", encoding="ascii").read(),
        lambda: open("a.txt", "rt", newline="q"),
        lambda: open("a.txt", "rb", encoding="utf-8"),
        lambda: open("a.txt", "r", 0),
        lambda: os.open("missing", os.O_RDONLY),
        lambda: os.close(9999),
        lambda: os.readlink("a.txt"),
        lambda: open("a\0b"),
    ):
        try:
            print(bad())
        except (OSError, ValueError) as e:
            print(type(e).__name__, e)
    with open("a.txt", "r+", encoding="utf-8") as f:
        print(
            f.readline(),
            f.tell(),
            f.read(3),
            f.readlines(),
            f.read(),
            f.seekable(),
            f.name,
            f.mode,
            f.encoding,
            f.closed,
            f.fileno() > 2,
        )
        f.seek(0)
        f.truncate(4)
        f.write("X")
        f.seek(0)
        print(list(f))
    print(f.closed, f)
    try:
        f.read()
    except ValueError as e:
        print(e)
    with open("lines", "w", newline="\r\n") as f:
        print(f.write("a\nb\n"), f.writelines(["c", "d\n"]))
    print(
        open("lines", "rb").read(),
        open("lines").read(),
        open("lines", newline="").readlines(),
        repr(open("lines", "rb")),
        open("lines", "rb", buffering=0).__class__.__name__,
    )
    with open("b", "wb+") as f:
        f.write(b"0123456789")
        f.seek(-3, 2)
        print(
            f.read(),
            f.seek(2),
            f.peek(1)[:1],
            f.read1(2),
            f.readinto(buffer := bytearray(3)),
            buffer,
            f.tell(),
        )
    with open("append", "a") as f:
        f.write("one")
    with open("append", "a") as f:
        print(f.tell())
        print("two", file=f)
    print(open("append").read())
    os.symlink("a.txt", "link")
    os.link("a.txt", "hard")
    os.chmod("a.txt", 0o640)
    print(
        os.readlink("link"),
        os.path.islink("link"),
        os.stat("hard").st_nlink,
        stat.filemode(os.stat("a.txt").st_mode),
        Path("link").resolve().name,
        os.path.samefile("a.txt", "hard"),
        os.access("a.txt", os.R_OK),
    )
    shutil.copytree("sub", "copy")
    shutil.move("copy", "moved")
    shutil.copyfile("a.txt", "moved/c.txt")
    print(sorted(os.listdir("moved")), shutil.make_archive("arch", "zip", "moved").endswith("arch.zip"))
    shutil.unpack_archive("arch.zip", "unpacked")
    print(sorted(os.listdir("unpacked")), shutil.which("nonexistent-program"))
    shutil.rmtree("moved")
    os.replace("append", "b")
    Path("b").rename("c")
    Path("c").unlink()
    Path("c").unlink(missing_ok=True)
    print(sorted(os.listdir(".")))
    with tempfile.NamedTemporaryFile("w+", suffix=".tmp", dir=".") as t:
        t.write("temp")
        t.flush()
        print(Path(t.name).read_text(), t.name.endswith(".tmp"))
    print(os.path.exists(t.name))
    os.chdir("/")
print(
    os.path.join("a", "/b", "c"),
    os.path.split("/a/b"),
    os.path.splitext("a.b.c"),
    os.path.normpath("a/../b/./c//"),
    os.path.commonpath(["/a/b", "/a/c"]),
    os.path.basename("/a/"),
    os.path.relpath("/a/b", "/a/c"),
    os.path.expandvars("$NOPE/x"),
    os.fsencode("é"),
    os.path.isabs("a"),
)
s = io.StringIO("a\nb\n")
print(
    s.readline(),
    s.read(),
    s.getvalue(),
    io.BytesIO(b"xyz").getbuffer()[1],
    io.TextIOWrapper(io.BytesIO(b"a\r\nb")).read(),
    list(io.BytesIO(b"1\n2")),
    io.DEFAULT_BUFFER_SIZE,
)
