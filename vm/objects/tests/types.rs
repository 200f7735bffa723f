//! Readied types, class creation and instance attributes, from Rust.

use objects::object::Object;
use objects::protocol::{self, attr, call};
use objects::state::{self, ThreadState};
use objects::typeobject::TypeObject;
use objects::types::dict::Dict;
use objects::types::int::{Int, new_int};
use objects::types::object::PyBaseObject_Type;
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::types::r#type::PyType_Type;
use objects::{Ref, Result, attrs};

fn start() {
    if state::try_current().is_none() {
        let state: &'static ThreadState = Box::leak(ThreadState::new(&objects::state::MAIN, 1));
        // SAFETY: the state lives for ever.
        unsafe { state::set_current(state) };
        ok(objects::types::init());
    }
}

/// The value, or a panic that shows the exception.
fn ok<T>(result: Result<T>) -> T {
    result.unwrap_or_else(|raised| panic!("{}", describe(raised)))
}

/// "Class: text" of an exception.
fn describe(raised: objects::Raised) -> String {
    let exception = raised.take();
    let text = protocol::object::str(&exception).map(|text| text.to_string_lossy());
    format!("{}: {}", exception.class().name(), text.unwrap_or_else(|_| "?".to_string()))
}

fn error<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => "no error".to_string(),
        Err(raised) => describe(raised),
    }
}

fn name(text: &str) -> Ref<Str> {
    ok(intern::intern_text(text))
}

fn repr(object: &Object) -> String {
    ok(protocol::object::repr(object)).to_string_lossy()
}

fn int(value: i64) -> Ref {
    ok(new_int(value))
}

fn value(object: &Object) -> Option<i64> {
    object.cast::<Int>().and_then(Int::to_i64)
}

fn class(text: &str, bases: &[&Object], attributes: &[(&str, &Object)]) -> Result<Ref<TypeObject>> {
    let namespace = ok(Dict::new());
    for (name, value) in attributes {
        ok(namespace.set_text(name, value));
    }
    let bases = ok(Tuple::from_slice(bases));
    let class = call::call(&PyType_Type, &[&*name(text), &*bases, &*namespace])?;
    Ok(class.downcast().unwrap_or_else(|_| panic!("not a class")))
}

fn get(object: &Object, attribute: &str) -> Result {
    attr::get(object, &name(attribute))
}

fn got(object: &Object, attribute: &str) -> Ref {
    ok(get(object, attribute))
}

fn called(callable: &Object, args: &[&Object]) -> Ref {
    ok(call::call(callable, args))
}

fn set(object: &Object, attribute: &str, value: &Object) -> Result<()> {
    attr::set(object, &name(attribute), Some(value))
}

fn delete(object: &Object, attribute: &str) -> Result<()> {
    attr::set(object, &name(attribute), None)
}

#[test]
fn static_types_are_ready() {
    start();
    for class in objects::types::STATIC_TYPES {
        assert!(class.has_feature(objects::typeobject::flags::READY), "{}", class.name());
        assert!(class.tp_dealloc.get().is_some(), "{}", class.name());
    }
    assert_eq!(repr(&PyType_Type), "<class 'type'>");
    let mro = got(&objects::types::bool::PyBool_Type, "__mro__");
    assert_eq!(repr(&mro), "(<class 'bool'>, <class 'int'>, <class 'object'>)");
    let list = &*objects::types::list::methods::PyList_Type;
    assert_eq!(repr(&got(list, "append")), "<method 'append' of 'list' objects>");
    assert_eq!(repr(&got(list, "__len__")), "<slot wrapper '__len__' of 'list' objects>");
    assert_eq!(repr(&got(list, "__hash__")), "None");
    assert_eq!(error(set(list, "x", list)), "TypeError: cannot set 'x' attribute of immutable type 'list'");
    let signature = got(&got(list, "append"), "__text_signature__");
    assert_eq!(repr(&signature), "'($self, object, /)'");
}

#[test]
fn methods_are_called_through_descriptors() {
    start();
    let list = ok(objects::types::list::List::new());
    let append = got(&list, "append");
    called(&append, &[&*int(7)]);
    assert_eq!(repr(&list), "[7]");
    let unbound = got(list.class(), "append");
    called(&unbound, &[&*list, &*int(8)]);
    assert_eq!(repr(&list), "[7, 8]");
    assert_eq!(error(call::call(&unbound, &[])), "TypeError: unbound method list.append() needs an argument");
    assert_eq!(
        error(call::call(&unbound, &[&*int(1)])),
        "TypeError: descriptor 'append' for 'list' objects doesn't apply to a 'int' object"
    );
    assert_eq!(
        error(call::call(&unbound, &[&*list])),
        "TypeError: list.append() takes exactly one argument (0 given)"
    );
    let len = got(&list, "__len__");
    assert_eq!(value(&called(&len, &[])), Some(2));
    assert_eq!(error(call::call(&len, &[&*int(1)])), "TypeError: expected 0 arguments, got 1");
}

