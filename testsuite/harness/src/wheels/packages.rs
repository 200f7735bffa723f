//! THE PACKAGES whose tests are run. To add one, write a row; an environment, a run and a ledger follow from it.

/// One package of the index.
#[derive(Debug)]
pub struct Package {
    /// Its name, which is also the ledger's.
    pub name: &'static str,
    /// What is installed beside pytest.
    pub install: &'static [&'static str],
    /// The source distribution that holds the tests, where the wheel does not.
    pub sources: Option<&'static str>,
    /// Directories of the source distribution that the wheel leaves out, and where in the installed packages they belong.
    pub graft: &'static [(&'static str, &'static str)],
    /// pytest's arguments: which tests, and how. `own/FILE` is a file of `testsuite/wheels/own`.
    pub tests: &'static [&'static str],
    /// What the tests expect of the environment.
    pub variables: &'static [(&'static str, &'static str)],
    /// Whether it is among the few that are run with every change.
    pub is_quick: bool,
}

/// A row's defaults.
const PACKAGE: Package = Package {
    name: "",
    install: &[],
    sources: None,
    graft: &[],
    tests: &[],
    variables: &[],
    is_quick: false,
};

/// All of them.
pub const PACKAGES: &[Package] = &[
    Package {
        name: "markupsafe",
        install: &["markupsafe==3.0.4"],
        sources: Some("markupsafe==3.0.4"),
        tests: &["tests"],
        is_quick: true,
        ..PACKAGE
    },
    Package {
        name: "jinja2",
        install: &["jinja2==3.1.6", "markupsafe==3.0.4", "trio==0.35.0"],
        sources: Some("jinja2==3.1.6"),
        tests: &["tests"],
        is_quick: true,
        ..PACKAGE
    },
    Package {
        name: "msgpack",
        install: &["msgpack==1.2.4"],
        sources: Some("msgpack==1.2.4"),
        tests: &["test"],
        is_quick: true,
        ..PACKAGE
    },
    Package {
        name: "pyyaml",
        install: &["pyyaml==6.0.4"],
        sources: Some("pyyaml==6.0.4"),
        tests: &["tests"],
        is_quick: true,
        ..PACKAGE
    },
    Package {
        name: "multidict",
        install: &[
            "multidict==7.2.1",
            "pytest-codspeed==5.0.4",
            "objgraph==3.7.0",
            "psutil==7.2.2",
            "coverage==7.17.5",
        ],
        sources: Some("multidict==7.2.1"),
        tests: &["-o", "addopts=", "tests"],
        ..PACKAGE
    },
    Package {
        name: "yarl",
        install: &["yarl==1.25.1", "pytest-codspeed==5.0.4", "hypothesis==6.170.17"],
        sources: Some("yarl==1.25.1"),
        tests: &["-o", "addopts=", "tests"],
        is_quick: true,
        ..PACKAGE
    },
    Package {
        name: "frozenlist",
        install: &["frozenlist==1.8.0"],
        sources: Some("frozenlist==1.8.0"),
        tests: &["-o", "addopts=", "tests"],
        is_quick: true,
        ..PACKAGE
    },
    Package {
        name: "propcache",
        install: &["propcache==0.5.4", "pytest-codspeed==5.0.4"],
        sources: Some("propcache==0.5.4"),
        tests: &["-o", "addopts=", "tests"],
        is_quick: true,
        ..PACKAGE
    },
    Package {
        name: "orjson",
        install: &[
            "orjson==3.13.0",
            "numpy==2.5.5",
            "arrow==1.4.0",
            "psutil==7.2.2",
            "python-dateutil==2.9.0.post0",
            "pytz==2026.6",
            "Faker==40.63.0",
        ],
        sources: Some("orjson==3.13.0"),
        tests: &["test"],
        is_quick: true,
        ..PACKAGE
    },
    Package {
        name: "regex",
        install: &["regex==2026.11.19"],
        tests: &["--pyargs", "regex.tests.test_regex"],
        ..PACKAGE
    },
    Package {
        name: "wrapt",
        install: &["wrapt==2.5.2"],
        sources: Some("wrapt==2.5.2"),
        tests: &["-o", "addopts=", "tests/core"],
        is_quick: true,
        ..PACKAGE
    },
    Package {
        name: "cffi",
        install: &["cffi==2.1.1", "setuptools==84.2.1"],
        sources: Some("cffi==2.1.1"),
        tests: &[
            "src/c/test_c.py",
            "testing/cffi0/test_ffi_backend.py",
            "testing/cffi0/test_function.py",
            "testing/cffi0/test_parsing.py",
            "testing/cffi0/test_verify.py",
            "testing/cffi1/test_recompiler.py",
        ],
        ..PACKAGE
    },
    Package {
        name: "greenlet",
        install: &["greenlet==3.5.6", "objgraph==3.7.0", "psutil==7.2.2"],
        tests: &["--pyargs", "greenlet.tests"],
        ..PACKAGE
    },
    Package {
        name: "psutil",
        install: &[
            "psutil==7.2.2",
            "pytest-instafail==0.5.0",
            "pytest-xdist==3.8.0",
            "pytest-subtests==0.15.0",
            "setuptools==84.2.1",
        ],
        sources: Some("psutil==7.2.2"),
        graft: &[("tests", "tests"), ("scripts", "scripts")],
        // Those of test_sudo set the machine's clock.
        tests: &["-o", "addopts=", "--pyargs", "tests", "-k", "not test_sudo"],
        ..PACKAGE
    },
    Package {
        name: "lxml",
        install: &["lxml==6.1.3", "html5lib==1.1", "cssselect==1.6.0", "beautifulsoup4==4.15.0"],
        sources: Some("lxml==6.1.3"),
        tests: &["--pyargs", "lxml.tests"],
        graft: &[("src/lxml/tests", "lxml/tests"), ("src/lxml/html/tests", "lxml/html/tests")],
        ..PACKAGE
    },
    Package {
        name: "cryptography",
        install: &[
            "cryptography==50.0.2",
            "cryptography-vectors==50.0.2",
            "pretend==1.0.9",
            "certifi==2026.10.19.post1",
            "pytest-benchmark==5.3.1",
            "pytest-xdist==3.8.0",
        ],
        sources: Some("cryptography==50.0.2"),
        tests: &["-o", "addopts=", "--benchmark-disable", "tests"],
        ..PACKAGE
    },
    Package {
        name: "pydantic-core",
        install: &[
            "pydantic-core==2.50.5",
            "dirty-equals==0.11",
            "hypothesis==6.170.17",
            "pytest-timeout==2.4.0",
            "inline-snapshot==0.36.1",
            "typing-inspection==0.4.5",
            "pytest-mock==3.17.0",
            "pytest-run-parallel==0.10.0",
            "pytest-benchmark==5.3.1",
            "tzdata==2026.6",
        ],
        sources: Some("pydantic-core==2.50.5"),
        tests: &["-o", "addopts=", "--benchmark-disable", "--inline-snapshot=disable", "tests"],
        ..PACKAGE
    },
    Package {
        name: "pydantic",
        install: &[
            "pydantic==2.14.4",
            "dirty-equals==0.11",
            "email-validator==2.4.0",
            "jsonschema==4.26.0",
            "pytest-mock==3.17.0",
            "pytest-benchmark==5.3.1",
            "pytz==2026.6",
            "cloudpickle==3.1.3",
            "pytest-run-parallel==0.10.0",
            "tzdata==2026.6",
            "inline-snapshot==0.36.1",
        ],
        sources: Some("pydantic==2.14.4"),
        tests: &["-o", "addopts=", "--benchmark-disable", "tests"],
        ..PACKAGE
    },
    Package {
        name: "pillow",
        install: &["pillow==13.0.0", "numpy==2.5.5", "defusedxml==0.7.1", "olefile==0.47"],
        sources: Some("pillow==13.0.0"),
        tests: &["Tests"],
        ..PACKAGE
    },
    Package {
        name: "sqlalchemy",
        install: &["sqlalchemy==2.1.9", "greenlet==3.5.6"],
        sources: Some("sqlalchemy==2.1.9"),
        tests: &["-p", "no:logging", "--maxfail=100000", "test/base", "test/engine", "test/sql", "test/ext"],
        variables: &[("PYTHONNOUSERSITE", "1")],
        ..PACKAGE
    },
    Package {
        name: "aiohttp",
        install: &[
            "aiohttp==3.14.5",
            "pytest-mock==3.17.0",
            "coverage==7.17.5",
            "pytest-xdist==3.8.0",
            "pytest-codspeed==5.0.4",
            "re-assert==1.1.0",
            "freezegun==1.5.5",
            "proxy.py==2.4.10",
            "trustme==1.2.1",
            "python-on-whales==0.81.0",
            "blockbuster==1.5.29",
            "--no-binary=forbiddenfruit",
            "isal==1.9.1",
            "zlib-ng==1.1.0",
            "pytest-aiohttp==1.1.1",
            "pytest-timeout==2.4.0",
        ],
        sources: Some("aiohttp==3.14.5"),
        tests: &["-o", "addopts=", "-o", "asyncio_default_fixture_loop_scope=function", "tests"],
        ..PACKAGE
    },
    Package {
        name: "uvloop",
        install: &["uvloop==0.23.0", "psutil==7.2.2", "pyopenssl==26.4.0", "aiohttp==3.14.5"],
        sources: Some("uvloop==0.23.0"),
        tests: &["tests"],
        ..PACKAGE
    },
    Package {
        name: "black",
        install: &["black==26.10.1"],
        sources: Some("black==26.10.1"),
        tests: &["-o", "addopts=", "-W", "ignore::pytest.PytestRemovedIn10Warning", "tests"],
        ..PACKAGE
    },
    Package {
        name: "numpy",
        install: &["numpy==2.5.5", "hypothesis==6.170.17"],
        tests: &[
            "--pyargs",
            "numpy._core",
            "numpy.lib",
            "numpy.linalg",
            "numpy.random",
            "numpy.fft",
            "-m",
            "not slow",
        ],
        ..PACKAGE
    },
    Package {
        name: "pandas",
        install: &["pandas==3.1.1", "hypothesis==6.170.17"],
        tests: &[
            "--pyargs",
            "pandas.tests.libs",
            "pandas.tests.dtypes",
            "pandas.tests.arrays",
            "pandas.tests.indexes",
            "pandas.tests.tslibs",
            "-m",
            "not slow and not network and not db",
        ],
        ..PACKAGE
    },
    Package {
        name: "coverage",
        install: &["coverage==7.17.5", "flaky==3.8.1", "hypothesis==6.170.17", "setuptools==84.2.1"],
        sources: Some("coverage==7.17.5"),
        graft: &[("tests", "tests")],
        tests: &["-o", "addopts=", "--pyargs", "tests"],
        variables: &[("COVERAGE_CORE", "ctrace"), ("COVERAGE_TESTING", "True")],
        ..PACKAGE
    },
    // Of scipy, three of its parts that are mostly native.
    Package {
        name: "scipy",
        install: &["scipy==1.18.1", "numpy==2.5.5", "hypothesis==6.170.17"],
        tests: &["--pyargs", "scipy.linalg", "scipy.sparse", "scipy.special", "-m", "not slow and not xslow"],
        ..PACKAGE
    },
    // Of scikit-learn, the estimators of five kinds.
    Package {
        name: "scikit-learn",
        install: &["scikit-learn==1.9.1", "scipy==1.18.1", "numpy==2.5.5"],
        tests: &[
            "--pyargs",
            "sklearn.cluster.tests.test_k_means",
            "sklearn.linear_model.tests.test_logistic",
            "sklearn.neighbors.tests.test_neighbors",
            "sklearn.svm.tests.test_svm",
            "sklearn.tree.tests.test_tree",
        ],
        ..PACKAGE
    },
    Package {
        name: "cython",
        install: &["cython==3.3.1", "setuptools==84.2.1"],
        tests: &["own/test_cython.py"],
        ..PACKAGE
    },
    Package {
        name: "pybind11",
        install: &["pybind11==3.1.0", "setuptools==84.2.1"],
        tests: &["own/test_pybind11.py"],
        ..PACKAGE
    },
    Package { name: "protobuf", install: &["protobuf==7.36.2"], tests: &["own/test_protobuf.py"], ..PACKAGE },
    Package { name: "grpcio", install: &["grpcio==1.85.3"], tests: &["own/test_grpcio.py"], ..PACKAGE },
    // Of mypy, which mypyc has compiled, the checks of a few chapters of its test data.
    Package {
        name: "mypy",
        install: &["mypy==2.4.1", "setuptools==84.2.1", "attrs==26.1.0", "filelock==4.2.11", "lxml==6.1.3"],
        sources: Some("mypy==2.4.1"),
        graft: &[("test-data", "test-data")],
        tests: &[
            "--pyargs",
            "mypy.test.testcheck",
            "mypy.test.testparse",
            "mypy.test.testtypes",
            "mypy.test.testsubtypes",
            "-k",
            "not testcheck or basic or class or generic or protocol or tuple",
        ],
        ..PACKAGE
    },
    // Of pyarrow, what stands on its own without the optional parts.
    Package {
        name: "pyarrow",
        install: &["pyarrow==26.0.1", "numpy==2.5.5", "hypothesis==6.170.17"],
        tests: &[
            "--pyargs",
            "pyarrow.tests.test_array",
            "pyarrow.tests.test_compute",
            "pyarrow.tests.test_convert_builtin",
            "pyarrow.tests.test_io",
            "pyarrow.tests.test_ipc",
            "pyarrow.tests.test_scalars",
            "pyarrow.tests.test_schema",
            "pyarrow.tests.test_table",
            "pyarrow.tests.test_types",
        ],
        ..PACKAGE
    },
    // Of gevent, the files that patch nothing, so that one process can run them all.
    Package {
        name: "gevent",
        install: &["gevent==26.9.0", "greenlet==3.5.6", "psutil==7.2.2"],
        tests: &[
            "--pyargs",
            "gevent.tests.test__event",
            "gevent.tests.test__greenlet",
            "gevent.tests.test__greenletset",
            "gevent.tests.test__hub",
            "gevent.tests.test__joinall",
            "gevent.tests.test__loop_callback",
            "gevent.tests.test__pool",
            "gevent.tests.test__queue",
            "gevent.tests.test__semaphore",
            "gevent.tests.test__timeout",
            "gevent.tests.test__local",
            "gevent.tests.test__server",
        ],
        ..PACKAGE
    },
    // Of matplotlib, pictures that Agg draws, which are compared with those of its sources.
    Package {
        name: "matplotlib",
        install: &["matplotlib==3.11.2", "numpy==2.5.5"],
        sources: Some("matplotlib==3.11.2"),
        graft: &[("lib/matplotlib/tests/baseline_images", "matplotlib/tests/baseline_images")],
        tests: &[
            "--pyargs",
            "matplotlib.tests.test_agg",
            "matplotlib.tests.test_artist",
            "matplotlib.tests.test_bbox_tight",
            "matplotlib.tests.test_collections",
            "matplotlib.tests.test_contour",
            "matplotlib.tests.test_image",
            "matplotlib.tests.test_lines",
            "matplotlib.tests.test_patches",
            "matplotlib.tests.test_path",
            "matplotlib.tests.test_transforms",
        ],
        ..PACKAGE
    },
];
