"""A C++ extension is built from source with pybind11, and runs."""

import gc
import weakref

import pytest
from _extension import built

SETUP = """
from pybind11.setup_helpers import Pybind11Extension, build_ext
from setuptools import setup
setup(name="zoo", ext_modules=[Pybind11Extension("zoo", ["zoo.cpp"], cxx_std=17)],
      cmdclass={"build_ext": build_ext})
"""

ZOO = r"""
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/functional.h>
#include <pybind11/operators.h>
#include <memory>
#include <stdexcept>
namespace py = pybind11;

struct Animal {
    std::string name;
    explicit Animal(std::string name) : name(std::move(name)) {}
    virtual ~Animal() = default;
    virtual std::string sound() const { return "..."; }
};
struct Dog : Animal {
    using Animal::Animal;
    std::string sound() const override { return "woof"; }
};
struct PyAnimal : Animal {
    using Animal::Animal;
    std::string sound() const override { PYBIND11_OVERRIDE(std::string, Animal, sound, ); }
};
struct Vec {
    double x, y;
    Vec operator+(const Vec &o) const { return {x + o.x, y + o.y}; }
    Vec operator*(double k) const { return {x * k, y * k}; }
    bool operator==(const Vec &o) const { return x == o.x && y == o.y; }
};
struct Failure : std::runtime_error { using std::runtime_error::runtime_error; };
enum class Color { red, green };

struct Flying { int height; };

static PyObject *throw_it(PyObject *, PyObject *height) { throw Flying{(int)PyLong_AsLong(height)}; }
static PyMethodDef throwing = {"throw_it", throw_it, METH_O, nullptr};

PYBIND11_MODULE(zoo, m) {
    m.doc() = "a zoo";
    py::class_<Animal, PyAnimal, std::shared_ptr<Animal>>(m, "Animal", py::dynamic_attr())
        .def(py::init<std::string>())
        .def_readwrite("name", &Animal::name)
        .def("sound", &Animal::sound);
    py::class_<Dog, Animal, std::shared_ptr<Dog>>(m, "Dog").def(py::init<std::string>());
    py::class_<Vec>(m, "Vec", py::buffer_protocol())
        .def(py::init<double, double>(), py::arg("x") = 0.0, py::arg("y") = 0.0)
        .def_property("x", [](const Vec &v) { return v.x; }, [](Vec &v, double x) { v.x = x; })
        .def(py::self + py::self).def(py::self * double()).def(py::self == py::self)
        .def("__repr__", [](const Vec &v) { return "Vec(" + std::to_string(v.x) + ")"; })
        .def(py::pickle([](const Vec &v) { return py::make_tuple(v.x, v.y); },
                        [](py::tuple t) { return Vec{t[0].cast<double>(), t[1].cast<double>()}; }))
        .def_buffer([](Vec &v) { return py::buffer_info(&v.x, sizeof(double), "d", 1, {2}, {sizeof(double)}); });
    py::register_exception<Failure>(m, "Failure", PyExc_RuntimeError);
    py::enum_<Color>(m, "Color").value("red", Color::red).value("green", Color::green);
    m.def("speak", [](const Animal &a, int times) {
        std::string s; while (times-- > 0) s += a.sound(); return s; }, py::arg("animal"), py::arg("times") = 1);
    m.def("add", [](int a, int b) { return a + b; }, "adds");
    m.def("over", [](int) { return "int"; });
    m.def("over", [](const std::string &) { return "str"; });
    m.def("over", [](py::list) { return "list"; });
    m.def("fail", [](int kind) {
        if (kind == 0) throw std::out_of_range("range");
        if (kind == 1) throw Failure("own");
        if (kind == 2) throw py::key_error("key");
        if (kind == 3) throw std::invalid_argument("argument");
        throw std::bad_alloc(); });
    m.def("call", [](const std::function<int(int)> &f, int n) { return f(n); });
    m.def("square", []() { return std::function<int(int)>([](int n) { return n * n; }); });
    m.def("catch_it", [](py::function f) -> std::string {
        try { f(); return "none"; }
        catch (py::error_already_set &e) {
            return std::string(e.matches(PyExc_ZeroDivisionError) ? "zero: " : "other: ") + py::str(e.value()).cast<std::string>(); } });
    m.attr("throw_it") = py::reinterpret_steal<py::object>(PyCFunction_New(&throwing, nullptr));
    m.def("through", [](py::object f, int height) {
        try { Py_XDECREF(PyObject_CallFunction(f.ptr(), "i", height)); return -1; }
        catch (Flying &flying) { return flying.height; } });
    m.def("turn", [](std::map<std::string, std::vector<int>> table) {
        std::vector<std::pair<std::string, int>> out;
        for (auto &[k, v] : table) for (int i : v) out.emplace_back(k, i);
        return out; });
    m.def("optional", [](std::optional<int> n) { return n ? *n + 1 : -1; });
    m.def("kwargs", [](py::args a, py::kwargs k) { return py::make_tuple(a, k); });
    m.def("without_gil", [](int n) { py::gil_scoped_release r; py::gil_scoped_acquire a; return n; });
    m.def("each", [](py::iterable it) { int n = 0; for (auto o : it) n += o.cast<int>(); return n; });
    m.def("numbers", [](int n) { py::list l; for (int i = 0; i < n; i++) l.append(i); return l; });
}
"""


