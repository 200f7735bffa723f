"""Unpack the source distribution of a package and print where.

usage: wheel_sources.py NAME==VERSION DIRECTORY

It is fetched from the package index, unless it is there already.  Nothing of it
is built: only its tests are wanted.
"""

import json
import os
import shutil
import sys
import tarfile
import tempfile
import urllib.request

INDEX = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
FORMAT = "application/vnd.pypi.simple.v1+json"


def normal(name):
    return name.lower().replace("_", "-")


def main():
    name, version = sys.argv[1].split("==")
    target = os.path.join(sys.argv[2], f"{normal(name)}-{version}")
    if not os.path.exists(target):
        request = urllib.request.Request(f"{INDEX}/{normal(name)}/", headers={"Accept": FORMAT})
        with urllib.request.urlopen(request) as response:
            files = json.load(response)["files"]
        wanted = f"{normal(name)}-{version}.tar.gz"
        [url] = [file["url"] for file in files if normal(file["filename"]) == wanted]
        with tempfile.TemporaryDirectory(dir=sys.argv[2]) as scratch:
            archive, _ = urllib.request.urlretrieve(url, os.path.join(scratch, "archive"))
            unpacked = os.path.join(scratch, "unpacked")
            with tarfile.open(archive) as tar:
                tar.extractall(unpacked, filter="data")
            [top] = os.listdir(unpacked)
            shutil.move(os.path.join(unpacked, top), target)
    print(target)


main()
