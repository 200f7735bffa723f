//! THE SLOT TABLE: every slot of `PyTypeObject` and its sub-tables with its C signature, and the shim between C and Rust.
//!
//! To add a slot: one row in [`SLOTS`]. A signature is one letter per C parameter, `=`, and one letter for the result; the letters
//! are explained by [`parameter`] and [`result`].

use crate::function::{Call, Receiver};
use crate::signature::Signature;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Error, Ident};

/// `(slot, signature)`
pub const SLOTS: &[(&str, &str)] = &[
    ("tp_dealloc", "p=v"),
    ("tp_repr", "o=o"),
    ("tp_hash", "o=h"),
    ("tp_call", "oak=o"),
    ("tp_str", "o=o"),
    ("tp_getattro", "oo=o"),
    ("tp_setattro", "ooq=i"),
    ("tp_traverse", "oV=V"),
    ("tp_clear", "o=i"),
    ("tp_richcompare", "ooc=o"),
    ("tp_iter", "o=o"),
    ("tp_iternext", "o=x"),
    ("tp_descr_get", "oqq=o"),
    ("tp_descr_set", "ooq=i"),
    ("tp_init", "otk=i"),
    ("tp_alloc", "Tn=o"),
    ("tp_new", "Ttk=o"),
    ("tp_free", "*=v"),
    ("tp_is_gc", "o=b"),
    ("tp_del", "P=v"),
    ("tp_finalize", "P=v"),
    ("nb_add", "oo=o"),
    ("nb_subtract", "oo=o"),
    ("nb_multiply", "oo=o"),
    ("nb_remainder", "oo=o"),
    ("nb_divmod", "oo=o"),
    ("nb_power", "oom=o"),
    ("nb_negative", "o=o"),
    ("nb_positive", "o=o"),
    ("nb_absolute", "o=o"),
    ("nb_bool", "o=b"),
    ("nb_invert", "o=o"),
    ("nb_lshift", "oo=o"),
    ("nb_rshift", "oo=o"),
    ("nb_and", "oo=o"),
    ("nb_xor", "oo=o"),
    ("nb_or", "oo=o"),
    ("nb_int", "o=o"),
    ("nb_float", "o=o"),
    ("nb_inplace_add", "oo=o"),
    ("nb_inplace_subtract", "oo=o"),
    ("nb_inplace_multiply", "oo=o"),
    ("nb_inplace_remainder", "oo=o"),
    ("nb_inplace_power", "oom=o"),
    ("nb_inplace_lshift", "oo=o"),
    ("nb_inplace_rshift", "oo=o"),
    ("nb_inplace_and", "oo=o"),
    ("nb_inplace_xor", "oo=o"),
    ("nb_inplace_or", "oo=o"),
    ("nb_floor_divide", "oo=o"),
    ("nb_true_divide", "oo=o"),
    ("nb_inplace_floor_divide", "oo=o"),
    ("nb_inplace_true_divide", "oo=o"),
    ("nb_index", "o=o"),
    ("nb_matrix_multiply", "oo=o"),
    ("nb_inplace_matrix_multiply", "oo=o"),
    ("sq_length", "o=n"),
    ("sq_concat", "oo=o"),
    ("sq_repeat", "on=o"),
    ("sq_item", "on=o"),
    ("sq_ass_item", "onq=i"),
    ("sq_contains", "oo=b"),
    ("sq_inplace_concat", "oo=o"),
    ("sq_inplace_repeat", "on=o"),
    ("mp_length", "o=n"),
    ("mp_subscript", "oo=o"),
    ("mp_ass_subscript", "ooq=i"),
    ("am_await", "o=o"),
    ("am_aiter", "o=o"),
    ("am_anext", "o=o"),
    ("am_send", "ooS=S"),
    ("bf_getbuffer", "oBd=i"),
    ("bf_releasebuffer", "oB=v"),
];

/// The tables behind `PyTypeObject`: field, type, prefix of their slots.
pub const TABLES: &[(&str, &str, &str)] = &[
    ("tp_as_async", "AsyncMethods", "am_"),
    ("tp_as_number", "NumberMethods", "nb_"),
    ("tp_as_sequence", "SequenceMethods", "sq_"),
    ("tp_as_mapping", "MappingMethods", "mp_"),
    ("tp_as_buffer", "BufferProcs", "bf_"),
];

