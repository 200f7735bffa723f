# Encodings that an XML parser is told of, and that are not there or not one byte a character.

import xml.etree.ElementTree as ET
from xml.parsers import expat

for encoding in ("undefined", "xxx", "utf-7", "gbk", "cp932", "rot13", "cp1252", "iso8859-15"):
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>b\u20ac</a>'
    data = text.encode("cp1252")
    for parse in (lambda: ET.XML(data).text, lambda: expat.ParserCreate().Parse(data)):
        try:
            print(encoding, ascii(parse()))
        except Exception as error:
            print(encoding, type(error).__name__, error)
