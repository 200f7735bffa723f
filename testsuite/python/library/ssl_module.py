# TLS over memory buffers and over a socket pair, and what is refused.
import os
import re
import socket
import ssl
import test
import threading

DATA = os.path.join(os.path.dirname(test.__file__), "certdata")
KEYCERT = os.path.join(DATA, "keycert3.pem")
CA = os.path.join(DATA, "pycacert.pem")


def without_line(error):
    return re.sub(r" \(_ssl\.c:\d+\)", "", str(error))


def attempt(label, function, *args, **kwargs):
    try:
        print(label, function(*args, **kwargs))
    except Exception as error:
        print(label, type(error).__name__, without_line(error))


def pair(client_context, server_context, hostname="localhost"):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(incoming, outgoing, server_hostname=hostname)
    server = server_context.wrap_bio(outgoing, incoming, server_side=True)
    done = {}
    for _ in range(20):
        for name, side in (("client", client), ("server", server)):
            if name not in done:
                try:
                    side.do_handshake()
                    done[name] = True
                except ssl.SSLWantReadError:
                    pass
        if len(done) == 2:
            return client, server
    raise RuntimeError("no handshake")


def contexts():
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(CA)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(KEYCERT)
    return client, server


client_context, server_context = contexts()
print(client_context.cert_store_stats(), len(client_context.get_ca_certs()))
client_context.set_alpn_protocols(["h2", "http/1.1"])
server_context.set_alpn_protocols(["http/1.1"])
names = []
server_context.sni_callback = lambda sock, name, context: names.append((type(sock).__name__, name, context is server_context))
client, server = pair(client_context, server_context)
print(names, client.version(), server.version(), client.selected_alpn_protocol(), client.cipher()[1:])
print(client.getpeercert()["subject"], client.getpeercert()["subjectAltName"], server.getpeercert())
print(sorted(client.getpeercert()), len(client.getpeercert(True)))
print(client.write(b"hello"), server.read(), server.write(b"x" * 40000))
received = b""
while len(received) < 40000:
    received += client.read(100000)
print(len(received), client.server_hostname, client.server_side, server.server_side)
attempt("nothing to read", server.read)
buffer = bytearray(10)
client.write(b"abc")
print(server.read(10, buffer), bytes(buffer))
chain = client._sslobj.get_verified_chain()
print(len(chain), chain[0].get_info()["serialNumber"], chain[0] == client._sslobj.get_unverified_chain()[0])
try:
    client.unwrap()
except ssl.SSLWantReadError as error:
    print(without_line(error), error.reason, error.library, error.errno)
attempt("end", server.read)

print("refused")
strict, server_context = contexts()
try:
    pair(strict, server_context, "example.org")
except ssl.SSLCertVerificationError as error:
    print(without_line(error))
    print(error.verify_code, error.verify_message, error.reason, error.library)
unknowing = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
attempt("unknown", pair, unknowing, server_context)
unknowing.check_hostname = False
unknowing.verify_mode = ssl.CERT_NONE
client, server = pair(unknowing, server_context)
print(client.getpeercert(), len(client.getpeercert(True)) > 0)
old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
old.load_verify_locations(CA)
old.maximum_version = ssl.TLSVersion.TLSv1_2
client, server = pair(old, server_context)
print(client.version(), client.get_channel_binding("tls-unique") == server.get_channel_binding("tls-unique"))
server_context.minimum_version = ssl.TLSVersion.TLSv1_3
attempt("version", pair, old, server_context)
attempt("both sides", client_context.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)
attempt("empty name", client_context.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="")
attempt("ciphers", client_context.set_ciphers, "NONE-SUCH")
attempt("chain", client_context.load_cert_chain, CA)
attempt("missing", client_context.load_cert_chain, "/nonexistent")
attempt("password", server_context.load_cert_chain, os.path.join(DATA, "keycert.passwd.pem"), password="wrong")
attempt("password", server_context.load_cert_chain, os.path.join(DATA, "keycert.passwd.pem"), password=lambda: b"somepass")
attempt("cadata", client_context.load_verify_locations, cadata="nothing")
attempt("curve", server_context.set_ecdh_curve, "nothing")
attempt("mode", setattr, client_context, "verify_mode", ssl.CERT_NONE)
print(ssl.OPENSSL_VERSION.split()[0], ssl.HAS_TLSv1_3, ssl.RAND_status(), len(ssl.RAND_bytes(7)))
attempt("object", ssl._ssl.txt2obj, "1.3.6.1.5.5.7.3.1")
attempt("object", ssl._ssl.txt2obj, "nothing")

print("sockets")
client_context, server_context = contexts()
left, right = socket.socketpair()
left.settimeout(10)
right.settimeout(10)


def serve():
    with server_context.wrap_socket(right, server_side=True) as connection:
        while data := connection.recv(1024):
            connection.sendall(data.upper())
        connection.unwrap()


thread = threading.Thread(target=serve)
thread.start()
with client_context.wrap_socket(left, server_hostname="localhost") as connection:
    connection.sendall(b"over a socket")
    print(connection.recv(100), connection.version(), connection.session_reused)
    connection.unwrap()
thread.join()
print(server_context.session_stats()["accept_good"])
