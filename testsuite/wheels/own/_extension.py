"""Builds an extension module from source, with the headers and the build settings of the Python that runs."""

import importlib.util
import subprocess
import sys


def built(place, setup, source):
    """The module that `setup`, the text of a `setup.py`, makes of the file `source`, a name and a text, in the folder `place`."""
    file, text = source
    name = file.partition(".")[0]
    (place / "setup.py").write_text(setup)
    (place / file).write_text(text)
    subprocess.run([sys.executable, "setup.py", "-q", "build_ext", "--inplace"], cwd=place, check=True)
    [library] = place.glob(f"{name}.*.so")
    spec = importlib.util.spec_from_file_location(name, library)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
