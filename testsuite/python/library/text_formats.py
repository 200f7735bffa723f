"""html, urllib.parse, email, mimetypes, textwrap, string, configparser, tomllib."""

import configparser
import email
import email.policy
import html
import io
import string
import textwrap
import tomllib
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import (
    parse_qs,
    parse_qsl,
    quote,
    quote_plus,
    unquote,
    urlencode,
    urljoin,
    urlparse,
    urlsplit,
    urlunsplit,
)

print(
    html.escape('<a href="x">&\'</a>'),
    html.unescape("&lt;&eacute;&#233;&#xe9;&notanentity;&amp;amp;&hellip;&#128512;"),
)


class Parser(HTMLParser):
    def handle_starttag(self, tag, attrs):
        print("start", tag, attrs)

    def handle_endtag(self, tag):
        print("end", tag)

    def handle_data(self, data):
        print("data", repr(data))

    def handle_comment(self, data):
        print("comment", data)


Parser().feed('<!-- c --><p class="a b" id=x>Hi &amp; <br/>there</p>')
u = urlparse("https://user:pw@example.com:8080/path;params?q=1&r=a%20b#frag")
print(u, u.hostname, u.port, u.username, u.geturl())
print(
    parse_qs("a=1&a=2&b=&c=%C3%A9", keep_blank_values=True),
    parse_qsl("x=1;y=2"),
    urlencode({"a": "b c", "é": [1, 2]}, doseq=True),
    quote("a/b c?é"),
    quote_plus("a b&c"),
    unquote("%E2%82%AC+%zz"),
    urlsplit("//host/p").netloc,
    urlunsplit(("http", "h", "/p", "q", "f")),
)
print(
    [
        urljoin("http://a/b/c/d;p?q", r)
        for r in ("g", "./g", "../g", "/g", "//g", "?y", "#s", "../../../g", "http:g", "")
    ]
)
for bad in ("http://[::1", "http://a:99999/"):
    try:
        print(urlsplit(bad).port)
    except ValueError as e:
        print(e)
m = EmailMessage()
m["Subject"] = "Hélló"
m["From"], m["To"] = "a@example.com", "B <b@example.com>, c@example.com"
m.set_content("Body text\nwith é\n")
m.add_alternative("<p>html</p>", subtype="html")
m.add_attachment(b"\x00\x01", maintype="application", subtype="octet-stream", filename="x.bin")
m.set_boundary("BOUND1")
list(m.iter_parts())[0].set_boundary("BOUND2")
print(m.as_string())
parsed = email.message_from_string(
    "From: =?utf-8?q?J=C3=B6?= <j@x.org>\nSubject: Multi\n line\nContent-Type: text/plain; charset=latin-1\nContent-Transfer-Encoding: base64\n\n6Q==\n",
    policy=email.policy.default,
)
print(
    parsed["from"],
    parsed["subject"],
    parsed.get_content(),
    parsed["from"].addresses[0].addr_spec,
    parsed.keys(),
    parsed.get_content_type(),
    email.utils.parsedate_to_datetime("Mon, 01 Jan 2024 10:00:00 +0100"),
    email.utils.formataddr(("A B", "a@b.c")),
)
text = "The quick brown fox jumps over the lazy dog and runs away from the very-long-hyphenated-word."
print(
    textwrap.fill(text, 30),
    textwrap.shorten(text, 30),
    textwrap.dedent("  a\n    b\n  c"),
    textwrap.indent("x\n\ny", "> "),
    textwrap.wrap("aaaa bbbb", 3),
    sep="\n",
)
print(
    string.Template("$a ${b}c $$").substitute(a=1, b=2),
    string.Template("$x").safe_substitute(),
    string.capwords("ab cd"),
    string.ascii_letters[:5],
    string.punctuation,
    string.Formatter().format("{0} {x}", 1, x=2),
    list(string.Formatter().parse("a{b!r:c}d")),
)
c = configparser.ConfigParser()
c.read_string(
    "[DEFAULT]\nbase = /x\n[s]\npath = %(base)s/y\nflag = yes\nnum : 5\nmulti = a\n  b\n; comment\n"
)
print(
    c.sections(),
    c["s"]["path"],
    c["s"].getboolean("flag"),
    c.getint("s", "num"),
    repr(c["s"]["multi"]),
    c.get("s", "zz", fallback="f"),
    dict(c["s"]),
)
c["new"] = {"k": "v"}
c.write(out := io.StringIO())
print(out.getvalue())
for bad in (
    lambda: c["nope"],
    lambda: c.get("s", "nope"),
    lambda: configparser.ConfigParser().read_string("x=1"),
    lambda: string.Template("$x").substitute(),
    lambda: tomllib.loads("a = "),
    lambda: tomllib.loads("a=1\na=2"),
    lambda: tomllib.loads('a = "x'),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(
    tomllib.loads(
        "t = \"é\"\nn = 1_000\nf = 1e3\nb = true\nd = 2024-01-02T03:04:05Z\na = [1, [2]]\n[x.y]\nz = {p = 'q'}\n[[arr]]\ni = 1\n[[arr]]\n"
    )
)
