//! Types, modules and C functions declared through the macros, called as C calls them.

use core::cell::Cell;
use core::ffi::{CStr, c_int};
use objects::args::{ArgKind, Kwargs, Refusable, Signature};
use objects::object::Object;
use objects::protocol::call::vectorcall;
use objects::state::{self, ThreadState};
use objects::typeobject::{MethodDef, TypeObject, flags};
use objects::types::cfunction::Function;
use objects::types::float::Float;
use objects::types::int::{Int, new_int};
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{CompareOp, Instance, Ref, Result, Slot};

/// A type with one of everything.
#[repr(C)]
#[derive(macros::Trace)]
struct Counter {
    ob_base: Object,
    count: Cell<i64>,
    last: Slot,
    #[trace(skip)]
    _plain: [u8; 3],
}

#[macros::pytype(
    name = "Counter",
    module = "tests",
    flags = [BASETYPE],
    gc,
    doc = "Counts.",
    member("count", LONGLONG, count, READONLY)
)]
impl Counter {
    #[new("(start=0, /)", vectorcall)]
    fn new(class: &TypeObject, start: i64) -> Result<Ref<Counter>> {
        let head = Object::HEAD;
        Ref::new_in(
            class,
            Counter { ob_base: head, count: Cell::new(start), last: Slot::empty(), _plain: [0; 3] },
        )
    }

    #[method("add($self, value, /, times=1, *, negative=False)", doc = "Adds.")]
    fn add(&self, value: i64, times: i64, negative: bool) -> i64 {
        let sum = value * times;
        self.count.set(self.count.get() + if negative { -sum } else { sum });
        self.count.get()
    }

    #[method("keep($self, object=None, /)")]
    fn keep(&self, object: Option<&Object>) -> Option<Ref> {
        self.last.replace(object.map(Instance::to_ref))
    }

    #[method("total($self, first, /, *rest, scale=1, **others)")]
    fn total(&self, first: i64, rest: &[&Object], scale: i64, others: Kwargs) -> Result<i64> {
        let mut sum = first;
        for object in rest {
            sum += object.cast::<Int>().map_or(0, Int::compact_value);
        }
        Ok(sum * scale + others.len() as i64)
    }

    #[method("raw", raw)]
    fn raw(&self, args: &[&Object], kwargs: Kwargs) -> (usize, usize, bool) {
        (args.len(), kwargs.len(), kwargs.get("x").is_some())
    }

    #[method("reset($self, /)")]
    fn reset(&self) {
        self.count.set(0);
    }

    #[classmethod("make($type, start, /)")]
    fn make(class: &TypeObject, start: i64) -> Result<Ref<Counter>> {
        Counter::new(class, start)
    }

    #[staticmethod("twice(x, /)", pure)]
    fn twice(x: f64) -> f64 {
        x * 2.0
    }

    #[getter("last", doc = "what was kept")]
    fn last(&self) -> Option<Ref> {
        self.last.get()
    }

    #[setter("last")]
    fn set_last(&self, value: Option<&Object>) -> Result<()> {
        self.last.set(value.map(Instance::to_ref));
        Ok(())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("Counter({})", self.count.get())
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result {
        let Some(other) = other.cast::<Counter>() else {
            return Ok(objects::types::none::not_implemented().to_ref());
        };
        Ok(objects::types::bool::new_bool(op.holds(self.count.get().cmp(&other.count.get()))))
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<i64>> {
        let count = self.count.get();
        self.count.set(count - 1);
        Ok((count > 0).then_some(count))
    }

    #[slot(sq_length)]
    fn len(&self) -> usize {
        self.count.get() as usize
    }

    #[slot(nb_bool)]
    fn is_true(&self) -> bool {
        self.count.get() != 0
    }

    #[slot(nb_add)]
    fn plus(left: &Object, right: &Object) -> Result<i64> {
        let value = |object: &Object| object.cast::<Counter>().map_or(0, |counter| counter.count.get());
        Ok(value(left) + value(right))
    }
}

#[macros::pymodule(name = "tests", doc = "A module.", classes(Counter))]
mod tests_module {
    use super::*;

    #[constant]
    const ANSWER: i64 = 42;

    #[attr("none")]
    fn nothing() -> Result {
        Ok(none().to_ref())
    }

    #[function("half(x, /)", pure)]
    fn half(x: f64) -> Result<f64> {
        if x.is_nan() { Err(objects::raise::pending()) } else { Ok(x / 2.0) }
    }

    #[function("module_name()", unchecked)]
    fn module_name(module: &Module) -> Option<Ref> {
        module.dict().get_str(objects::id!("__name__")).ok().flatten()
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        module.dict().set_text("executed", none())
    }
}

#[macros::capi]
fn taipan_test_append(list: &List, item: &Object) -> Result<()> {
    list.push(item.to_ref())
}

#[macros::capi]
fn taipan_test_first<'a>(tuple: &'a Tuple) -> Result<&'a Object> {
    tuple.items().first().copied().ok_or_else(objects::raise::bad_internal_call)
}

