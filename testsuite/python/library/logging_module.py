"""logging: levels, handlers, formatters, filters, hierarchy, exceptions."""

import io
import logging
import logging.handlers
import sys

stream = io.StringIO()
handler = logging.StreamHandler(stream)
handler.setFormatter(logging.Formatter("%(levelname)-8s|%(name)s|%(funcName)s|%(message)s"))
root = logging.getLogger()
root.addHandler(handler)
root.setLevel(logging.INFO)
log = logging.getLogger("app.module")
log.debug("not shown")
log.info("hello %s %d", "world", 5)
log.warning("mapping %(a)s", {"a": 1})
log.error("no args %s")


def function():
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("failed")


function()
log.log(35, "custom level")
logging.addLevelName(35, "NOTICE")
log.log(35, "named level")
log.setLevel("ERROR")
log.warning("too low")
print(
    log.isEnabledFor(logging.ERROR),
    log.getEffectiveLevel(),
    logging.getLogger("app").level,
    log.parent is root,
    logging.getLogger("app.module") is log,
)
log.setLevel(logging.NOTSET)


class Censor(logging.Filter):
    def filter(self, record):
        record.msg = str(record.msg).replace("secret", "***")
        return "drop" not in record.msg


handler.addFilter(Censor())
log.info("a secret")
log.info("drop this")
child = log.getChild("child")
child.propagate = False
child.warning("nowhere") if child.handlers else None
memory = logging.handlers.MemoryHandler(10, target=handler)
buffered = logging.getLogger("buffered")
buffered.addHandler(memory)
buffered.propagate = False
buffered.info("one")
buffered.info("two")
stream.write("-- flush\n")
memory.flush()
adapter = logging.LoggerAdapter(log, {"user": "bob"})
adapter.info("adapted")
fmt = logging.Formatter("{levelname}:{message}", style="{")
record = logging.LogRecord("n", logging.INFO, "/path/file.py", 10, "msg %s", ("x",), None)
print(
    fmt.format(record),
    logging.Formatter("$message", style="$").format(record),
    record.getMessage(),
    record.filename,
    record.module,
    record,
    logging.makeLogRecord({"msg": "made"}).getMessage(),
)
print(
    logging.getLevelName(10),
    logging.getLevelName("ERROR"),
    logging.getLevelName(99),
    logging.getLevelNamesMapping()["INFO"],
    root,
    log,
    handler.__class__.__name__,
)
for bad in (
    lambda: root.setLevel("NOPE"),
    lambda: root.setLevel(1.5),
    lambda: logging.Formatter("%(x", validate=True),
    lambda: logging.Formatter("{x", style="{"),
    lambda: logging.getLogger(5),
    lambda: log.log("x", "y"),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
queue = __import__("queue").Queue()
q = logging.getLogger("q")
q.addHandler(logging.handlers.QueueHandler(queue))
q.propagate = False
q.warning("queued %s", 1)
print(queue.get().getMessage())
logging.disable(logging.WARNING)
log.warning("disabled")
logging.disable(logging.NOTSET)
root.removeHandler(handler)
out = io.StringIO()
logging.basicConfig(stream=out, format="%(message)s @%(lineno)d", force=True)
logging.warning("basic")
logging.getLogger("x").critical("stack", stack_info=False)
print(stream.getvalue())
print(out.getvalue())
import logging.config

logging.config.dictConfig(
    {
        "version": 1,
        "formatters": {"f": {"format": "CFG %(message)s"}},
        "handlers": {"h": {"class": "logging.StreamHandler", "formatter": "f", "stream": "ext://sys.stdout"}},
        "loggers": {"configured": {"handlers": ["h"], "level": "DEBUG", "propagate": False}},
    }
)
logging.getLogger("configured").debug("via dictConfig")
logging.lastResort.stream if False else None
bad_args = io.StringIO()
logging.raiseExceptions = False
logging.getLogger("configured").info("%d", "not a number")
sys.stdout.flush()