/// The expression that goes into the slot's cell: a block with the shim, or the function itself when it is `extern "C"`.
pub fn slot(owner: &TokenStream, slot: &Ident, item: &syn::Signature) -> syn::Result<TokenStream> {
    let name = slot.to_string();
    let Some((_, signature)) = SLOTS.iter().find(|(slot, _)| *slot == name) else {
        return Err(Error::new(slot.span(), format!("no slot `{name}`")));
    };
    let function = &item.ident;
    if item.abi.is_some() {
        return Ok(quote!(#owner #function));
    }
    let (params, output) = signature.split_once('=').unwrap_or((signature, "v"));
    let shim = Ident::new(&name, Span::call_site());
    let mut declared = Vec::new();
    let mut passed = Vec::new();
    for (index, letter) in params.chars().enumerate() {
        let variable = format_ident!("c{index}");
        let (ty, value) = parameter(letter, &variable);
        declared.push(quote!(#variable: #ty));
        passed.push(value);
    }
    // A receiver of the Rust function's own type is made from C's first parameter.
    let has_receiver = match item.inputs.first() {
        Some(syn::FnArg::Receiver(_)) => true,
        Some(syn::FnArg::Typed(first)) => {
            params.starts_with(['o', 'P']) && !crate::function::is_object(&first.ty)
        }
        None => return Err(Error::new(item.ident.span(), "a slot has a receiver")),
    };
    let send = (output == "S").then(|| passed.pop()).flatten();
    if passed.len() != item.inputs.len() {
        let text = format!("the slot has {} parameters, the function {}", passed.len(), item.inputs.len());
        return Err(Error::new_spanned(&item.inputs, text));
    }
    let target = if has_receiver {
        let first = passed.remove(0);
        let sig = Signature { name, text: None, params: Vec::new() };
        let call = Call::new(owner, item, Receiver::Instance, sig, true)?;
        let (receiver, target) = (call.receiver_expr(first), &call.target);
        quote!(#target(#receiver #(#passed),*))
    } else {
        quote!(#owner #function(#(#passed),*))
    };
    let (ty, value) = result(output, quote!(#target), send);
    Ok(quote! {{
        unsafe extern "C" fn #shim(#(#declared),*) #ty {
            #[allow(unused_unsafe, reason = "some of the functions are unsafe")]
            // SAFETY: the slot's contract.
            unsafe { #value }
        }
        #shim
    }})
}

/// A C parameter: its type, and the expression that the Rust function receives.
fn parameter(letter: char, variable: &Ident) -> (TokenStream, TokenStream) {
    let same = quote!(#variable);
    match letter {
        // An object.
        'o' => (quote!(&::objects::Object), same),
        // An object or NULL.
        'q' => (quote!(::core::option::Option<&::objects::Object>), same),
        // The modulus of a power: never NULL but from careless C.
        'm' => (
            quote!(::core::option::Option<&::objects::Object>),
            quote!(#variable.unwrap_or(::objects::types::none::none())),
        ),
        // A size or an index.
        'n' => (quote!(isize), same),
        'd' => (quote!(::core::ffi::c_int), same),
        'c' => (quote!(::objects::CompareOp), same),
        'T' => (quote!(&::objects::TypeObject), same),
        // The tuple of a call, which `tp_call` declares as an object.
        't' => (quote!(&::objects::types::tuple::Tuple), same),
        'a' => (
            quote!(&::objects::Object),
            quote!(::objects::Object::cast_unchecked::<::objects::types::tuple::Tuple>(#variable)),
        ),
        // The dict of a call or NULL.
        'k' => (
            quote!(::core::option::Option<&::objects::Object>),
            quote!(#variable.map(|dict| ::objects::Object::cast_unchecked::<::objects::types::dict::Dict>(dict))),
        ),
        // An object about to die, as a pointer and as a reference.
        'p' => (quote!(*mut ::objects::Object), same),
        'P' => (quote!(*mut ::objects::Object), quote!(&*#variable)),
        '*' => (quote!(*mut ::core::ffi::c_void), same),
        'B' => (quote!(*mut ::objects::types::buffer::BufferView), same),
        // The collector's visit procedure and its argument are two C parameters.
        'V' => (
            quote!(::objects::object::trace::VisitProc, visit_argument: *mut ::core::ffi::c_void),
            quote!(&mut ::objects::Visitor::new(#variable, visit_argument)),
        ),
        // Where `am_send` puts its result.
        _ => (quote!(*mut ::core::option::Option<::objects::Ref>), same),
    }
}

/// A C result: `-> type`, and the conversion of the Rust function's value.
fn result(letter: &str, value: TokenStream, send: Option<TokenStream>) -> (TokenStream, TokenStream) {
    match letter {
        // A new reference, NULL for an exception.
        "o" => (quote!(-> ::objects::Result), quote!(::objects::args::IntoPy::into_py(#value))),
        // 0, or -1 for an exception.
        "i" => (quote!(-> ::core::ffi::c_int), quote!(::objects::args::status(#value))),
        // 0 or 1, or -1 for an exception.
        "b" => (quote!(-> ::core::ffi::c_int), quote!(::objects::args::truth(#value))),
        // A size, or -1 for an exception; a hash likewise, so a hash of -1 becomes -2.
        "n" => (quote!(-> isize), quote!(::objects::args::size(#value))),
        "h" => (quote!(-> isize), quote!(::objects::args::hash(#value))),
        // A new reference or NULL for the end or an exception.
        "x" => (quote!(-> ::core::option::Option<::objects::Ref>), quote!(::objects::args::next(#value))),
        "V" => (quote!(-> ::core::ffi::c_int), quote!(::objects::args::visited(#value))),
        "S" => (quote!(-> ::core::ffi::c_int), quote!(::objects::args::sent(#value, #send))),
        _ => (TokenStream::new(), quote!(#value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_has_a_table() {
        for (slot, signature) in SLOTS {
            assert!(
                slot.starts_with("tp_") || TABLES.iter().any(|(.., prefix)| slot.starts_with(prefix)),
                "{slot}"
            );
            assert!(signature.contains('='), "{slot}");
        }
    }
}
