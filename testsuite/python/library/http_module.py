"""http.server and http.client: a folder's files, a handler of one's own, keep-alive, chunks, bad requests."""

import functools
import http.client
import http.cookiejar
import http.server
import json
import os
import socket
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request

HIDDEN = {"Date", "Server", "Last-Modified"}


class Quiet:
    def log_message(self, *args):
        pass


class Files(Quiet, http.server.SimpleHTTPRequestHandler):
    pass


class Api(Quiet, http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    notes = {}

    def reply(self, status, value, **headers):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        match parts.path.strip("/").split("/"):
            case ["notes"]:
                wanted = urllib.parse.parse_qs(parts.query).get("tag", [])
                found = {k: v for k, v in self.notes.items() if not wanted or v["tag"] in wanted}
                self.reply(200, found)
            case ["notes", key] if key in self.notes:
                self.reply(200, self.notes[key], ETag=f'"{key}"')
            case ["chunks"]:
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for size in (1, 20, 300):
                    self.wfile.write(b"%x\r\n%s\r\n" % (size, b"x" * size))
                self.wfile.write(b"0\r\n\r\n")
            case ["moved"]:
                self.reply(302, "go", Location="/notes")
            case ["cookie"]:
                self.reply(200, self.headers.get("Cookie"), Set_Cookie="seen=1; Path=/")
            case _:
                self.send_error(404, "No such note", f"{self.path} is unknown")

    do_HEAD = do_GET

    def do_PUT(self):
        key = self.path.rsplit("/", 1)[-1]
        length = int(self.headers["Content-Length"])
        try:
            note = json.loads(self.rfile.read(length))
        except json.JSONDecodeError as error:
            return self.reply(400, str(error))
        self.notes[key] = note
        self.reply(201, note, Location=self.path)

    def do_DELETE(self):
        self.notes.pop(self.path.rsplit("/", 1)[-1], None)
        self.send_response(204)
        self.end_headers()


def shown(headers):
    return {name: value for name, value in headers.items() if name not in HIDDEN}


def fetch(url, method="GET", data=None, **headers):
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        response = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        body = response.read()
    path = urllib.parse.urlsplit(url).path
    print(method, path, response.status, response.reason, shown(response.headers), len(body))
    return body


def raw(port, data):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as answer:
            return answer.read()


def files(base, port):
    print(fetch(base + "/").decode())
    print(fetch(base + "/a.txt"), fetch(base + "/a.txt", "HEAD"))
    for path in (
        "/folder",
        "/folder/",
        "/empty/",
        "/%C3%A9%20x.txt",
        "/nothing",
        "/../a.txt",
        "/a.txt/",
        "/a.txt?q#f",
    ):
        fetch(base + path)
    fetch(base + "/a.txt", "POST", b"data")
    with urllib.request.urlopen(base + "/a.txt") as response:
        stamp = response.headers["Last-Modified"]
    fetch(base + "/a.txt", If_Modified_Since="x")
    fetch(base + "/a.txt", **{"If-Modified-Since": stamp})
    for data in (b"GET /a.txt\r\n\r\n", b"NONE / HTTP/1.0\r\n\r\n", b"GET / HTTP/3.0\r\n\r\n", b"x\r\n\r\n"):
        print(data, raw(port, data).split(b"\r\n")[0][:60])


def api(base, port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for key, tag in (("one", "a"), ("two", "b")):
        note = json.dumps({"tag": tag})
        connection.request("PUT", f"/notes/{key}", note, {"Content-Type": "application/json"})
        response = connection.getresponse()
        print(response.status, shown(response.headers), response.read(), response.will_close)
    for method, path, body in (
        ("PUT", "/notes/bad", "{"),
        ("GET", "/notes?tag=b&tag=c", None),
        ("GET", "/notes/one", None),
        ("HEAD", "/notes/one", None),
        ("GET", "/chunks", None),
        ("DELETE", "/notes/two", None),
        ("GET", "/notes", None),
        ("GET", "/none?<x>", None),
        ("PATCH", "/notes", None),
    ):
        connection.request(method, path, body)
        response = connection.getresponse()
        print(method, path, response.status, response.reason, len(response.read()), response.chunked)
    connection.close()
    print(fetch(base + "/moved"))
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    print([opener.open(base + "/cookie").read() for _ in range(2)], [(c.name, c.value) for c in jar])
    print(raw(port, b"GET /notes HTTP/1.1\r\nConnection: close\r\n\r\n").split(b"\r\n")[-1])
    for wrong in (
        lambda: connection.putrequest("GET", "/a b"),
        lambda: connection.putrequest("G\n", "/"),
        lambda: http.client.HTTPConnection("a:b"),
        lambda: urllib.request.urlopen("nothing://x"),
    ):
        try:
            wrong()
        except Exception as error:
            print(type(error).__name__, error)


def serve(handler, visit):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        visit(f"http://127.0.0.1:{server.server_port}", server.server_port)
        server.shutdown()
        thread.join()


with tempfile.TemporaryDirectory() as folder:
    os.makedirs(f"{folder}/folder")
    os.makedirs(f"{folder}/empty")
    for name, text in (("a.txt", "text\n"), ("folder/index.html", "<p>"), ("\u00e9 x.txt", ""), ("<b>.py", "")):
        with open(f"{folder}/{name}", "w") as file:
            file.write(text)
    serve(functools.partial(Files, directory=folder), files)
serve(Api, api)
