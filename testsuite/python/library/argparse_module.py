"""argparse: options, positionals, help texts, subcommands, errors."""

import argparse
import io
import sys
from contextlib import redirect_stderr, redirect_stdout


def attempt(parser, args):
    out, err = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            print(args, "->", parser.parse_args(args), file=sys.__stdout__)
    except SystemExit as e:
        print(args, "exit", e.code)
        print(out.getvalue() + err.getvalue(), end="")


p = argparse.ArgumentParser(
    prog="tool",
    description="A tool for testing.",
    epilog="The end.",
    formatter_class=argparse.ArgumentDefaultsHelpFormatter,
)
p.add_argument("input", help="the input file")
p.add_argument("rest", nargs="*", type=int, help="some numbers")
p.add_argument("-o", "--output", default="out.txt", metavar="FILE", help="where to write")
p.add_argument("-v", "--verbose", action="count", default=0)
p.add_argument("--level", type=int, choices=[1, 2, 3], default=1)
p.add_argument("--flag", action=argparse.BooleanOptionalAction, default=True)
p.add_argument("-D", dest="defines", action="append", default=[], metavar="KEY=VALUE")
p.add_argument("--const", action="store_const", const=42)
p.add_argument("--version", action="version", version="%(prog)s 1.0")
group = p.add_mutually_exclusive_group()
group.add_argument("--fast", action="store_true")
group.add_argument("--slow", action="store_true")
for args in (
    ["in"],
    ["in", "1", "2", "-vv", "--level", "2", "-oX", "-Da=1", "-D", "b=2"],
    ["in", "--no-flag", "--out=y", "--const"],
    [],
    ["in", "x"],
    ["in", "--level", "9"],
    ["in", "--fast", "--slow"],
    ["in", "--unknown"],
    ["--version"],
    ["-h"],
    ["in", "--le", "3"],
    ["in", "-o"],
    ["--", "-dash"],
    ["in", "--verb", "--ver"],
):
    attempt(p, args)
s = argparse.ArgumentParser(prog="git", exit_on_error=True)
s.add_argument("--global", dest="glob")
sub = s.add_subparsers(dest="command", required=True, title="commands", help="one of them")
clone = sub.add_parser("clone", help="copy a repository", aliases=["cl"])
clone.add_argument("url")
clone.add_argument("--depth", type=int)
clone.set_defaults(func="do_clone")
sub.add_parser("status", help="show state")
for args in (
    ["clone", "u", "--depth", "1"],
    ["cl", "u"],
    ["status"],
    [],
    ["nope"],
    ["--global", "g", "status"],
    ["-h"],
    ["clone", "-h"],
    ["clone"],
):
    attempt(s, args)
q = argparse.ArgumentParser(prog="q", fromfile_prefix_chars="@", add_help=False, allow_abbrev=False)
q.add_argument("--pair", nargs=2, metavar=("A", "B"))
q.add_argument("--opt", nargs="?", const="c", default="d")
q.add_argument("--plus", nargs="+", type=float)
q.add_argument("--func", type=lambda v: v.upper())
for args in (
    ["--pair", "1", "2"],
    ["--opt"],
    ["--opt", "x"],
    ["--plus", "1", "2.5"],
    ["--plus"],
    ["--pair", "1"],
    ["--plus", "x"],
    ["--func", "a"],
    ["--op", "x"],
):
    attempt(q, args)
print(q.parse_known_args(["--x", "--opt"]), q.format_usage(), end="")
ns = argparse.Namespace(a=1)
p2 = argparse.ArgumentParser()
p2.add_argument("--b")
print(p2.parse_args(["--b", "2"], namespace=ns), ns == argparse.Namespace(a=1, b="2"), "a" in ns, vars(ns))
try:
    p2.add_argument("--b")
except argparse.ArgumentError as e:
    print(e)
