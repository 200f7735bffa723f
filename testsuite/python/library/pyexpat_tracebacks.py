"""Tracebacks through handlers of an XML parser show the native function that has called the handler."""

import pyexpat
import traceback

DOCUMENT = b"""<?xml version="1.0" encoding="iso-8859-1" standalone="no"?>
<?xml-stylesheet href="stylesheet.css"?>
<!-- comment data -->
<!DOCTYPE quotations SYSTEM "quotations.dtd" [
<!ELEMENT root ANY>
<!ATTLIST root attr1 CDATA #REQUIRED attr2 CDATA #REQUIRED>
<!NOTATION notation SYSTEM "notation.jpeg">
<!ENTITY acirc "&#226;">
<!ENTITY external_entity SYSTEM "entity.file">
<!ENTITY unparsed_entity SYSTEM "entity.file" NDATA notation>
%unparsed_entity;
]>
<root attr1="value1" attr2="value2">
<myns:subelement xmlns:myns="http://www.python.org/namespace">Contents of subelements</myns:subelement>
<sub2><![CDATA[contents of CDATA section]]></sub2>&external_entity;&skipped_entity;
</root>"""


def fail(*args):
    raise RuntimeError


def show(name, document=DOCUMENT, setting=None, **options):
    parser = pyexpat.ParserCreate(**options)
    if name == "SkippedEntityHandler":
        parser.UseForeignDTD(True)
    if setting:
        setattr(parser, setting, True)
    setattr(parser, name, fail)
    try:
        parser.Parse(document, True)
    except RuntimeError as error:
        frames = traceback.extract_tb(error.__traceback__)
        print(name, [(frame.filename, frame.name) for frame in frames[1:-1]], frames[-1].name)
    else:
        print(name, "is not called")


for name in sorted(dir(pyexpat.ParserCreate())):
    if name.endswith("Handler"):
        show(name, namespace_separator="!")
SIMPLE = b'<!DOCTYPE quotations SYSTEM "quotations.dtd"><root>text<a/></root>'
show("NotStandaloneHandler", SIMPLE)
show("DefaultHandlerExpand", SIMPLE)
show("CharacterDataHandler", SIMPLE, "buffer_text")
