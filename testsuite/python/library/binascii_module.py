# Text forms of bytes, with what each decoder refuses.
import base64
import binascii


def show(function, *args, **kwargs):
    try:
        result = function(*args, **kwargs)
    except (ValueError, TypeError) as error:
        result = f"{type(error).__name__}: {error}"
    print(function.__name__, *map(repr, args), kwargs or "", "->", result)


print(issubclass(binascii.Error, ValueError), binascii.Incomplete.__mro__[1], binascii.Error.__module__)

for text in [b"", b"YQ==", b"YWI=", b"YQ=", b"Y", b"=", b"YQ==YQ==", b"YWJj====", b"Y=Q=", b"YQ=a=", b"YQ==a", b"YW I=", "YWI=", "é"]:
    show(binascii.a2b_base64, text)
    show(binascii.a2b_base64, text, strict_mode=True)
show(binascii.b2a_base64, b"any carnal pleasure")
show(binascii.b2a_base64, b"any carnal pleasur", newline=False)
show(binascii.b2a_base64, "text")

for line in [b"", b"#86)C\n", b"#86", b"#86)Cxx", b"\x7fabc", b"$86)C", b"`"]:
    show(binascii.a2b_uu, line)
for data in [b"", b"abcd", b"\0" * 3, b"a" * 45, b"a" * 46]:
    show(binascii.b2a_uu, data)
    show(binascii.b2a_uu, data, backtick=True)

for text in [b"6162", b"616", b"zz", "fF", "é", 3]:
    show(binascii.unhexlify, text)
for sep, group in [(":", 1), (":", 3), (":", -3), ("-", 0), ("ab", 1), (b"_", 2), (3, 1)]:
    show(binascii.hexlify, b"abcdefgh", sep, group)

for text in [b"a=20b", b"a=\nb", b"a=\r\nb", b"a_b", b"=", b"==", b"=4", b"=zz", b"a=\rb", b"==41"]:
    show(binascii.a2b_qp, text)
    show(binascii.a2b_qp, text, header=True)
for data in [b"a b \n", b"a\t\r\nb\n", b"=_.\n.\n", b"x" * 80, b"a" * 74 + b"\xff" * 20, b"\r\n a "]:
    for keywords in [{}, {"quotetabs": True}, {"istext": False}, {"header": True}]:
        show(binascii.b2a_qp, data, **keywords)

print(binascii.crc32(b"abc"), binascii.crc32(b"abc", 5), binascii.crc32(b"", -1), binascii.crc32(bytes(range(256)) * 100, 1 << 70))
print(binascii.crc_hqx(b"abc", 0), binascii.crc_hqx(b"abc", 70000), binascii.crc_hqx(b"", -1))

data = bytes(range(256))
for encode, decode in [(base64.b64encode, base64.b64decode), (base64.b32encode, base64.b32decode), (base64.b85encode, base64.b85decode),
                       (base64.a85encode, base64.a85decode), (base64.b16encode, base64.b16decode), (base64.urlsafe_b64encode, base64.urlsafe_b64decode)]:
    print(encode(data)[:40], decode(encode(data)) == data)
