//! One native function: from a signature text and a Rust `fn` to the C function and its `PyMethodDef` row.
//!
//! The same code serves methods and module functions; [`Receiver`] is all that differs. Binding of the parameters is shared with
//! `#[new]` and `#[init]`, see [`Call`].

use crate::docs;
use crate::options::Options;
use crate::signature::{Kind, Param, Signature};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Error, FnArg, GenericArgument, Ident, PathArguments, ReturnType, Type};

/// What C's first parameter is, and what the Rust function gets for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    /// The instance: `&self`, or `this: &T`.
    Instance,
    /// The class: `cls: &TypeObject`.
    Class,
    /// NULL, nothing is passed.
    Static,
    /// The module, passed when the Rust function begins with a parameter beyond those of the signature.
    Module,
}

/// The flags of a `PyMethodDef` in the generated code.
fn flag(name: &str) -> TokenStream {
    let name = Ident::new(name, Span::call_site());
    quote!(::objects::typeobject::flags::#name)
}

/// Expands one function to an expression of type `MethodDef`, with the C function inside. `owner` is the path before the function's name (`<List>::` or nothing), `doc_prefix` the docs key of the class
/// or module.
pub fn method(
    owner: &TokenStream,
    doc_prefix: &str,
    receiver: Receiver,
    item: &syn::Signature,
    mut options: Options,
) -> syn::Result<TokenStream> {
    let text = options
        .text()
        .ok_or_else(|| Error::new(item.ident.span(), "the attribute needs a signature text"))?;
    let sig = Signature::parse(&text.value()).map_err(|error| Error::new(text.span(), error))?;
    if sig.name.is_empty() {
        return Err(Error::new(text.span(), "the signature needs the function's name"));
    }
    let raw = options.flag("raw");
    if !raw && sig.text.is_none() {
        return Err(Error::new(text.span(), "give the parameters, or the option `raw`"));
    }
    let key = format!("{doc_prefix}.{}", sig.name);
    let doc = documentation(&key, &sig, &text, &mut options)?;
    let pure = options.flag("pure");
    let coexist = options.flag("coexist");
    let shown = options.string("errors_name")?.unwrap_or_else(|| sig.name.clone());
    let call = Call::new(owner, item, receiver, sig, raw)?;
    options.finish()?;

    let bind = call.bind(quote!(input, keywords), quote!(::objects::args::bind));
    let arguments = &call.arguments;
    let this = call.receiver_expr(quote!(this));
    let target = &call.target;
    let this_type = match receiver {
        Receiver::Static => quote!(::core::option::Option<&::objects::Object>),
        _ => quote!(&::objects::Object),
    };
    let shim = &item.ident;
    let result = quote!(::objects::args::IntoPy::into_py(#target(#this #(#arguments),*)));
    let keywords = call.takes_keywords();
    let single = !raw && call.sig.is_fixed();
    let (function, mut flags) = if single && call.sig.params.is_empty() {
        let function = quote! {
            unsafe extern "C" fn #shim(this: #this_type, _: *const ::core::ffi::c_void) -> ::objects::Result {
                #result
            }
        };
        (function, flag("METH_NOARGS"))
    } else if single && call.sig.params.len() == 1 {
        let argument = call.convert(0, quote!(::core::option::Option::Some(argument)))?;
        let function = quote! {
            unsafe extern "C" fn #shim(this: #this_type, argument: &::objects::Object) -> ::objects::Result {
                let argument0 = #argument;
                #result
            }
        };
        (function, flag("METH_O"))
    } else if keywords {
        let conversions = call.conversions()?;
        let function = quote! {
            unsafe extern "C" fn #shim(
                this: #this_type,
                args: *const &::objects::Object,
                nargs: isize,
                names: ::core::option::Option<&::objects::types::tuple::Tuple>,
            ) -> ::objects::Result {
                // SAFETY: the calling convention of METH_FASTCALL | METH_KEYWORDS.
                let (input, keywords) = unsafe { ::objects::args::vector(args, nargs as usize, names) };
                #bind
                #conversions
                #result
            }
        };
        let (fast, keywords) = (flag("METH_FASTCALL"), flag("METH_KEYWORDS"));
        (function, quote!(#fast | #keywords))
    } else {
        let conversions = call.conversions()?;
        let function = quote! {
            unsafe extern "C" fn #shim(
                this: #this_type,
                args: *const &::objects::Object,
                nargs: isize,
            ) -> ::objects::Result {
                // SAFETY: the calling convention of METH_FASTCALL.
                let (input, keywords) = unsafe { ::objects::args::vector(args, nargs as usize, ::core::option::Option::None) };
                #bind
                #conversions
                #result
            }
        };
        (function, flag("METH_FASTCALL"))
    };
    let mut add = |name: &str| {
        let more = flag(name);
        flags = quote!(#flags | #more);
    };
    match receiver {
        Receiver::Class => add("METH_CLASS"),
        Receiver::Static => add("METH_STATIC"),
        Receiver::Instance | Receiver::Module => {}
    }
    if coexist {
        add("METH_COEXIST");
    }

    let (typed, typed_entry) = call.typed_entry(pure)?;
    let signature = call.signature(&shown, single && call.sig.params.len() == 1, typed_entry, pure);
    let mut bytes = doc.unwrap_or_default().into_bytes();
    bytes.push(0);
    let length = bytes.len();
    let bytes = proc_macro2::Literal::byte_string(&bytes);
    let name = c_string(&call.sig.name);
    Ok(quote! {{
        #function
        #typed
        static SIGNATURE: ::objects::args::Signature = #signature;
        // Apart from what every start reads.
        #[unsafe(link_section = ".data.rel.ro.docs")]
        static DOC: ::objects::args::Described<#length> =
            ::objects::args::Described { signature: &SIGNATURE, doc: *#bytes };
        ::objects::typeobject::MethodDef {
            ml_name: #name.as_ptr(),
            ml_meth: #shim as *const ::core::ffi::c_void,
            ml_flags: #flags | ::objects::args::DESCRIBED,
            ml_doc: DOC.doc.as_ptr().cast(),
        }
    }})
}

/// The docstring with its signature. A declared signature must be CPython's, unless `unchecked`; `nosig` leaves it out.
fn documentation(
    key: &str,
    sig: &Signature,
    at: &syn::LitStr,
    options: &mut Options,
) -> syn::Result<Option<String>> {
    let (nosig, unchecked) = (options.flag("nosig"), options.flag("unchecked"));
    let explicit = options.string("doc")?;
    let entry = docs::entry(key);
    let known = entry.and_then(|entry| entry.signature.as_deref());
    if let (Some(entry), Some(declared), false) = (entry, &sig.text, unchecked) {
        let expected = entry.signature.as_deref();
        if !nosig && expected.map(unfold) != Some(unfold(declared)) {
            let expected =
                expected.map_or("none (use `nosig`)".to_string(), |text| format!("{}{text}", sig.name));
            return Err(Error::new(
                at.span(),
                format!("CPython's signature is {expected}; or say `unchecked`"),
            ));
        }
        if nosig && expected.is_some() {
            return Err(Error::new(
                at.span(),
                format!("CPython has a signature: {}{}", sig.name, known.unwrap_or("")),
            ));
        }
    }
    let same = sig.text.as_deref().is_some_and(|text| known.map(unfold) == Some(unfold(text)));
    let signature = if nosig {
        None
    } else if same {
        known
    } else {
        sig.text.as_deref().or(known)
    };
    let doc = explicit.as_deref().or_else(|| entry.and_then(|entry| entry.doc.as_deref()));
    Ok(docs::internal(&sig.name, signature, doc))
}

/// CPython folds long signatures over several lines; they are declared on one.
fn unfold(signature: &str) -> String {
    signature.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A C string literal.
pub fn c_string(text: &str) -> syn::LitCStr {
    let text = std::ffi::CString::new(text).unwrap_or_default();
    syn::LitCStr::new(&text, Span::call_site())
}

/// A Rust function with the Python parameters it takes.
pub struct Call {
    pub sig: Signature,
    /// The path of the function.
    pub target: TokenStream,
    /// The variables that hold its converted arguments.
    pub arguments: Vec<Ident>,
    raw: bool,
    receiver: Option<Type>,
    by_self: bool,
    params: Vec<Rust>,
    result: ReturnType,
}

/// A parameter of the Rust function.
struct Rust {
    ty: Type,
    default: Option<syn::Expr>,
}

impl Call {
    pub fn new(
        owner: &TokenStream,
        item: &syn::Signature,
        receiver: Receiver,
        sig: Signature,
        raw: bool,
    ) -> syn::Result<Call> {
        let name = &item.ident;
        let mut inputs = item.inputs.iter();
        let wanted = if raw { item.inputs.len().clamp(1, 2) } else { sig.params.len() };
        let mut by_self = false;
        let receiver = match receiver {
            Receiver::Static => None,
            Receiver::Module if raw => match inputs.clone().next() {
                Some(FnArg::Typed(first)) if is_slice(&first.ty) => None,
                _ => inputs.next(),
            },
            Receiver::Module => (item.inputs.len() == wanted + 1).then(|| inputs.next()).flatten(),
            Receiver::Instance | Receiver::Class => {
                Some(inputs.next().ok_or_else(|| Error::new(name.span(), "a receiver is missing"))?)
            }
        };
        let receiver = match receiver {
            Some(FnArg::Receiver(_)) => {
                by_self = true;
                None
            }
            Some(FnArg::Typed(first)) => Some(referent(&first.ty)?),
            None => None,
        };
        let params = inputs
            .map(|input| match input {
                FnArg::Receiver(this) => Err(Error::new(this.span(), "unexpected receiver")),
                FnArg::Typed(param) => {
                    let default = param.attrs.iter().find(|attr| attr.path().is_ident("default"));
                    let default = default.map(syn::Attribute::parse_args).transpose()?;
                    Ok(Rust { ty: (*param.ty).clone(), default })
                }
            })
            .collect::<syn::Result<Vec<_>>>()?;
        if !raw && params.len() != sig.params.len() {
            let text =
                format!("the signature has {} parameters, the function {}", sig.params.len(), params.len());
            return Err(Error::new(item.inputs.span(), text));
        }
        let arguments = (0..params.len()).map(|index| format_ident!("argument{index}")).collect();
        let target = quote!(#owner #name);
        Ok(Call { sig, target, arguments, raw, receiver, by_self, params, result: item.output.clone() })
    }

    /// The receiver, with a comma, made from the `&Object` that C passes.
    pub fn receiver_expr(&self, this: TokenStream) -> TokenStream {
        match &self.receiver {
            // SAFETY in the output: the descriptor, the slot's contract or the module guarantees the receiver's type.
            Some(ty) => quote!(unsafe { ::objects::Object::cast_unchecked::<#ty>(#this) },),
            None if self.by_self => quote!(unsafe { ::objects::Object::cast_unchecked(#this) },),
            None => TokenStream::new(),
        }
    }

    pub fn takes_keywords(&self) -> bool {
        if self.raw { self.params.len() > 1 } else { self.sig.takes_keywords() }
    }

    /// `let bound = …`: the arguments by parameter. `input` are a slice and its keywords.
    pub fn bind(&self, input: TokenStream, binder: TokenStream) -> TokenStream {
        let count = self.sig.params.len();
        if self.raw {
            return TokenStream::new();
        }
        quote! {
            let bound: [::core::option::Option<&::objects::Object>; #count] = #binder(&SIGNATURE, #input)?;
        }
    }

    /// `let argumentN = …` for each parameter, from `bound`, `input` and `keywords`.
    pub fn conversions(&self) -> syn::Result<TokenStream> {
        if self.raw {
            let mut lines = quote!(let argument0 = input;);
            if self.params.len() > 1 {
                lines.extend(quote!(let argument1 = keywords;));
            } else {
                lines.extend(quote!(let _ = keywords;));
            }
            return Ok(lines);
        }
        let positional = self.sig.positional();
        let mut lines = TokenStream::new();
        for (index, param) in self.sig.params.iter().enumerate() {
            let variable = &self.arguments[index];
            let value = match param.kind {
                Kind::Rest => quote!(::objects::args::rest(input, #positional)),
                Kind::Others => quote!(keywords.without(&SIGNATURE)),
                _ => self.convert(index, quote!(bound[#index]))?,
            };
            lines.extend(quote!(let #variable = #value;));
        }
        Ok(lines)
    }

    /// The Rust value of parameter `index`, given an `Option<&Object>`.
    pub fn convert(&self, index: usize, value: TokenStream) -> syn::Result<TokenStream> {
        let (param, rust) = (&self.sig.params[index], &self.params[index]);
        let ty = &rust.ty;
        let at = quote!(::objects::args::At::new(&SIGNATURE, #index));
        let Some(default) = &param.default else {
            return Ok(
                quote!(<#ty as ::objects::args::FromArg>::from_arg(::objects::args::given(#value), #at)?),
            );
        };
        if let Some(inner) = option_of(ty)
            && default != "None"
            && rust.default.is_none()
        {
            return Ok(quote! {
                match #value {
                    ::core::option::Option::Some(value) =>
                        ::core::option::Option::Some(<#inner as ::objects::args::FromArg>::from_arg(value, #at)?),
                    ::core::option::Option::None => ::core::option::Option::None,
                }
            });
        }
        let default = match &rust.default {
            Some(expr) => quote!(#expr),
            None => default_value(param, ty)?,
        };
        Ok(quote! {
            match #value {
                ::core::option::Option::Some(value) => <#ty as ::objects::args::FromArg>::from_arg(value, #at)?,
                ::core::option::Option::None => #default,
            }
        })
    }

    /// The `args::Signature` expression; errors call the function `name`.
    pub fn signature(&self, name: &str, single: bool, typed: TokenStream, pure: bool) -> TokenStream {
        let params = self.sig.params.iter().map(|param| {
            let (name, required) = (&param.name, param.default.is_none());
            let kind = Ident::new(&param.kind.to_string(), Span::call_site());
            quote!(::objects::args::Param { name: #name, kind: ::objects::args::Kind::#kind, required: #required })
        });
        let kinds = self.params.iter().map(|param| arg_kind(&param.ty));
        let result = result_kind(&self.result);
        quote! {
            ::objects::args::Signature {
                single: #single,
                types: &[#(#kinds),*],
                result: #result,
                typed: #typed,
                pure: #pure,
                ..::objects::args::Signature::new(#name, &[#(#params),*])
            }
        }
    }

    /// The function that compiled code calls without boxing, and the expression that names it.
    fn typed_entry(&self, pure: bool) -> syn::Result<(TokenStream, TokenStream)> {
        let none = (TokenStream::new(), quote!(::core::option::Option::None));
        let simple = self.params.iter().zip(&self.sig.params).all(|(rust, param)| {
            param.default.is_none()
                && matches!(param.kind, Kind::PositionalOnly | Kind::Normal)
                && (machine_type(&rust.ty).is_some() || is_object(&rust.ty))
        });
        let Some(result) = result_type(&self.result).and_then(|ty| machine_type(&ty)) else {
            return Ok(none);
        };
        if !pure || !simple || self.raw || self.by_self || self.receiver.is_some() {
            return Ok(none);
        }
        let (variables, target) = (&self.arguments, &self.target);
        let types = self.params.iter().map(|param| &param.ty);
        let function = quote! {
            extern "C" fn typed(#(#variables: #types),*) -> #result {
                ::objects::args::typed_result(#target(#(#variables),*))
            }
        };
        Ok((
            function,
            quote!(::core::option::Option::Some(::objects::args::TypedEntry(
                typed as *const ::core::ffi::c_void
            ))),
        ))
    }
}

/// The default of a parameter that is not an `Option`.
fn default_value(param: &Param, ty: &Type) -> syn::Result<TokenStream> {
    let text = param.default.as_deref().unwrap_or_default();
    let is_str =
        matches!(ty, Type::Reference(r) if matches!(&*r.elem, Type::Path(p) if p.path.is_ident("str")));
    match text {
        "None" if option_of(ty).is_some() => return Ok(quote!(::core::option::Option::None)),
        "None" if is_object(ty) => return Ok(quote!(::objects::types::none::none())),
        "True" if !matches!(ty, Type::Reference(_)) => return Ok(quote!(true)),
        "False" if !matches!(ty, Type::Reference(_)) => return Ok(quote!(false)),
        "sys.maxsize" => return Ok(quote!(isize::MAX)),
        _ => {}
    }
    if let Some(inner) = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''))
        && is_str
        && !inner.contains('\\')
    {
        return Ok(quote!(#inner));
    }
    let number = text.trim_start_matches('-');
    if number.starts_with(|c: char| c.is_ascii_digit())
        && machine_number(ty)
        && let Ok(value) = syn::parse_str::<syn::Expr>(text)
    {
        return Ok(quote!(#value));
    }
    let help =
        format!("no Rust value for the default `{}={text}`: use Option<…> or #[default(…)]", param.name);
    Err(Error::new(ty.span(), help))
}

/// `T` of `Option<T>`.
pub fn option_of(ty: &Type) -> Option<Type> {
    generic_of(ty, "Option")
}

/// `T` of `Name<T>`; for `Result` without parameters, `Ref`.
pub fn generic_of(ty: &Type, name: &str) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    match &last.arguments {
        PathArguments::AngleBracketed(list) => list.args.iter().find_map(|arg| match arg {
            GenericArgument::Type(ty) => Some(ty.clone()),
            _ => None,
        }),
        _ => (name == "Result").then(|| syn::parse_quote!(::objects::Ref)),
    }
}

/// `T` of `&T`.
fn referent(ty: &Type) -> syn::Result<Type> {
    match ty {
        Type::Reference(reference) => Ok((*reference.elem).clone()),
        _ => Err(Error::new(ty.span(), "a receiver is a reference")),
    }
}

fn is_slice(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if matches!(&*reference.elem, Type::Slice(_)))
}

pub fn is_object(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if last_name(&reference.elem).as_deref() == Some("Object"))
}

fn last_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

fn machine_number(ty: &Type) -> bool {
    let names =
        ["i8", "i16", "i32", "i64", "isize", "u8", "u16", "u32", "u64", "usize", "f64", "c_int", "c_long"];
    last_name(ty).is_some_and(|name| names.contains(&&*name))
}

/// The type as a typed entry passes it, if it is one of those.
fn machine_type(ty: &Type) -> Option<TokenStream> {
    match last_name(ty)?.as_str() {
        "f64" => Some(quote!(f64)),
        "i64" => Some(quote!(i64)),
        "isize" => Some(quote!(isize)),
        _ => None,
    }
}

/// `args::ArgKind` of a type.
fn arg_kind(ty: &Type) -> TokenStream {
    let kind = match last_name(ty).as_deref() {
        Some("f64") => quote!(Float),
        Some("i64" | "isize") => quote!(Int),
        Some("bool") => quote!(Bool),
        _ if is_object(ty) => quote!(Object),
        _ => quote!(Other),
    };
    quote!(::objects::args::ArgKind::#kind)
}

fn result_type(output: &ReturnType) -> Option<Type> {
    match output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(generic_of(ty, "Result").unwrap_or((**ty).clone())),
    }
}

fn result_kind(output: &ReturnType) -> TokenStream {
    match result_type(output) {
        None => quote!(::objects::args::ArgKind::None),
        Some(Type::Tuple(unit)) if unit.elems.is_empty() => quote!(::objects::args::ArgKind::None),
        Some(ty) if last_name(&ty).as_deref() == Some("Ref") => quote!(::objects::args::ArgKind::Object),
        Some(ty) => arg_kind(&ty),
    }
}