#[test]
fn classes_are_made_and_have_instances() {
    start();
    let a = ok(class("A", &[], &[("x", &*int(1))]));
    assert_eq!(
        repr(&got(&a, "__mro__")),
        "(<class 'A'>, <class 'object'>)".replace("<class 'A'>", &repr(&a))
    );
    let instance = called(&a, &[]);
    assert_eq!(value(&got(&instance, "x")), Some(1));
    ok(set(&instance, "x", &int(2)));
    ok(set(&instance, "y", &int(3)));
    assert_eq!(value(&got(&instance, "x")), Some(2));
    let shape = attrs::shape_of(&instance).unwrap_or_else(|| panic!("no shape"));
    assert_eq!((shape.len(), shape.find(&name("y"))), (2, Some(1)));
    let other = called(&a, &[]);
    ok(set(&other, "x", &int(5)));
    ok(set(&other, "y", &int(6)));
    assert_eq!(attrs::shape_of(&other).map(attrs::shape::Shape::id), Some(shape.id()));
    ok(delete(&instance, "x"));
    assert_eq!(value(&got(&instance, "x")), Some(1));
    assert_eq!(value(&got(&instance, "y")), Some(3));
    let dict = got(&instance, "__dict__");
    assert_eq!(repr(&dict), "{'y': 3}");
    assert!(attrs::shape_of(&instance).is_none());
    ok(set(&instance, "z", &int(9)));
    assert_eq!(repr(&dict), "{'y': 3, 'z': 9}");
    assert_eq!(error(get(&instance, "nope")), "AttributeError: 'A' object has no attribute 'nope'");
    assert_eq!(error(delete(&instance, "nope")), "AttributeError: 'A' object has no attribute 'nope'");
    assert_eq!(error(get(&a, "nope")), "AttributeError: type object 'A' has no attribute 'nope'");
    for index in 0..100 {
        ok(set(&other, &format!("a{index}"), &int(index)));
    }
    assert!(attrs::shape_of(&other).is_none());
    assert_eq!(value(&got(&other, "a99")), Some(99));
    assert_eq!(value(&got(&other, "x")), Some(5));
}

#[test]
fn slots_are_members() {
    start();
    let names = ok(Tuple::from_slice(&[&*name("b"), &*name("a")]));
    let class_s = ok(class("S", &[], &[("__slots__", &*names)]));
    assert_eq!(value(&got(&class_s, "__basicsize__")), Some(32));
    let instance = called(&class_s, &[]);
    assert_eq!(error(get(&instance, "a")), "AttributeError: 'S' object has no attribute 'a'");
    ok(set(&instance, "a", &int(1)));
    assert_eq!(value(&got(&instance, "a")), Some(1));
    assert_eq!(error(delete(&instance, "b")), "AttributeError: b");
    assert_eq!(
        error(set(&instance, "c", &int(1))),
        "AttributeError: 'S' object has no attribute 'c' and no __dict__ for setting new attributes"
    );
    assert_eq!(repr(&got(&class_s, "a")), "<member 'a' of 'S' objects>");
}

#[test]
fn bases_must_fit_together() {
    start();
    let int_type = &*objects::types::int::PyLong_Type;
    let str_type = &*objects::types::str::PyUnicode_Type;
    assert_eq!(
        error(class("C", &[int_type, str_type], &[])),
        "TypeError: multiple bases have instance lay-out conflict"
    );
    let bool_type = &*objects::types::bool::PyBool_Type;
    assert_eq!(error(class("C", &[bool_type], &[])), "TypeError: type 'bool' is not an acceptable base type");
    let a = ok(class("A", &[], &[]));
    let b = ok(class("B", &[&*a], &[]));
    assert_eq!(error(class("C", &[&*a, &*a], &[])), "TypeError: duplicate base class A");
    assert_eq!(
        error(class("C", &[&*a, &*b], &[])),
        "TypeError: Cannot create a consistent method resolution order (MRO) for bases A, B"
    );
    let diamond = ok(class("D", &[&*b, &*a], &[]));
    let names: Vec<_> = got(&diamond, "__mro__")
        .cast::<Tuple>()
        .map(|mro| mro.items().iter().map(|c| repr(c)).collect())
        .unwrap_or_default();
    assert_eq!(names.len(), 4, "{names:?}");
}

