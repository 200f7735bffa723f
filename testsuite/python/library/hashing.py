"""hashlib, hmac, zlib, binascii, base64: known answers."""

import base64
import binascii
import hashlib
import hmac
import zlib

for name in (
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha3_224",
    "sha3_256",
    "sha3_384",
    "sha3_512",
    "blake2b",
    "blake2s",
):
    h = hashlib.new(name, b"abc")
    h2 = getattr(hashlib, name)()
    for part in (b"a", b"bc"):
        h2.update(part)
    print(name, h.hexdigest(), h2.digest() == h.digest(), h.name, h.digest_size, h.block_size)
print(
    hashlib.shake_128(b"abc").hexdigest(16),
    hashlib.shake_256(b"").hexdigest(20),
    hashlib.blake2b(b"x", digest_size=8, key=b"k", salt=b"s", person=b"p").hexdigest(),
    hashlib.blake2s(b"", digest_size=4).hexdigest(),
)
h = hashlib.sha256(b"start")
c = h.copy()
c.update(b"more")
print(
    h.hexdigest()[:16],
    c.hexdigest()[:16],
    hashlib.md5(b"x" * 10**5).hexdigest(),
    hashlib.sha256(memoryview(b"abc")[1:]).hexdigest()[:8],
)
print(
    hmac.new(b"key", b"message", "sha256").hexdigest(),
    hmac.digest(b"key", b"m", "md5").hex(),
    hmac.compare_digest("a", "a"),
    hmac.compare_digest(b"a", b"b"),
)
print(
    hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 1000).hex(),
    hashlib.pbkdf2_hmac("sha1", b"p", b"s", 2, 10).hex(),
    hashlib.scrypt(b"pw", salt=b"na", n=16, r=8, p=1, dklen=16).hex(),
)
print(
    zlib.crc32(b"hello"),
    zlib.adler32(b"hello"),
    zlib.crc32(b"lo", zlib.crc32(b"hel")),
    binascii.crc32(b"hello"),
    binascii.crc_hqx(b"hello", 0),
)
data = b"the quick brown fox " * 100
packed = zlib.compress(data, 9)
print(zlib.decompress(packed) == data, len(packed) < 100, zlib.decompress(zlib.compress(b"", 0)))
d = zlib.decompressobj()
print(
    d.decompress(packed + b"tail", 50),
    len(d.unconsumed_tail) > 0,
    len(d.decompress(d.unconsumed_tail)) + 50 == len(data),
    d.unused_data,
    d.eof,
)
co = zlib.compressobj(wbits=-15)
raw = co.compress(data) + co.flush()
print(zlib.decompress(raw, -15) == data, zlib.decompress(zlib.compress(b"gz", wbits=31), wbits=47))
print(
    base64.b64encode(b"\x00\xff\xfe?>"),
    base64.urlsafe_b64encode(b"\xff\xfe?>"),
    base64.b64decode("aGk="),
    base64.b32encode(b"hi"),
    base64.b16encode(b"\xab"),
    base64.b85encode(b"hello"),
    base64.a85encode(b"hello    \0\0\0\0", foldspaces=True),
    base64.b32hexencode(b"hi"),
    base64.z85encode(b"hell") if hasattr(base64, "z85encode") else "",
    base64.encodebytes(b"x" * 60),
)
print(
    binascii.hexlify(b"\x01\xff", "-"),
    binascii.unhexlify("01ff"),
    binascii.b2a_base64(b"x", newline=False),
    binascii.b2a_qp(b"a=\xe9 b"),
    binascii.a2b_qp(b"=E9=\nx"),
    binascii.b2a_uu(b"hello"),
    binascii.a2b_uu(binascii.b2a_uu(b"hello")),
)
for bad in (
    lambda: hashlib.new("nope"),
    lambda: hashlib.md5("text"),
    lambda: zlib.decompress(b"garbage"),
    lambda: zlib.decompress(packed[:-5]),
    lambda: base64.b64decode("a"),
    lambda: base64.b64decode("a!b=", validate=True),
    lambda: base64.b32decode("1"),
    lambda: base64.b16decode("zz"),
    lambda: binascii.unhexlify("0"),
    lambda: binascii.unhexlify("0g"),
    lambda: base64.b64decode("abc"),
    lambda: hmac.new(b"k", b"m"),
    lambda: hashlib.blake2b(digest_size=65),
    lambda: zlib.compress(b"", 10),
    lambda: binascii.a2b_base64("é"),
    lambda: hashlib.shake_128().digest(),
    lambda: base64.b85decode(b"~~~~~"),
    lambda: hashlib.pbkdf2_hmac("md5", b"", b"", 0),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(
    sorted(hashlib.algorithms_guaranteed),
    repr(hashlib.sha3_256()).split(" object")[0],
    hashlib.file_digest(__import__("io").BytesIO(b"abc"), "sha1").hexdigest(),
)
