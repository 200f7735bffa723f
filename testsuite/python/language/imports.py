"""Imports: packages, relative imports, cycles, reloading, hooks, errors."""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import tempfile

files = {
    "pkg/__init__.py": "print('init pkg', __name__, __package__)\nfrom . import a\n__all__ = ['a', 'b']\nvalue = 1\n",
    "pkg/a.py": "print('init a', __name__)\nfrom .sub import deep\nfrom pkg import __name__ as parent\nX = 'x'\n_hidden = 1\n",
    "pkg/b.py": "print('init b')\n",
    "pkg/sub/__init__.py": "",
    "pkg/sub/deep.py": "from ... import nothing_above\n"
    if False
    else "from .. import a as cyclic\nD = 'deep'\n",
    "cycle1.py": "import cycle2\nname = 'one'\nfrom cycle2 import name as other\n",
    "cycle2.py": "import cycle1\nname = 'two'\nseen = hasattr(cycle1, 'name')\n",
    "broken.py": "x = 1\nraise RuntimeError('while importing')\n",
    "syntax.py": "def f(:\n",
    "circular_from.py": "from circular_from2 import b\na = 1\n",
    "circular_from2.py": "from circular_from import a\nb = 1\n",
    "getattr_module.py": "def __getattr__(name):\n    if name == 'dynamic':\n        return 42\n    raise AttributeError(name)\ndef __dir__():\n    return ['dynamic']\n",
    "main_mod.py": "print('run as', __name__)\nif __name__ == '__main__':\n    print('main block')\n",
    "space/inner.py": "I = 'namespace package'\n",
}
with tempfile.TemporaryDirectory() as root:
    for name, text in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
    sys.path.insert(0, root)
    import pkg

    print(pkg.a.X, pkg.a.deep.D, pkg.a.parent, "b" in dir(pkg), pkg.__path__ == [os.path.join(root, "pkg")])
    from pkg import *

    print("b" in dir(), b.__name__, "value" in dir())
    from pkg.a import *

    print(X, "_hidden" in dir())
    import pkg.sub.deep as deep
    from pkg import value as renamed, a as alias

    print(
        deep.D,
        renamed,
        alias.__name__,
        deep.__spec__.name,
        deep.__spec__.parent,
        pkg.__spec__.submodule_search_locations == pkg.__path__,
        deep.__file__.endswith("deep.py"),
        os.path.basename(deep.__cached__),
    )
    import cycle1

    print(cycle1.other, sys.modules["cycle2"].seen)
    for statement in (
        "import nope",
        "from pkg import nope",
        "import pkg.nope",
        "from . import x",
        "import broken",
        "import syntax",
        "from circular_from import a",
        "from pkg.a.b import c",
        "from os import nope",
        "import os.nope",
        "from .x import y",
        "import pkg.value",
    ):
        try:
            exec(statement, {"__name__": "test"})
        except Exception as e:
            print(statement, "|", type(e).__name__, str(e).replace(root, "ROOT"), getattr(e, "name", None))
    print("broken" in sys.modules)
    import getattr_module

    print(getattr_module.dynamic, dir(getattr_module))
    try:
        getattr_module.other
    except AttributeError as e:
        print(e)
    import space.inner

    print(
        space.inner.I,
        type(space.__path__).__name__,
        space.__spec__.origin,
        repr(space).startswith("<module 'space' (namespace)"),
    )
    with open(os.path.join(root, "pkg/b.py"), "w") as f:
        f.write("print('init b again')\nnew = 'reloaded'\n")
    print(importlib.reload(pkg.b).new)
    print(
        importlib.import_module(".a", "pkg") is pkg.a,
        __import__("pkg.sub.deep") is pkg,
        importlib.util.find_spec("pkg.b").name,
        importlib.util.find_spec("nope"),
        importlib.util.resolve_name(".x", "pkg"),
    )

    class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        def find_spec(self, name, path, target=None):
            if name.startswith("virtual"):
                return importlib.machinery.ModuleSpec(name, self)

        def create_module(self, spec):
            return None

        def exec_module(self, module):
            module.made = f"by hook for {module.__name__}"

    sys.meta_path.append(Finder())
    import virtual_thing

    print(virtual_thing.made, virtual_thing)
    import runpy

    runpy.run_path(os.path.join(root, "main_mod.py"), run_name="__main__")
    print(runpy.run_module("main_mod")["__name__"])
    import py_compile

    cached = py_compile.compile(os.path.join(root, "main_mod.py"), doraise=True)
    print(os.path.basename(cached))
    spec = importlib.util.spec_from_file_location("loaded", os.path.join(root, "pkg/b.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    print(module.new, "loaded" in sys.modules)
    import zipfile

    with zipfile.ZipFile(os.path.join(root, "z.zip"), "w") as z:
        z.writestr("zipped.py", "Z = 'from zip'\n")
    sys.path.insert(0, os.path.join(root, "z.zip"))
    import zipped

    print(zipped.Z, type(zipped.__loader__).__name__)
    sys.modules["blocked"] = None
    try:
        import blocked
    except ImportError as e:
        print(type(e).__name__, e)
    sys.modules["fake"] = "not a module"
    import fake

    print(
        fake,
        sys.modules["sys"] is sys,
        importlib.machinery.EXTENSION_SUFFIXES[-1],
        importlib.machinery.SOURCE_SUFFIXES,
    )
    importlib.invalidate_caches()