#[test]
fn the_method_cache_follows_changes() {
    start();
    let a = ok(class("A", &[], &[]));
    let b = ok(class("B", &[&*a], &[]));
    let instance = called(&b, &[]);
    assert!(get(&instance, "m").is_err_and(|raised| {
        raised.clear();
        true
    }));
    ok(set(&a, "m", &int(1)));
    assert_eq!(value(&got(&instance, "m")), Some(1));
    ok(set(&b, "m", &int(2)));
    assert_eq!(value(&got(&instance, "m")), Some(2));
    ok(delete(&b, "m"));
    assert_eq!(value(&got(&instance, "m")), Some(1));
    let before = b.tp_version_tag.get();
    assert_ne!(before, 0);
    ok(set(&a, "n", &int(1)));
    assert_eq!(b.tp_version_tag.get(), 0);
}

#[test]
fn subclasses_of_builtins_keep_their_layout() {
    start();
    let int_type = &*objects::types::int::PyLong_Type;
    let i = ok(class("I", &[int_type], &[]));
    let number = called(&i, &[&*int(1 << 40)]);
    ok(set(&number, "x", &int(3)));
    assert_eq!(value(&number), Some(1 << 40));
    assert_eq!(value(&got(&number, "x")), Some(3));
    let zero = called(&i, &[]);
    ok(set(&zero, "x", &int(4)));
    assert_eq!((value(&zero), value(&got(&zero, "x"))), (Some(0), Some(4)));
    let e = ok(class("E", &[&*objects::types::exceptions::ValueError], &[]));
    let exception = called(&e, &[&*int(1)]);
    ok(set(&exception, "x", &int(5)));
    assert_eq!(value(&got(&exception, "x")), Some(5));
}

#[test]
fn object_refuses_arguments() {
    start();
    let a = ok(class("A", &[], &[]));
    assert_eq!(error(call::call(&a, &[&*int(1)])), "TypeError: A() takes no arguments");
    assert_eq!(error(call::call(&PyBaseObject_Type, &[&*int(1)])), "TypeError: object() takes no arguments");
    let new = got(&PyBaseObject_Type, "__new__");
    assert_eq!(
        error(call::call(&new, &[&*objects::types::int::PyLong_Type as &Object])),
        "TypeError: object.__new__(int) is not safe, use int.__new__()"
    );
    assert_eq!(error(call::call(&new, &[])), "TypeError: object.__new__(): not enough arguments");
    let object = called(&PyBaseObject_Type, &[]);
    assert_eq!(
        error(set(&object, "x", &int(1))),
        "AttributeError: 'object' object has no attribute 'x' and no __dict__ for setting new attributes"
    );
    assert!(repr(&object).starts_with("<object object at 0x"));
}

#[test]
fn classes_and_instances_are_freed() {
    start();
    let before = PyBaseObject_Type.subclasses().len();
    for _ in 0..10 {
        let a = ok(class("Passing", &[], &[("x", &*int(1))]));
        let instance = called(&a, &[]);
        ok(set(&instance, "y", &int(2)));
        drop(instance);
        // A class is in a cycle with its MRO, so the collector must find it; here its own `tp_clear` breaks the cycle.
        let clear = PyType_Type.tp_clear.get().unwrap_or_else(|| panic!("no tp_clear"));
        // SAFETY: the slot belongs to the class of `a`.
        unsafe { clear(&a) };
    }
    assert_eq!(PyBaseObject_Type.subclasses().len(), before);
}

#[test]
fn native_recursion_ends_in_an_error() {
    start();
    let outer = ok(objects::types::list::List::new());
    let mut inner = outer.clone();
    for _ in 0..100_000 {
        let next = ok(objects::types::list::List::new());
        ok(next.push(inner.upcast()));
        inner = next;
    }
    let text = error(protocol::object::repr(&inner));
    assert!(text.starts_with("RecursionError: maximum recursion depth exceeded"), "{text}");
}

#[test]
#[ignore = "a measurement"]
fn start_up_time() {
    let state: &'static ThreadState = Box::leak(ThreadState::new(&objects::state::MAIN, 1));
    // SAFETY: the state lives for ever.
    unsafe { state::set_current(state) };
    let begin = std::time::Instant::now();
    ok(objects::types::init());
    let types = objects::types::STATIC_TYPES.len() + objects::types::exceptions::ALL.len();
    println!("{types} types in {:?}", begin.elapsed());
}
