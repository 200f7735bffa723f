//! `#[derive(Trace)]`: `tp_traverse` and `tp_clear` from the fields of a struct.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Index};

pub fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let input: DeriveInput = syn::parse2(item)?;
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.ident.span(), "only a struct can be traced"));
    };
    let mut members = Vec::new();
    for (index, field) in data.fields.iter().enumerate() {
        let member = match &field.ident {
            Some(name) if name == "ob_base" || name == "head" => continue,
            Some(name) => quote!(#name),
            None => {
                let index = Index::from(index);
                quote!(#index)
            }
        };
        if !is_skipped(field)? {
            members.push(member);
        }
    }
    debug_assert!(!matches!(data.fields, Fields::Unit) || members.is_empty());
    let (name, (generics, arguments, bounds)) = (&input.ident, input.generics.split_for_impl());
    Ok(quote! {
        impl #generics ::objects::Trace for #name #arguments #bounds {
            #[allow(unused_variables, reason = "a struct may own no reference")]
            fn trace(&self, visitor: &mut ::objects::Visitor) -> ::objects::Visit {
                #(::objects::Trace::trace(&self.#members, visitor)?;)*
                ::core::result::Result::Ok(())
            }
            fn clear(&self) {
                #(::objects::Trace::clear(&self.#members);)*
            }
        }
    })
}

fn is_skipped(field: &syn::Field) -> syn::Result<bool> {
    let mut skipped = false;
    for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("trace")) {
        attr.parse_nested_meta(|meta| {
            skipped |= meta.path.is_ident("skip");
            if meta.path.is_ident("skip") { Ok(()) } else { Err(meta.error("only `skip` is known")) }
        })?;
    }
    Ok(skipped)
}
