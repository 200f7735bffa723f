"""Start, and import what a command-line tool imports."""

import argparse, asyncio, collections, concurrent.futures, dataclasses, datetime, decimal, email.message, enum, functools, http.client, inspect, json, logging, pathlib, re, sqlite3, ssl, subprocess, tempfile, threading, typing, unittest, urllib.request, xml.etree.ElementTree, zipfile

print(len(argparse.__all__))
