"""xml.etree, minidom, sax, expat."""

import io
import xml.dom.minidom
import xml.etree.ElementTree as ET
import xml.sax
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

text = '<?xml version="1.0"?><!-- c --><root xmlns:n="urn:n" a="1"><item id="x">text<sub/>tail</item><n:item>é&amp;&#65;</n:item><![CDATA[<raw>]]></root>'
root = ET.fromstring(text)
print(
    root,
    root.tag,
    root.attrib,
    len(root),
    root[0].text,
    root[0][0].tail,
    root[1].tag,
    root[1].text,
    root[1].tail,
)
print(ET.tostring(root), ET.tostring(root, encoding="unicode", short_empty_elements=False), sep="\n")
print(
    [e.tag for e in root.iter()],
    root.find("item").get("id"),
    root.findtext("item"),
    root.findall("{urn:n}item"),
    root.findall("n:item", {"n": "urn:n"})[0].text,
    root.find("nope"),
    list(root.itertext()),
)
doc = ET.fromstring("<l><p n='1' k='a'><q>x</q></p><p n='2'/><r><p n='3' k='b'/></r></l>")
for path in (
    "p",
    ".//p",
    "p[@n='2']",
    "p[1]",
    "p[last()]",
    ".//p[@k]",
    "p/q",
    "*",
    ".//*[q]",
    "p[q='x']",
    "..",
    ".//p[@n!='1']",
    "r/p[1]",
):
    print(path, [(e.tag, e.attrib) for e in doc.findall(path)])
e = ET.Element("a", {"x": "1"}, y="2")
b = ET.SubElement(e, "b")
b.text = "<&>\"'é"
e.append(ET.Comment("note"))
e.insert(0, ET.Element("first"))
e.set("z", "q\"'\n<")
e.extend([ET.Element("c"), ET.ProcessingInstruction("pi", "data")])
print(ET.tostring(e), ET.tostring(e, "unicode"))
e.remove(b)
del e[0]
ET.indent(e)
print(ET.tostring(e, "unicode"), e.keys(), sorted(e.items()), list(e), e.find("c") is not None)
tree = ET.ElementTree(doc)
tree.write(out := io.BytesIO(), encoding="utf-8", xml_declaration=True)
print(out.getvalue(), tree.getroot() is doc)
print([(ev, el.tag) for ev, el in ET.iterparse(io.BytesIO(b"<a><b/></a>"), events=("start", "end"))])
p = ET.XMLPullParser(["end"])
p.feed("<a><b>1</b>")
print([(ev, el.text) for ev, el in p.read_events()])
for bad in (
    "",
    "<a>",
    "<a></b>",
    "<a",
    "<a x=1/>",
    "<a>&nope;</a>",
    "<a/><b/>",
    "<a x='1' x='2'/>",
    "text",
    "<a>\x00</a>",
    "<n:a/>",
):
    try:
        ET.fromstring(bad)
        print("ok", bad)
    except ET.ParseError as err:
        print(repr(bad), err, err.code, err.position)
for bad in (
    lambda: ET.Element(5).tag and ET.tostring(ET.Element(5)),
    lambda: e.append("x"),
    lambda: e[10],
    lambda: e.remove(ET.Element("q")),
    lambda: ET.Element(),
    lambda: ET.SubElement("x", "y"),
    lambda: doc.findall("p["),
    lambda: doc.findall("p[@"),
    lambda: ET.Element("a", 5),
):
    try:
        print(bad())
    except Exception as err:
        print(type(err).__name__, err)
print(
    ET.canonicalize("<a  z='1' b='2'><c/></a>"),
    ET.iselement(e),
    ET.XML("<x/>").tag,
    ET.fromstringlist(["<a>", "</a>"]).tag,
)
dom = xml.dom.minidom.parseString("<a k='v'><b>t</b><!--c--></a>")
print(
    dom.documentElement.tagName,
    dom.getElementsByTagName("b")[0].firstChild.data,
    dom.toxml(),
    dom.documentElement.getAttribute("k"),
    dom.toprettyxml(indent=" "),
)


class Handler(xml.sax.ContentHandler):
    def startElement(self, name, attrs):
        print("start", name, dict(attrs))

    def characters(self, content):
        print("chars", repr(content))

    def endElement(self, name):
        print("end", name)


xml.sax.parseString("<a b='1'>x<c/></a>", Handler())
parser = expat.ParserCreate(namespace_separator=" ")
parser.StartElementHandler = lambda name, attrs: print(
    "expat", name, attrs, parser.CurrentLineNumber, parser.CurrentColumnNumber
)
parser.CharacterDataHandler = lambda data: print("data", data)
parser.StartNamespaceDeclHandler = lambda prefix, uri: print("ns", prefix, uri)
print(parser.Parse("<a xmlns='u'>t\n<b/></a>", True))
try:
    expat.ParserCreate().Parse("<a", True)
except expat.ExpatError as err:
    print(err, err.code, err.lineno, err.offset, expat.ErrorString(err.code))
print(escape("<a&b>"), quoteattr('a"b'), quoteattr("a\"'b"))