fn start() {
    if state::try_current().is_none() {
        let state: &'static ThreadState = Box::leak(ThreadState::new(&objects::state::MAIN, 1));
        // SAFETY: the state lives for ever.
        unsafe { state::set_current(state) };
    }
}

fn int(value: i64) -> Ref {
    new_int(value).unwrap_or_else(|_| panic!("no memory"))
}

fn value(object: Result) -> i64 {
    object.ok().and_then(|object| object.cast::<Int>().and_then(Int::to_i64)).unwrap_or(i64::MIN)
}

fn counter(start: i64) -> Ref<Counter> {
    Counter::new(Counter::class(), start).unwrap_or_else(|_| panic!("no memory"))
}

/// The rows of a table.
fn rows(mut row: *const MethodDef) -> impl Iterator<Item = &'static MethodDef> {
    std::iter::from_fn(move || {
        // SAFETY: the table is static and ends with NULLs.
        let def = unsafe { &*row };
        // SAFETY: as above.
        row = unsafe { row.add(1) };
        (!def.ml_name.is_null()).then_some(def)
    })
}

fn text(c_string: *const core::ffi::c_char) -> &'static str {
    // SAFETY: a static C string.
    unsafe { CStr::from_ptr(c_string) }.to_str().unwrap_or("?")
}

fn find(name: &str) -> &'static MethodDef {
    let found = rows(Counter::class().tp_methods.get()).find(|def| text(def.ml_name) == name);
    found.unwrap_or_else(|| panic!("no method {name}"))
}

fn call(this: Option<&Object>, name: &str, args: &[&Object], names: &[&str]) -> Result {
    let function = Function::new(find(name), this, None)?;
    let names = names.iter().map(|name| Str::new(name).map(Ref::upcast)).collect::<Result<Vec<_>>>()?;
    let names = Tuple::from_vec(names)?;
    vectorcall(&function, args, 0, (!names.is_empty()).then_some(&*names))
}

#[test]
fn flags_and_docs_follow_the_signatures() {
    let expect = [
        ("add", flags::METH_FASTCALL | flags::METH_KEYWORDS),
        ("keep", flags::METH_FASTCALL),
        ("total", flags::METH_FASTCALL | flags::METH_KEYWORDS),
        ("raw", flags::METH_FASTCALL | flags::METH_KEYWORDS),
        ("reset", flags::METH_NOARGS),
        ("make", flags::METH_O | flags::METH_CLASS),
        ("twice", flags::METH_O | flags::METH_STATIC),
    ];
    for (name, wanted) in expect {
        assert_eq!(find(name).ml_flags & !objects::args::DESCRIBED, wanted, "{name}");
    }
    assert_eq!(text(find("add").ml_doc), "add($self, value, /, times=1, *, negative=False)\n--\n\nAdds.");
    assert_eq!(text(find("raw").ml_doc), "");
    let class = Counter::class();
    assert_eq!((class.full_name(), text(class.tp_doc.get())), ("tests.Counter", "Counts."));
    assert!(class.has_feature(flags::HAVE_GC | flags::BASETYPE));
}

#[test]
fn signatures_are_found_from_their_rows() {
    let signature = |name| Signature::of(find(name)).unwrap_or_else(|| panic!("not described"));
    let add = signature("add");
    assert_eq!(
        (add.fname, add.positional, add.positional_only, add.required, add.named),
        ("add", 2, 1, 1, 3)
    );
    assert_eq!(add.types, [ArgKind::Int, ArgKind::Int, ArgKind::Bool]);
    assert!(add.typed.is_none());
    let twice = signature("twice").typed.unwrap_or_else(|| panic!("no typed entry"));
    // SAFETY: the entry of a function of one float that returns a float.
    let twice: extern "C" fn(f64) -> f64 = unsafe { core::mem::transmute(twice.0) };
    assert_eq!(twice(1.5), 3.0);
}

#[test]
#[ignore = "needs the destructors of str, tuple and list"]
fn arguments_are_bound() {
    start();
    let counter = counter(1);
    let this = Some(counter.as_object());
    let (two, three) = (int(2), int(3));
    assert_eq!(value(call(this, "add", &[&two], &[])), 3);
    assert_eq!(value(call(this, "add", &[&two, &three], &["times"])), 9);
    assert_eq!(value(call(this, "add", &[&two, &three, &two], &["negative"])), 3);
    assert_eq!(value(call(this, "total", &[&two, &three, &three], &[])), 8);
    assert_eq!(value(call(this, "total", &[&two, &three, &three, &two], &["scale", "other"])), 16);
    assert!(call(this, "reset", &[], &[]).is_ok_and(|result| result.is(none())));
    assert!(call(this, "keep", &[&two], &[]).is_ok_and(|old| old.is(none())));
    assert!(call(this, "keep", &[none()], &[]).is_ok_and(|old| old.is(&two)));
    let raw = call(this, "raw", &[&two, &two, &two], &["x"]).ok();
    let raw = raw.as_ref().and_then(|raw| raw.cast::<Tuple>()).map(|raw| raw.items().to_vec());
    assert_eq!(raw.map(|raw| raw[..2].iter().map(|n| value(Ok(n.to_ref()))).collect()), Some(vec![2, 1]));
    let made = call(Some(Counter::class()), "make", &[&three], &[]).ok();
    assert_eq!(made.as_ref().and_then(|made| made.cast::<Counter>()).map(|made| made.count.get()), Some(3));
}

