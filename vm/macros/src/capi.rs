//! `#[capi]`: a Rust function becomes an exported C function.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Error, FnArg, ItemFn, ReturnType, Type};

/// The function keeps its name and its Rust signature inside of the exported one, which has the C signature: each parameter is taken
/// through `args::c::FromC`, the result given through `args::c::IntoC`.
pub fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let function: ItemFn = syn::parse2(item)?;
    let ItemFn { attrs, vis, sig, block } = &function;
    let name = &sig.ident;
    let output = match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    };
    let lifetimes = &sig.generics.params;
    let generics = (!lifetimes.is_empty()).then(|| quote!(<#lifetimes>));
    let mut declared = Vec::new();
    let mut taken = Vec::new();
    let mut passed = Vec::new();
    for (index, input) in sig.inputs.iter().enumerate() {
        let FnArg::Typed(param) = input else {
            return Err(Error::new(input.span(), "a C function has no receiver"));
        };
        let (variable, ty) = (format_ident!("c{index}"), &param.ty);
        if is_plain(ty) {
            declared.push(quote!(#variable: #ty));
        } else {
            declared.push(quote!(#variable: <#ty as ::objects::args::c::FromC>::C));
            taken.push(quote! {
                // SAFETY: the caller keeps the C function's contract.
                let #variable = match unsafe { <#ty as ::objects::args::c::FromC>::from_c(#variable) } {
                    ::core::result::Result::Ok(value) => value,
                    ::core::result::Result::Err(raised) =>
                        return <#output as ::objects::args::c::IntoC>::failed(raised),
                };
            });
        }
        passed.push(variable);
    }
    let (inner, unsafety) = (&sig.inputs, &sig.unsafety);
    Ok(quote! {
        #(#attrs)*
        #[unsafe(no_mangle)]
        #[allow(clippy::needless_lifetimes, reason = "generated")]
        #vis unsafe extern "C" fn #name #generics(
            #(#declared),*
        ) -> <#output as ::objects::args::c::IntoC>::C {
            #[inline(always)]
            #unsafety fn body #generics(#inner) -> #output #block
            #(#taken)*
            #[allow(unused_unsafe, reason = "only some of the functions are unsafe")]
            // SAFETY: the caller keeps the C function's contract.
            ::objects::args::c::IntoC::into_c(unsafe { body(#(#passed),*) })
        }
    })
}

/// Whether C has the same type: numbers and pointers.
fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Ptr(_) | Type::BareFn(_) => true,
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.arguments.is_none()),
        _ => false,
    }
}
