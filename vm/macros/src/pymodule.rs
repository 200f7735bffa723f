//! `#[pymodule]`: an inline Rust module becomes a Python module's definition.

use crate::docs;
use crate::function::{self, Receiver, c_string};
use crate::options::{self, Options};
use crate::pytype;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Error, Item, ItemMod, Path, Token};

pub fn expand(attr: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut options: Options = syn::parse2(attr)?;
    let mut module: ItemMod = syn::parse2(item)?;
    let name =
        options.string("name")?.ok_or_else(|| Error::new(Span::call_site(), "`name = \"…\"` is missing"))?;
    let doc = options.string("doc")?;
    let doc = doc.or_else(|| docs::entry(&name).and_then(|entry| entry.doc.clone()));
    let part = options.flag("part");
    let parts = paths(options.list("parts"))?;
    let classes = paths(options.list("classes"))?;
    options.finish()?;
    let Some((_, items)) = &mut module.content else {
        return Err(Error::new(module.ident.span(), "the module must be inline"));
    };

    let mut rows = Vec::new();
    let mut steps = Vec::new();
    for item in items.iter_mut() {
        match item {
            Item::Fn(function) => {
                for (kind, attr) in options::strip(&mut function.attrs, &["function", "attr", "exec"]) {
                    let mut options = Options::of(&attr)?;
                    let ident = &function.sig.ident;
                    match kind.as_str() {
                        "function" => {
                            let owner = quote!(self::);
                            rows.push(function::method(
                                &owner,
                                &name,
                                Receiver::Module,
                                &function.sig,
                                options,
                            )?);
                            continue;
                        }
                        "attr" => {
                            let name = options.text().map_or_else(|| ident.to_string(), |text| text.value());
                            steps.push(quote!(::objects::args::module::add(module, #name, #ident())?;));
                        }
                        _ => steps.push(quote!(::objects::args::Fallible::into_result(#ident(module))?;)),
                    }
                    options.finish()?;
                }
                pytype::strip_defaults(&mut function.sig);
            }
            Item::Const(constant) => {
                for (_, attr) in options::strip(&mut constant.attrs, &["constant"]) {
                    let mut options = Options::of(&attr)?;
                    let ident = &constant.ident;
                    let name = options.text().map_or_else(|| ident.to_string(), |text| text.value());
                    options.finish()?;
                    steps.push(quote!(::objects::args::module::add(module, #name, #ident)?;));
                }
            }
            _ => {}
        }
    }
    // The classes come first: what a module does when it is executed may import others that want them.
    let add_class =
        |class| quote!(::objects::args::module::add_type(module, <#class as ::objects::Instance>::class())?;);
    steps.splice(0..0, classes.iter().map(add_class));
    steps.extend(parts.iter().map(|part| quote!(#part::add_to(module)?;)));
    items.extend(definition(&name, doc.as_deref(), &rows, &steps, part)?);
    Ok(quote!(#module))
}

fn definition(
    name: &str,
    doc: Option<&str>,
    rows: &[TokenStream],
    steps: &[TokenStream],
    part: bool,
) -> syn::Result<Vec<Item>> {
    let table = pytype::method_table(rows);
    let lints = quote!(#[allow(unused_variables, clippy::all, reason = "generated")]);
    let shared = quote! {
        #lints
        #table
        #lints
        fn __fill(module: &::objects::types::module::Module) -> ::objects::Result<()> {
            #(#steps)*
            ::core::result::Result::Ok(())
        }
    };
    let rest = if part {
        quote! {
            /// Adds this part's functions and values to the module.
            pub fn add_to(module: &::objects::types::module::Module) -> ::objects::Result<()> {
                ::objects::args::module::add_functions(module, &__METHODS)?;
                __fill(module)
            }
        }
    } else {
        let (name_text, doc) = (c_string(name), doc.map(c_string));
        let doc = doc.map_or_else(|| quote!(::core::ptr::null()), |doc| quote!(#doc.as_ptr()));
        let title = format!("`PyInit_{}`.", name.rsplit('.').next().unwrap_or(name));
        quote! {
            /// The module's definition.
            pub static MODULE_DEF: ::objects::typeobject::ModuleDef = {
                unsafe extern "C" fn exec(module: &::objects::Object) -> ::core::ffi::c_int {
                    // SAFETY: an exec slot is called with the module.
                    ::objects::args::status(__fill(unsafe { module.cast_unchecked() }))
                }
                static SLOTS: [::objects::typeobject::ModuleSlot; 2] = [
                    ::objects::typeobject::ModuleSlot { slot: 2, value: exec as *const ::core::ffi::c_void },
                    ::objects::typeobject::ModuleSlot::END,
                ];
                let mut this = ::objects::typeobject::ModuleDef::END;
                this.ob_base = ::objects::args::module::DEF_HEAD;
                this.m_name = #name_text.as_ptr();
                this.m_doc = #doc;
                this.m_methods = (&raw const __METHODS).cast();
                this.m_slots = (&raw const SLOTS).cast();
                this
            };
            #[doc = #title]
            pub unsafe extern "C" fn init() -> ::objects::Result {
                ::objects::args::module::init(&MODULE_DEF)
            }
        }
    };
    let file: syn::File = syn::parse2(quote!(#shared #rest))?;
    Ok(file.items)
}

fn paths(list: Option<TokenStream>) -> syn::Result<Vec<Path>> {
    match list {
        None => Ok(Vec::new()),
        Some(list) => Ok(Punctuated::<Path, Token![,]>::parse_terminated.parse2(list)?.into_iter().collect()),
    }
}