#[test]
fn slots_speak_c() {
    start();
    let class = Counter::class();
    let (one, two) = (counter(1), counter(2));
    let slot = class.tp_richcompare.get().unwrap_or_else(|| panic!("no slot"));
    // SAFETY: the class's own slots, called with its instances.
    unsafe {
        assert!(
            slot(&one, &two, CompareOp::Lt)
                .is_ok_and(|answer| objects::protocol::object::is_true(&answer).is_ok_and(|a| a))
        );
        let next = class.tp_iternext.get().unwrap_or_else(|| panic!("no slot"));
        assert_eq!(next(&one).map(|n| value(Ok(n))), Some(1));
        assert!(next(&one).is_none());
        let length = (*class.tp_as_sequence.get()).sq_length.get().unwrap_or_else(|| panic!("no slot"));
        assert_eq!(length(&two), 2);
        let number = &*class.tp_as_number.get();
        assert_eq!(number.nb_bool.get().map(|f| f(&two)), Some(1));
        assert_eq!(number.nb_add.get().map(|f| value(f(&two, &two))), Some(4));
        assert!(number.nb_subtract.get().is_none());
        let getset = &*class.tp_getset.get();
        assert_eq!((text(getset.name), text(getset.doc)), ("last", "what was kept"));
        let (get, set) = (getset.get.unwrap_or_else(|| panic!()), getset.set.unwrap_or_else(|| panic!()));
        assert_eq!(set(&one, Some(&two), core::ptr::null_mut()), 0);
        assert!(get(&one, core::ptr::null_mut()).is_ok_and(|last| last.is(&two)));
        let member = &*class.tp_members.get();
        assert_eq!((text(member.name), member.kind, member.offset, member.flags), ("count", 17, 16, 1));
        let vectorcall = class.tp_vectorcall.get().unwrap_or_else(|| panic!("no vectorcall"));
        let made = vectorcall(class, [Some(&*int(7))].as_ptr(), 1, None).ok();
        assert_eq!(made.as_ref().and_then(|m| m.cast::<Counter>()).map(|m| m.count.get()), Some(7));
    }
}

#[test]
#[ignore = "needs the destructors of str, tuple and list"]
fn a_module_is_made_from_its_definition() {
    start();
    let definition = &tests_module::MODULE_DEF;
    let name = Str::new("tests").unwrap_or_else(|_| panic!());
    let module = objects::types::module::from_definition(definition, &name).unwrap_or_else(|_| panic!());
    assert!(objects::types::module::exec_definition(&module, definition).is_ok());
    let get = |name: &str| {
        let name = Str::new(name).unwrap_or_else(|_| panic!());
        module.dict().get_str(&name).ok().flatten()
    };
    assert_eq!(get("ANSWER").map(|answer| value(Ok(answer))), Some(42));
    assert!(get("Counter").is_some_and(|class| class.is(Counter::class())));
    assert!(get("executed").is_some() && get("none").is_some() && get("__doc__").is_some());
    let half = get("half").unwrap_or_else(|| panic!("no function"));
    let result = vectorcall(&half, &[&*int(3)], 0, None).ok();
    assert_eq!(result.as_ref().and_then(|half| half.cast::<Float>()).map(Float::value), Some(1.5));
    let own = vectorcall(&get("module_name").unwrap_or_else(|| panic!()), &[], 0, None).ok();
    assert!(own.is_some_and(|own| own.is(&name)));
}

#[test]
#[ignore = "needs the destructors of str, tuple and list"]
fn c_functions_take_and_give_what_c_does() {
    start();
    let list = List::new().unwrap_or_else(|_| panic!());
    // SAFETY: the arguments are what the functions ask for.
    unsafe {
        let status: c_int = taipan_test_append(Some(&list), Some(none()));
        assert_eq!((status, list.len()), (0, 1));
        let tuple = Tuple::from_slice(&[none()]).unwrap_or_else(|_| panic!());
        assert!(taipan_test_first(Some(&tuple)).is_some_and(|first| first.is(none())));
    }
    assert!(f64::REFUSED.is_nan());
}
