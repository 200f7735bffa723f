"""socket, selectors, socketserver, http.server and urllib over the loopback."""

import http.client
import http.server
import json
import select
import selectors
import socket
import socketserver
import struct
import threading
import urllib.error
import urllib.request

a, b = socket.socketpair()
a.sendall(b"hello")
print(
    b.recv(3),
    b.recv(10, socket.MSG_PEEK),
    b.recv(10),
    a.family.name,
    a.type.name,
    a.fileno() > 0,
    b.send(b"x"),
    a.recv_into(buffer := bytearray(4)),
    buffer,
)
print(select.select([a], [b], [], 0)[0], len(select.select([], [b], [], 0)[1]))
a.setblocking(False)
try:
    a.recv(1)
except BlockingIOError as e:
    print(type(e).__name__, e)
a.settimeout(0.01)
try:
    a.recv(1)
except TimeoutError as e:
    print(type(e).__name__, e, a.gettimeout())
b.close()
print(a.recv(1), a)
a.close()
print(a)
try:
    a.send(b"x")
except OSError as e:
    print(e)
server = socket.create_server(("127.0.0.1", 0))
port = server.getsockname()[1]


def serve():
    connection, address = server.accept()
    with connection, connection.makefile("rwb") as f:
        for line in f:
            f.write(line[::-1].strip() + b"\n")
            f.flush()


t = threading.Thread(target=serve)
t.start()
with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
    client.sendall(b"abc\ndef\n")
    client.shutdown(socket.SHUT_WR)
    data = b""
    while chunk := client.recv(100):
        data += chunk
print(data, client.fileno())
t.join()
server.close()
u1, u2 = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u1.bind(("127.0.0.1", 0))
u2.sendto(b"datagram", u1.getsockname())
print(u1.recvfrom(100)[0], u1.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_DGRAM)
u1.close(), u2.close()
for bad in (
    lambda: socket.create_connection(("127.0.0.1", 1), 1),
    lambda: socket.gethostbyname("no.such.host.invalid"),
    lambda: socket.socket().bind(("127.0.0.1", 99999)),
    lambda: socket.socket().connect("x"),
    lambda: socket.inet_aton("999.1.1.1"),
    lambda: socket.socket(9999),
    lambda: socket.socket().listen("x"),
    lambda: socket.inet_pton(socket.AF_INET6, "x"),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e if not isinstance(e, socket.gaierror) else "lookup failed")
print(
    socket.inet_aton("1.2.3.4"),
    socket.inet_ntoa(b"\x7f\0\0\1"),
    socket.inet_pton(socket.AF_INET6, "::1").hex(),
    socket.htons(1) == struct.unpack("H", struct.pack("!H", 1))[0],
    socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][4],
    socket.getservbyname("http") if False else 80,
    socket.SOL_TCP if hasattr(socket, "SOL_TCP") else 6,
)
selector = selectors.DefaultSelector()
x, y = socket.socketpair()
selector.register(x, selectors.EVENT_READ, "the data")
print(selector.select(0), y.send(b"1"), [(k.data, m) for k, m in selector.select(1)], type(selector).__name__)
selector.unregister(x)
selector.close(), x.close(), y.close()
poll = select.poll()
r, w = socket.socketpair()
poll.register(r, select.POLLIN)
print(poll.poll(0), w.send(b"z"), poll.poll(100)[0][1] == select.POLLIN)
r.close(), w.close()


class Upper(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.readline().upper())


with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Upper) as s:
    threading.Thread(target=s.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    with socket.create_connection(s.server_address) as c:
        c.sendall(b"shout\n")
        print(c.recv(100))
    s.shutdown()


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/missing":
            return self.send_error(404)
        body = json.dumps({"path": self.path, "agent": self.headers["X-Test"]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))[::-1]
        self.send_response(201, "Made")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in (body[:3], body[3:], b""):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))

    def log_message(self, *args):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web) as s:
    threading.Thread(target=s.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    base = f"http://127.0.0.1:{s.server_port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(base + "/a?b=1", headers={"X-Test": "yes"})) as r:
        print(r.status, r.headers["Content-Type"], json.load(r))
    with opener.open(base + "/p", data=b"abcdef") as r:
        print(r.status, r.reason, r.read())
    try:
        opener.open(base + "/missing")
    except urllib.error.HTTPError as e:
        print(e.code, e.reason, e)
    c = http.client.HTTPConnection("127.0.0.1", s.server_port)
    for path in ("/1", "/2"):
        c.request("GET", path)
        r = c.getresponse()
        print(r.status, r.version, r.getheader("content-length"), r.read())
    c.close()
    s.shutdown()
try:
    opener.open("http://127.0.0.1:1/")
except urllib.error.URLError as e:
    print(e)
