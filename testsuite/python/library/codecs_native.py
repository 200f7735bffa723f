"""Native codecs, error handlers, and the helpers of string.Formatter."""


def show(expression):
    try:
        text = ascii(eval(expression))
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
    print(ascii(expression), text)


import _string
import codecs
import string
for line in r"""
'\ud800\ud801'.encode('utf-16')
'\ud800\ud801'.encode('utf-32-le')
'\ud800\ud801'.encode('utf-8')
b'\xff\xfe\x00\xd8'.decode('utf-16')
b'\x00\xd8'.decode('utf-16')
b'\x00\xd8'.decode('utf-16-le')
b'\x00'.decode('utf-32')
b'\xe0\x80'.decode()
b'\xe2\x82'.decode()
b'\xf0\x80\x80'.decode('utf-8','replace')
b'\xf0\x9f\x98\x20'.decode('utf-8','replace')
b'a\xff'.decode('utf-8','surrogateescape')
b'\xed\xa0\x80'.decode('utf-8','surrogatepass')
b'\xe2\x82'.decode('utf-8','backslashreplace')
b'\xe2\x82'.decode('utf-8','foo')
b'\xe2\x82'.decode('utf-8','xmlcharrefreplace')
'a'.encode('foo')
'a'.encode('hex')
b'61'.decode('hex')
codecs.unicode_escape_decode(rb'\x4')
codecs.unicode_escape_decode(rb'\N{LATIN}')
codecs.unicode_escape_decode(rb'\N{LATIN SMALL LETTER A}')
codecs.unicode_escape_decode(rb'\N{')
codecs.unicode_escape_decode(rb'\N')
codecs.unicode_escape_decode(b'\\')
codecs.unicode_escape_decode(rb'\U00110000')
codecs.unicode_escape_decode(rb'\u12')
codecs.unicode_escape_decode(rb'\u12','replace')
codecs.unicode_escape_decode(rb'\xzz','replace')
codecs.unicode_escape_decode(b'\\u12','strict',False)
codecs.unicode_escape_encode('a\n\\\x7f\xe9\u0100\U00010000')
codecs.raw_unicode_escape_encode('a\n\\\x7f\xe9\u0100\U00010000\\u')
codecs.raw_unicode_escape_decode(rb'\u12')
codecs.raw_unicode_escape_decode(rb'\U12345678')
codecs.raw_unicode_escape_decode(rb'\\u0041\u0041\x')
codecs.escape_decode(rb'\x4')
codecs.escape_decode(b'\\')
codecs.escape_decode(rb'\x4','replace')
codecs.escape_decode(rb'\x4z','foo')
codecs.escape_decode(rb'\101\n\'')
codecs.escape_encode(b'a\'"\n\xff\\')
codecs.charmap_decode(b'ab\xff','strict','xy')
codecs.charmap_decode(b'a','strict',{97:1114112})
codecs.charmap_decode(b'a','strict',{97:1.5})
codecs.charmap_decode(b'a','replace',{97:None})
codecs.charmap_encode('ab','strict',{97:1})
codecs.charmap_encode('a','strict',{97:300})
codecs.charmap_encode('a','strict',{97:'x'})
codecs.charmap_encode('a','strict',{97:b'xyz'})
codecs.charmap_encode('ab','replace',{97:1})
codecs.charmap_encode('ab','replace',{97:1,63:5})
codecs.lookup_error('foo')
codecs.register_error('a',1)
codecs.lookup_error('strict')
codecs.strict_errors(1)
codecs.ignore_errors(1)
codecs.utf_16_ex_decode(b'\xff\xfea\0')
codecs.utf_16_ex_decode(b'a\0')
codecs.utf_8_decode(b'a\xe2')
codecs.ascii_decode('a')
codecs.latin_1_encode('é')
codecs.readbuffer_encode('é')
codecs.utf_7_encode('aé+~\U00010000-x')
codecs.utf_7_decode(b'a+AOk-+-')
codecs.utf_7_decode(b'a+AOkAKwB+2ADcAA--x')
b'+AAA'.decode('utf-7')
b'+2AA-x'.decode('utf-7')
b'\xff+'.decode('utf-7','replace')
b'+@'.decode('utf-7','replace')
codecs.utf_8_encode(b'a')
'é'.encode('cp1252'), b'\x80'.decode('cp1252'), 'a'.encode('cp1252'), 'é'.encode('idna'), 'b'.encode('punycode')
'\u20ac\u0100'.encode('cp1252')
'\u20ac\u0100x'.encode('cp1252','xmlcharrefreplace')
b'\x81'.decode('cp1252')
b'\x81'.decode('cp1252','replace')
codecs.encode('ab','rot13'), codecs.encode(b'ab','hex'), codecs.decode(b'6162','hex'), codecs.encode(b'ab','base64')
""".strip().split("\n"):
    show(line)
def h(e): return ('<%s>' % e.object[e.start:e.end], e.end)
codecs.register_error('mine', h)
for line in r"""
'aéb'.encode('ascii','mine')
""".strip().split("\n"):
    show(line)
def h2(e): return ('?', -1)
codecs.register_error('mine2', h2)
for line in r"""
b'a\xffb'.decode('ascii','mine2')
""".strip().split("\n"):
    show(line)
def h3(e): return 1
codecs.register_error('mine3', h3)
for line in r"""
b'a\xffb'.decode('ascii','mine3')
'é'.encode('ascii','mine3')
""".strip().split("\n"):
    show(line)
def h4(e): return ('x', 100)
codecs.register_error('mine4', h4)
for line in r"""
'é'.encode('ascii','mine4')
[codecs.getincrementaldecoder('utf-8')().decode(x) for x in (b'a',b'\xc3')]
codecs.getincrementaldecoder('utf-16')().decode(b'\xff\xfea')
list(_string.formatter_parser('a{b!r:c}d'))
list(_string.formatter_parser('{{x}}{}'))
[(r[0],list(r[1])) for r in map(_string.formatter_field_name_split, ['a.b[c][1]','0.x','','.a','[1]'])]
codecs.BOM_UTF8.decode('utf-8-sig'), 'a'.encode('utf-8-sig')
'\udc80'.encode('ascii','surrogateescape'), b'\x80'.decode('ascii','surrogateescape')
'\ud800'.encode('utf-16-le','surrogatepass'), b'\x00\xd8'.decode('utf-16-le','surrogatepass')
str(b'abc', 'ascii', 'strict'), bytes('é', 'latin-1'), bytearray('é', 'utf-8')
'x'.encode('utf-8', 'nosuch'), 'é'.encode('latin1', 'nosuch')
'é'.encode('ascii', 'nosuch')
string.Formatter().format('{0} {a!r:>5}', 1, a='b')
string.Template('$a ${b}').substitute(a=1,b=2)
""".strip().split("\n"):
    show(line)


def h5(e):
    e.object = b'\x00' * 8
    return ('\ufffd', e.start)


codecs.register_error('mine5', h5)
for line in r"""
b'\x00'.decode('utf-16', 'mine5')
b'\x00'.decode('utf-32', 'mine5')
b'\xff'.decode('ascii', 'mine5')
b'\xff'.decode('utf-8', 'mine5')
""".strip().split("\n"):
    show(line)
