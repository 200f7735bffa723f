"""sys and os: identity, flags, environment, processes, paths, signals, time."""

import errno
import os
import platform
import signal
import sys
import sysconfig
import time

print(
    sys.version_info[:2],
    sys.implementation.name,
    sys.implementation.cache_tag,
    sys.byteorder,
    sys.maxsize,
    sys.platform,
    sys.hexversion >> 16,
    sys.api_version,
    sys.maxunicode,
    sys.float_repr_style,
    sys.getdefaultencoding(),
    sys.getfilesystemencoding(),
    sys.getfilesystemencodeerrors(),
    sys.int_info.bits_per_digit,
    sys.hash_info.width,
    sys.hash_info.modulus,
    sys.thread_info.name,
    sys.dont_write_bytecode,
    sys.argv[1:],
    sys.orig_argv[0] == sys.executable or bool(sys.orig_argv),
    sys.flags.utf8_mode,
    sys.flags.isolated,
    sys.stdin.name,
    sys.stdout.encoding,
    sys.stderr.errors,
)
print(
    sysconfig.get_config_var("EXT_SUFFIX"),
    sysconfig.get_config_var("SOABI"),
    sysconfig.get_platform(),
    sysconfig.get_python_version(),
    platform.python_implementation(),
    platform.python_version_tuple()[:2],
    platform.system(),
    sysconfig.get_config_var("Py_GIL_DISABLED"),
)
print(
    sorted(
        n for n in sys.builtin_module_names if n in ("sys", "builtins", "_thread", "marshal", "gc", "posix")
    ),
    len(sys.stdlib_module_names) > 250,
    "json" in sys.stdlib_module_names,
    sys.getrecursionlimit(),
    sys.getswitchinterval(),
    sys.intern("x") is sys.intern("x"),
    sys.is_finalizing(),
    sys.exc_info(),
    sys.getallocatedblocks() > 0,
    sys.call_tracing(lambda: 5, ()),
    sys._getframe().f_code.co_name,
    sys.warnoptions,
    sys.pycache_prefix,
    sys.abiflags == "",
    sys.copyright.splitlines()[0],
)
try:
    raise KeyError("k")
except KeyError:
    print(sys.exc_info()[0], sys.exception())
os.environ["TAIPAN_TEST"] = "é"
print(
    os.getenv("TAIPAN_TEST"),
    os.environb[b"TAIPAN_TEST"],
    os.environ.pop("TAIPAN_TEST"),
    "TAIPAN_TEST" in os.environ,
    os.getenv("TAIPAN_TEST", "default"),
)
for bad in (
    lambda: os.environ["NOPE"],
    lambda: os.environ.__setitem__("a", 1),
    lambda: os.putenv("a=b", "c"),
    lambda: os.kill(os.getpid(), 999),
    lambda: os.chdir("/nonexistent"),
    lambda: os.read(999, 1),
    lambda: os.stat(5.5),
    lambda: os.execv("/nonexistent", ["x"]),
    lambda: os.fsencode(5),
    lambda: os.strerror("x"),
    lambda: os.getpgid(-5),
    lambda: os.mkdir("/proc/x"),
    lambda: os.link("/nonexistent", "y"),
    lambda: os.open("/", os.O_WRONLY),
    lambda: os.urandom(-1),
    lambda: os.sysconf("SC_NOPE"),
    lambda: os.waitpid(1, os.WNOHANG),
    lambda: sys.exit.__call__(1, 2),
    lambda: sys.getsizeof(),
    lambda: sys._getframe(100),
    lambda: sys.set_int_max_str_digits(5),
    lambda: os.listdir(b"/nonexistent"),
    lambda: os.sched_setaffinity(0, []),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(
    os.strerror(errno.ENOENT),
    errno.errorcode[errno.EACCES],
    os.name,
    os.sep,
    os.linesep.encode(),
    os.curdir,
    os.getpid() == os.getpid(),
    os.cpu_count() > 0,
    os.uname().sysname,
    os.getcwd() == os.path.realpath("."),
    os.get_terminal_size.__name__,
    len(os.urandom(8)),
    os.umask(os.umask(0o22)) >= 0,
    os.isatty(0),
    os.devnull,
    os.path.expanduser("~") != "~",
    os.fspath("x"),
    os.cpu_count() >= len(os.sched_getaffinity(0)),
)
r, w = os.pipe()
os.write(w, b"through a pipe")
os.set_blocking(r, False)
print(os.read(r, 7), os.read(r, 100), os.get_inheritable(r), os.fstat(r).st_size)
try:
    os.read(r, 1)
except BlockingIOError as e:
    print(e.errno == errno.EAGAIN)
copy = os.dup(w)
os.close(w), os.close(copy)
print(os.read(r, 1))
os.close(r)
received = []
signal.signal(signal.SIGUSR1, lambda number, frame: received.append((number, frame.f_code.co_name)))
os.kill(os.getpid(), signal.SIGUSR1)
print(
    received,
    signal.getsignal(signal.SIGINT),
    signal.SIGTERM,
    signal.Signals(9).name,
    signal.strsignal(11),
    signal.valid_signals() >= {signal.SIGINT},
)
signal.signal(signal.SIGALRM, lambda *a: (_ for _ in ()).throw(TimeoutError("alarm")))
signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    while True:
        pass
except TimeoutError as e:
    print("interrupted a loop:", e)
signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    time.sleep(10)
except TimeoutError as e:
    print("interrupted a sleep:", e)
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("KeyboardInterrupt")
for bad in (
    lambda: signal.signal(99, print),
    lambda: signal.signal(signal.SIGKILL, print),
    lambda: signal.signal(signal.SIGUSR1, 5),
    lambda: time.sleep(-1),
    lambda: time.sleep("x"),
    lambda: time.strftime("%Y", (1,)),
    lambda: time.mktime((1,)),
    lambda: time.gmtime(1e30),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(
    time.gmtime(0),
    time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(86400 * 365)),
    time.asctime(time.gmtime(0)),
    time.mktime(time.gmtime(0)),
    time.strptime("2024-02-29", "%Y-%m-%d").tm_yday,
    time.tzname,
    time.timezone,
    time.localtime(0)[:3],
    time.time() > 1.7e9,
    time.perf_counter_ns() > 0,
    time.monotonic() <= time.monotonic(),
    time.process_time() >= 0,
    time.get_clock_info("monotonic").monotonic,
    time.clock_getres(time.CLOCK_REALTIME) > 0,
)
sys.displayhook(None)
sys.displayhook({"shown": 1})
import builtins

print(builtins._)
seen = []
sys.addaudithook(lambda event, args: seen.append(event) if event.startswith("taipan") else None)
sys.audit("taipan.event", 1)
print(seen)
monitoring = sys.monitoring
monitoring.use_tool_id(3, "tool")
lines = []
monitoring.register_callback(
    3, monitoring.events.LINE, lambda code, line: lines.append(line - code.co_firstlineno)
)


def monitored():
    a = 1
    for i in range(2):
        a += i
    return a


monitoring.set_local_events(3, monitored.__code__, monitoring.events.LINE)
monitored()
monitoring.set_local_events(3, monitored.__code__, 0)
monitored()
monitoring.free_tool_id(3)
print(lines, monitoring.get_tool(3))
