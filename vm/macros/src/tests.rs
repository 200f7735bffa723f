//! What the attributes say to whoever uses them wrongly, and that what they emit is Rust.

use crate::{capi, pymodule, pytype, trace};
use proc_macro2::TokenStream;

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The error, or "ok" for an expansion that parses.
fn outcome(result: syn::Result<TokenStream>) -> String {
    match result.and_then(syn::parse2::<syn::File>) {
        Ok(_) => "ok".to_string(),
        Err(error) => error.to_string(),
    }
}

/// Expands an `impl List` with one function.
fn list(function: &str) -> String {
    let block = format!("impl List {{ {function} }}");
    outcome(pytype::expand(
        tokens(r#"name = "list", symbol = PyList_Type, gc, flags = [BASETYPE]"#),
        tokens(&block),
    ))
}

#[track_caller]
fn check(function: &str, expect: &str) {
    assert_eq!(list(function), expect);
}

#[test]
fn signatures_are_compared_with_cpythons() {
    check(r#"#[method("append($self, object, /)")] fn append(&self, object: &Object) {}"#, "ok");
    check(
        r#"#[method("append($self, item, /)")] fn append(&self, item: &Object) {}"#,
        "CPython's signature is append($self, object, /); or say `unchecked`",
    );
    check(r#"#[method("append($self, item, /)", unchecked)] fn append(&self, item: &Object) {}"#, "ok");
    check(
        r#"#[method("append($self, item, /)", nosig)] fn append(&self, item: &Object) {}"#,
        "CPython has a signature: append($self, object, /)",
    );
    check(r#"#[method("no_such($self, item=1, /)")] fn f(&self, item: i32) {}"#, "ok");
}

#[test]
fn parameters_match_the_signature() {
    check(
        r#"#[method("append($self, object, /)")] fn append(&self) {}"#,
        "the signature has 1 parameters, the function 0",
    );
    check(r#"#[method("f($self, a=None, /)")] fn f(&self, a: &Object) {}"#, "ok");
    check(r#"#[method("f($self, a=(), /)")] fn f(&self, a: Option<&Object>) {}"#, "ok");
    check(r#"#[method("f($self, a=(), /)")] fn f(&self, #[default(EMPTY)] a: &Tuple) {}"#, "ok");
    check(
        r#"#[method("f($self, a=(), /)")] fn f(&self, a: &Tuple) {}"#,
        "no Rust value for the default `a=()`: use Option<…> or #[default(…)]",
    );
    check(r#"#[method("f")] fn f(&self) {}"#, "give the parameters, or the option `raw`");
    check(r#"#[method("f", raw)] fn f(&self, args: &[&Object], kwargs: Kwargs) {}"#, "ok");
}

#[test]
fn slots_and_options_are_known_ones() {
    check("#[slot(tp_repr)] fn repr(&self) -> Result<Ref<Str>> {}", "ok");
    check("#[slot(tp_rerp)] fn repr(&self) -> Result<Ref<Str>> {}", "no slot `tp_rerp`");
    check("#[slot(sq_item)] fn item(&self) -> Result {}", "the slot has 2 parameters, the function 1");
    check("#[slot(sq_item)] unsafe extern \"C\" fn item(this: &Object, index: isize) -> Result {}", "ok");
    let expand = |attr: &str| outcome(pytype::expand(tokens(attr), tokens("impl X {}")));
    assert_eq!(expand(r#"name = "x", flagz = []"#), "unknown option `flagz`");
    assert_eq!(expand("gc"), "`name = \"…\"` is missing");
    assert_eq!(
        expand(r#"name = "x", member("a", OBJCT, a)"#),
        "no such kind of member: the names of `Py_T_…`"
    );
    assert_eq!(expand(r#"name = "x", no_instance"#), "`no_instance` needs `symbol` or `static_name`");
}

#[test]
fn the_other_attributes_expand() {
    let module = r#"mod m { #[constant] const A: i64 = 1; #[function("sqrt($module, x, /)", pure)] fn sqrt(x: f64) -> f64 { x } }"#;
    assert_eq!(outcome(pymodule::expand(tokens(r#"name = "math""#), tokens(module))), "ok");
    let module = r#"mod m { #[function("sqrt(x)")] fn sqrt(x: f64) -> f64 { x } }"#;
    let error = "CPython's signature is sqrt($module, x, /); or say `unchecked`";
    assert_eq!(outcome(pymodule::expand(tokens(r#"name = "math""#), tokens(module))), error);
    assert_eq!(outcome(capi::expand(tokens("fn PyX_New(a: &X, n: isize) -> Result<()> { Ok(()) }"))), "ok");
    assert_eq!(
        outcome(trace::expand(tokens("struct S { ob_base: Object, a: Slot, #[trace(skip)] b: X }"))),
        "ok"
    );
    assert_eq!(outcome(trace::expand(tokens("enum E {}"))), "only a struct can be traced");
}