@pytest.fixture(scope="module")
def zoo(tmp_path_factory):
    return built(tmp_path_factory.mktemp("zoo"), SETUP, ("zoo.cpp", ZOO))


def test_classes(zoo):
    dog = zoo.Dog("rex")
    assert (dog.name, dog.sound(), zoo.speak(dog, 2)) == ("rex", "woof", "woofwoof")
    dog.age = 3
    assert dog.__dict__ == {"age": 3}
    with pytest.raises(TypeError, match="incompatible constructor arguments"):
        zoo.Dog(1)

    class Cat(zoo.Animal):
        def sound(self):
            return "meow"

    assert zoo.speak(Cat("tom"), times=3) == "meowmeowmeow"

    class Mute(zoo.Animal):
        def __init__(self):
            pass

    with pytest.raises(TypeError, match="__init__.. must be called when overriding __init__"):
        Mute()


def test_values(zoo):
    import pickle

    v = zoo.Vec(1, y=2) + zoo.Vec(x=3)
    assert v == zoo.Vec(4, 2) and v * 2 == zoo.Vec(8, 4)
    v.x = 9
    assert repr(v) == "Vec(9.000000)"
    assert pickle.loads(pickle.dumps(v)) == v
    assert memoryview(v).tolist() == [9.0, 2.0]


def test_functions(zoo):
    assert zoo.add(2, 3) == 5 and "adds" in zoo.add.__doc__
    assert [zoo.over(1), zoo.over("x"), zoo.over([])] == ["int", "str", "list"]
    with pytest.raises(TypeError, match="incompatible function arguments"):
        zoo.over(1.5)
    assert zoo.call(lambda n: n + 1, 4) == 5 and zoo.call(zoo.square(), 4) == 16
    assert zoo.turn({"a": [1, 2], "b": []}) == [("a", 1), ("a", 2)]
    assert (zoo.optional(None), zoo.optional(4)) == (-1, 5)
    assert zoo.kwargs(1, 2, k=3) == ((1, 2), {"k": 3})
    assert zoo.without_gil(7) == 7
    assert zoo.each(range(5)) == 10 and zoo.numbers(3) == [0, 1, 2]
    assert int(zoo.Color.green) == 1 and repr(zoo.Color.red) == "<Color.red: 0>"


@pytest.mark.parametrize(
    "kind, error", [(0, IndexError), (1, RuntimeError), (2, KeyError), (3, ValueError), (4, MemoryError)]
)
def test_exceptions_of_c(zoo, kind, error):
    with pytest.raises(error) as caught:
        zoo.fail(kind)
    if kind == 1:
        assert type(caught.value) is zoo.Failure


def test_exceptions_through_c(zoo):
    assert zoo.catch_it(lambda: 1 / 0) == "zero: division by zero"
    assert zoo.catch_it(lambda: None) == "none"
    with pytest.raises(ZeroDivisionError):
        zoo.call(lambda n: n // 0, 1)


def test_exceptions_through_the_interpreter(zoo):
    """One of C++ that the interpreter calls a native function for passes it by."""
    assert [zoo.through(zoo.throw_it, height) for height in range(50)] == list(range(50))
    assert zoo.through(lambda height: None, 1) == -1


def test_ends(zoo):
    dog = zoo.Dog("a")
    reference = weakref.ref(dog)
    dog.self = dog
    del dog
    gc.collect()
    assert reference() is None
