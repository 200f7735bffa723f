//! The attributes that declare built-in types, modules and C API functions.
//!
//! They only parse and emit constant data and thin `extern "C"` shims; what happens at run time is in `objects::args` (binding
//! and conversions) and `objects::slots`.
use proc_macro::TokenStream;

mod capi;
mod docs;
mod function;
mod options;
mod pymodule;
mod pytype;
mod signature;
mod slots;
mod trace;

#[proc_macro_attribute]
pub fn pytype(attr: TokenStream, item: TokenStream) -> TokenStream {
    finish(pytype::expand(attr.into(), item.into()))
}

#[proc_macro_attribute]
pub fn pymodule(attr: TokenStream, item: TokenStream) -> TokenStream {
    finish(pymodule::expand(attr.into(), item.into()))
}

#[proc_macro_attribute]
pub fn capi(_attr: TokenStream, item: TokenStream) -> TokenStream {
    finish(capi::expand(item.into()))
}

#[proc_macro_derive(Trace, attributes(trace))]
pub fn derive_trace(item: TokenStream) -> TokenStream {
    finish(trace::expand(item.into()))
}

fn finish(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result.unwrap_or_else(|error| error.to_compile_error()).into()
}
