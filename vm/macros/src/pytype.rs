//! `#[pytype]`: an `impl` block becomes a static type object.

use crate::docs;
use crate::function::{self, Call, Receiver, c_string};
use crate::options::{self, Options};
use crate::signature::Signature;
use crate::slots;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use std::collections::BTreeMap;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Error, Expr, Ident, ImplItem, ItemImpl, LitStr, Token, Type};

/// What the attribute's own options say.
struct Head {
    name: String,
    /// `tp_name`: with the module for all but builtins.
    full_name: String,
    doc_key: String,
    /// What the keys of its members begin with.
    member_key: String,
    view: Type,
}

/// What the items of the block add up to.
#[derive(Default)]
struct Body {
    methods: Vec<TokenStream>,
    getters: BTreeMap<String, (TokenStream, TokenStream)>,
    slots: Vec<(Ident, TokenStream)>,
}

pub fn expand(attr: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut options: Options = syn::parse2(attr)?;
    let mut block: ItemImpl = syn::parse2(item)?;
    let name =
        options.string("name")?.ok_or_else(|| Error::new(Span::call_site(), "`name = \"…\"` is missing"))?;
    let full_name = match options.string("module")? {
        Some(module) => format!("{module}.{name}"),
        None => name.clone(),
    };
    let doc_key = options.string("doc_key")?.unwrap_or_else(|| full_name.clone());
    let member_key = doc_key.strip_prefix("type ").unwrap_or(&doc_key).to_owned();
    let head = Head { name, full_name, doc_key, member_key, view: (*block.self_ty).clone() };

    let mut body = Body::default();
    for item in &mut block.items {
        if let ImplItem::Fn(function) = item {
            let found = options::strip(&mut function.attrs, &ITEM_ATTRIBUTES);
            for (kind, attr) in found {
                body.add(&head, &kind, Options::of(&attr)?, &function.sig)?;
            }
            strip_defaults(&mut function.sig);
        }
    }
    let object = type_object(&head, options, body)?;
    Ok(quote! { #block #object })
}

const ITEM_ATTRIBUTES: [&str; 8] =
    ["method", "classmethod", "staticmethod", "getter", "setter", "slot", "new", "init"];

/// Takes `#[default(…)]` off the parameters: the compiler does not know it.
pub fn strip_defaults(sig: &mut syn::Signature) {
    for input in &mut sig.inputs {
        if let syn::FnArg::Typed(param) = input {
            options::strip(&mut param.attrs, &["default"]);
        }
    }
}

impl Body {
    fn add(
        &mut self,
        head: &Head,
        kind: &str,
        mut options: Options,
        sig: &syn::Signature,
    ) -> syn::Result<()> {
        let view = &head.view;
        let owner = quote!(<#view>::);
        let receiver = match kind {
            "method" => Receiver::Instance,
            "classmethod" => Receiver::Class,
            "staticmethod" => Receiver::Static,
            "slot" => {
                let name = options
                    .any_flag()
                    .ok_or_else(|| Error::new(sig.ident.span(), "the slot's name is missing"))?;
                options.finish()?;
                let value = slots::slot(&owner, &name, sig)?;
                self.slots.push((name, value));
                return Ok(());
            }
            "getter" | "setter" => return self.attribute(head, kind == "getter", options, sig),
            _ => return self.constructor(head, kind == "new", options, sig),
        };
        self.methods.push(function::method(&owner, &head.member_key, receiver, sig, options)?);
        Ok(())
    }

    fn attribute(
        &mut self,
        head: &Head,
        get: bool,
        mut options: Options,
        sig: &syn::Signature,
    ) -> syn::Result<()> {
        let view = &head.view;
        let name = options
            .text()
            .ok_or_else(|| Error::new(sig.ident.span(), "the attribute's name is missing"))?
            .value();
        let explicit = options.string("doc")?;
        options.finish()?;
        let known =
            || docs::entry(&format!("{}.{name}", head.member_key)).and_then(|entry| entry.doc.clone());
        let doc = optional_c_string(explicit.or_else(known).as_deref());
        let bare = Signature { name: name.clone(), text: None, params: Vec::new() };
        let call = Call::new(&quote!(<#view>::), sig, Receiver::Instance, bare, true)?;
        let (this, target, shim) = (call.receiver_expr(quote!(this)), &call.target, &sig.ident);
        let entry = self.getters.entry(name).or_default();
        if get {
            let value = quote! {{
                unsafe extern "C" fn #shim(this: &::objects::Object, _: *mut ::core::ffi::c_void) -> ::objects::Result {
                    ::objects::args::IntoPy::into_py(#target(#this))
                }
                ::core::option::Option::Some(#shim)
            }};
            entry.0 = quote!(get: #value, doc: #doc,);
        } else {
            let value = quote! {{
                unsafe extern "C" fn #shim(
                    this: &::objects::Object,
                    value: ::core::option::Option<&::objects::Object>,
                    _: *mut ::core::ffi::c_void,
                ) -> ::core::ffi::c_int {
                    ::objects::args::status(#target(#this value))
                }
                ::core::option::Option::Some(#shim)
            }};
            entry.1 = quote!(set: #value,);
        }
        Ok(())
    }

    /// `#[new]` and `#[init]`: the slot, and `tp_vectorcall` when asked.
    fn constructor(
        &mut self,
        head: &Head,
        new: bool,
        mut options: Options,
        sig: &syn::Signature,
    ) -> syn::Result<()> {
        let view = &head.view;
        let text =
            options.text().ok_or_else(|| Error::new(sig.ident.span(), "the parameters are missing"))?;
        let mut parsed = Signature::parse(&text.value()).map_err(|error| Error::new(text.span(), error))?;
        if parsed.name.is_empty() {
            parsed.name = head.name.clone();
        }
        let vectorcall = options.flag("vectorcall");
        options.finish()?;
        let receiver = if new { Receiver::Class } else { Receiver::Instance };
        let call = Call::new(&quote!(<#view>::), sig, receiver, parsed, false)?;
        let signature = call.signature(&call.sig.name, false, quote!(::core::option::Option::None), false);
        let (conversions, arguments, target) = (call.conversions()?, &call.arguments, &call.target);
        let own = quote!(<#view as ::objects::Instance>::class());
        let (slot, this_type, output, class, finish, value) = if new {
            let value = quote!(::objects::args::IntoPy::into_py(#target(this, #(#arguments),*)));
            let result = quote!(::objects::Result);
            ("tp_new", quote!(&::objects::TypeObject), result, quote!(this), quote!(taken), value)
        } else {
            let this = call.receiver_expr(quote!(this));
            let value = quote!(::objects::args::Fallible::into_result(#target(#this #(#arguments),*)));
            let status = quote!(::objects::args::status(taken));
            let class = quote!(::objects::Object::class(this));
            ("tp_init", quote!(&::objects::Object), quote!(::core::ffi::c_int), class, status, value)
        };
        let bind = if call.takes_keywords() {
            call.bind(quote!(input, keywords), quote!(::objects::args::bind))
        } else {
            let binder = Ident::new(if new { "bind_new" } else { "bind_init" }, Span::call_site());
            call.bind(quote!(input, keywords, #class, #own), quote!(::objects::args::#binder))
        };
        let inner = if new { quote!(::objects::Result) } else { quote!(::objects::Result<()>) };
        let take = quote! {
            static SIGNATURE: ::objects::args::Signature = #signature;
            #[inline]
            fn take(this: #this_type, input: &[&::objects::Object], keywords: ::objects::args::Kwargs<'_>) -> #inner {
                #bind
                #conversions
                #value
            }
        };
        let slot = Ident::new(slot, Span::call_site());
        let shim = quote! {{
            #take
            unsafe extern "C" fn #slot(
                this: #this_type,
                args: &::objects::types::tuple::Tuple,
                kwargs: ::core::option::Option<&::objects::Object>,
            ) -> #output {
                let taken = take(this, args.items(), ::objects::args::Kwargs::dict(kwargs));
                #finish
            }
            #slot
        }};
        self.slots.push((slot, shim));
        if vectorcall {
            let make = if new {
                quote!(take(::objects::Object::cast_unchecked(class), input, keywords))
            } else {
                quote! {{
                    let object = ::objects::args::fresh(::objects::Object::cast_unchecked(class))?;
                    take(&object, input, keywords).map(|()| object)
                }}
            };
            let entry = quote! {{
                #take
                unsafe extern "C" fn tp_vectorcall(
                    class: &::objects::Object,
                    args: *const ::core::option::Option<&::objects::Object>,
                    nargs: usize,
                    names: ::core::option::Option<&::objects::types::tuple::Tuple>,
                ) -> ::objects::Result {
                    // SAFETY: the vectorcall convention; the callable is the type.
                    unsafe {
                        let nargs = nargs & !::objects::typeobject::flags::VECTORCALL_ARGUMENTS_OFFSET;
                        let (input, keywords) = ::objects::args::vector(args.cast(), nargs, names);
                        #make
                    }
                }
                tp_vectorcall
            }};
            self.slots.push((Ident::new("tp_vectorcall", Span::call_site()), entry));
        }
        Ok(())
    }
}

/// The static, the view's `Instance`, and the layout checks.
fn type_object(head: &Head, mut options: Options, body: Body) -> syn::Result<TokenStream> {
    let view = &head.view;
    let symbol = options.ident("symbol")?;
    let static_name = options.ident("static_name")?;
    let is_view = !options.flag("no_instance");
    let gc = options.flag("gc");
    let has = |slot: &str| body.slots.iter().any(|(name, _)| name == slot);

    let mut flags = flag_list(&mut options)?;
    let view_flag = flags.iter().find(|flag| flag.to_string().ends_with("_SUBCLASS")).cloned();
    let mut fields: Vec<(Ident, TokenStream)> = Vec::new();
    let mut set = |name: &str, value: TokenStream| fields.push((Ident::new(name, Span::call_site()), value));
    let some = |value: TokenStream| quote!(::core::option::Option::Some(#value));
    let mut add_flag = |name: &str| flags.push(Ident::new(name, Span::call_site()));

    if gc {
        add_flag("HAVE_GC");
        if !has("tp_traverse") {
            set("tp_traverse", some(quote!(::objects::slots::traverse::<#view>)));
        }
        if !has("tp_clear") && !options.flag("no_clear") {
            set("tp_clear", some(quote!(::objects::slots::clear::<#view>)));
        }
    }
    if !options.flag("no_dealloc") && is_view && !has("tp_dealloc") {
        set("tp_dealloc", some(quote!(::objects::slots::dealloc::<#view>)));
    }
    if options.flag("no_new") {
        add_flag("DISALLOW_INSTANTIATION");
    }
    if let Some(base) = options.value("base") {
        set("tp_base", quote!(&raw const #base));
    }
    if let Some(itemsize) = options.value("itemsize") {
        set("tp_itemsize", quote!(#itemsize as isize));
    }
    for (option, slot) in [
        ("dict", "tp_dictoffset"),
        ("weaklist", "tp_weaklistoffset"),
        ("vectorcall_field", "tp_vectorcall_offset"),
    ] {
        if let Some(field) = options.value(option) {
            set(slot, quote!(::core::mem::offset_of!(#view, #field) as isize));
            if option == "vectorcall_field" {
                add_flag("HAVE_VECTORCALL");
            }
        }
    }
    if options.flag("unhashable") {
        set("tp_hash", some(quote!(::objects::slots::unhashable)));
    }
    // A slot of the type itself can be given a function that exists already.
    let slots = slots::SLOTS.iter().map(|(slot, _)| *slot).chain(["tp_vectorcall"]);
    for (slot, key) in slots.filter_map(|slot| Some((slot, slot.strip_prefix("tp_")?))) {
        if let Some(path) = options.value(key) {
            set(slot, some(quote!(#path)));
        }
    }
    let doc = options.string("doc")?;
    // A function of the same name may have documentation, which is not the type's.
    let entry = if options.flag("no_doc") { None } else { docs::entry(&head.doc_key) };
    let signature = entry.and_then(|entry| entry.signature.as_deref());
    let text = doc.as_deref().or_else(|| entry.and_then(|entry| entry.doc.as_deref()));
    if let Some(doc) = docs::internal(&head.name, signature, text) {
        let doc = c_string(&doc);
        set("tp_doc", quote!(#doc.as_ptr()));
    }

    let mut statics = TokenStream::new();
    statics.extend(method_table(&body.methods));
    if !body.methods.is_empty() {
        set("tp_methods", quote!((&raw const __METHODS).cast()));
    }
    let members = members(view, &head.member_key, &mut options)?;
    if !members.is_empty() {
        let count = members.len() + 1;
        statics.extend(quote! {
            static __MEMBERS: [::objects::typeobject::MemberDef; #count] =
                [#(#members,)* ::objects::typeobject::MemberDef::END];
        });
        set("tp_members", quote!((&raw const __MEMBERS).cast()));
    }
    if !body.getters.is_empty() {
        let count = body.getters.len() + 1;
        let rows = body.getters.iter().map(|(name, (get, set))| {
            let name = c_string(name);
            quote! {
                ::objects::typeobject::GetSetDef {
                    name: #name.as_ptr(), #get #set ..::objects::typeobject::GetSetDef::END
                }
            }
        });
        statics.extend(quote! {
            static __GETSET: [::objects::typeobject::GetSetDef; #count] =
                [#(#rows,)* ::objects::typeobject::GetSetDef::END];
        });
        set("tp_getset", quote!((&raw const __GETSET).cast()));
    }
    for (field, table, prefix) in slots::TABLES {
        let rows: Vec<_> =
            body.slots.iter().filter(|(name, _)| name.to_string().starts_with(prefix)).collect();
        if !rows.is_empty() {
            let (names, values): (Vec<_>, Vec<_>) = rows.iter().map(|(name, value)| (name, value)).unzip();
            let table = Ident::new(table, Span::call_site());
            let name = Ident::new(&format!("__{}", field.to_uppercase()), Span::call_site());
            statics.extend(quote! {
                static #name: ::objects::typeobject::#table = ::objects::typeobject::#table {
                    #(#names: ::core::cell::Cell::new(::core::option::Option::Some(#values)),)*
                    ..::objects::typeobject::#table::EMPTY
                };
            });
            set(field, quote!(&raw const #name));
        }
    }
    for (name, value) in body.slots.iter().filter(|(name, _)| name.to_string().starts_with("tp_")) {
        set(&name.to_string(), some(value.clone()));
    }
    let metaclass = options.value("metaclass").map(|class| {
        quote! {
            this.ob_base = ::objects::VarObject {
                ob_base: ::objects::Object::immortal(&#class), ob_size: ::core::cell::Cell::new(0),
            };
        }
    });
    let basicsize = options.value("basicsize").map_or_else(
        || {
            if is_view {
                quote!(::core::mem::size_of::<#view>())
            } else {
                quote!(::core::mem::size_of::<::objects::Object>())
            }
        },
        |size| quote!(#size),
    );
    options.finish()?;

    let (fields, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    let full_name = c_string(&head.full_name);
    let value = quote! {{
        #statics
        let mut this = ::objects::TypeObject::new(
            #full_name,
            #basicsize,
            0 #(| ::objects::typeobject::flags::#flags)*,
        );
        #metaclass
        #(this.#fields = ::core::cell::Cell::new(#values);)*
        this
    }};
    let title = format!("The type `{}`.", head.full_name);
    let lints = quote!(#[allow(non_upper_case_globals, unused_variables, clippy::all, reason = "generated")]);
    Ok(match (symbol, static_name) {
        (Some(name), _) => {
            let view = is_view.then(|| instance(view, &name, view_flag));
            quote! {
                #[doc = #title]
                #lints
                #[unsafe(no_mangle)]
                pub static #name: ::objects::TypeObject = #value;
                #view
            }
        }
        (None, Some(name)) => {
            let view = is_view.then(|| instance(view, &name, view_flag));
            quote! {
                #[doc = #title]
                #lints
                pub static #name: ::objects::TypeObject = #value;
                #view
            }
        }
        (None, None) if is_view => {
            let view = instance(view, &Ident::new("TYPE", Span::call_site()), view_flag);
            quote! {
                #lints
                const _: () = {
                    static TYPE: ::objects::TypeObject = #value;
                    #view
                };
            }
        }
        (None, None) => {
            return Err(Error::new(Span::call_site(), "`no_instance` needs `symbol` or `static_name`"));
        }
    })
}

fn instance(view: &Type, object: &Ident, flag: Option<Ident>) -> TokenStream {
    let flag = flag.map(|flag| quote!(, ::objects::typeobject::flags::#flag));
    quote!(::objects::instance!(#view, #object #flag);)
}

/// `static __METHODS`, or nothing.
pub fn method_table(rows: &[TokenStream]) -> TokenStream {
    let count = rows.len() + 1;
    quote! {
        static __METHODS: [::objects::typeobject::MethodDef; #count] =
            [#(#rows,)* ::objects::typeobject::MethodDef::END];
    }
}

fn flag_list(options: &mut Options) -> syn::Result<Vec<Ident>> {
    match options.value("flags") {
        None => Ok(Vec::new()),
        Some(Expr::Array(array)) => array.elems.iter().map(|flag| syn::parse2(quote!(#flag))).collect(),
        Some(other) => Err(Error::new_spanned(other, "`flags = [BASETYPE, …]`")),
    }
}

/// `member("start", OBJECT_EX, start, READONLY)` lists as `PyMemberDef` rows.
fn members(view: &Type, doc_key: &str, options: &mut Options) -> syn::Result<Vec<TokenStream>> {
    const KINDS: [(&str, i32); 20] = [
        ("SHORT", 0),
        ("INT", 1),
        ("LONG", 2),
        ("FLOAT", 3),
        ("DOUBLE", 4),
        ("STRING", 5),
        ("OBJECT", 6),
        ("CHAR", 7),
        ("BYTE", 8),
        ("UBYTE", 9),
        ("USHORT", 10),
        ("UINT", 11),
        ("ULONG", 12),
        ("STRING_INPLACE", 13),
        ("BOOL", 14),
        ("OBJECT_EX", 16),
        ("LONGLONG", 17),
        ("ULONGLONG", 18),
        ("PYSSIZET", 19),
        ("NONE", 20),
    ];
    let mut rows = Vec::new();
    while let Some(list) = options.list("member") {
        let parts = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(list.clone())?;
        let mut parts = parts.into_iter();
        let (Some(name), Some(kind), Some(field)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Error::new_spanned(list, "`member(\"name\", KIND, field, READONLY)`"));
        };
        let name = syn::parse2::<LitStr>(quote!(#name))?.value();
        let kind: Ident = syn::parse2(quote!(#kind))?;
        let Some((_, kind)) = KINDS.iter().find(|(text, _)| kind == text) else {
            return Err(Error::new(kind.span(), "no such kind of member: the names of `Py_T_…`"));
        };
        let mut flags = 0;
        for flag in parts {
            match syn::parse2::<Ident>(quote!(#flag))?.to_string().as_str() {
                "READONLY" => flags |= 1,
                "AUDIT_READ" => flags |= 2,
                _ => return Err(Error::new_spanned(flag, "READONLY or AUDIT_READ")),
            }
        }
        let doc = docs::entry(&format!("{doc_key}.{name}")).and_then(|entry| entry.doc.as_deref());
        let (name, doc) = (c_string(&name), optional_c_string(doc));
        rows.push(quote! {
            ::objects::typeobject::MemberDef {
                name: #name.as_ptr(),
                kind: #kind,
                offset: ::core::mem::offset_of!(#view, #field) as isize,
                flags: #flags,
                doc: #doc,
            }
        });
    }
    Ok(rows)
}

fn optional_c_string(text: Option<&str>) -> TokenStream {
    match text {
        Some(text) => {
            let text = c_string(text);
            quote!(#text.as_ptr())
        }
        None => quote!(::core::ptr::null()),
    }
}
