//! The inside of an attribute's parentheses: literals, flags, `name = value` and `name(list)` in any order.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitStr, Token};

/// The options of one attribute. Each is taken out once; what is left over at the end is an error.
pub struct Options {
    left: Vec<Opt>,
}

enum Opt {
    Text(LitStr),
    Flag(Ident),
    Value(Ident, Box<Expr>),
    List(Ident, TokenStream),
}

impl Parse for Opt {
    fn parse(input: ParseStream) -> syn::Result<Opt> {
        if input.peek(LitStr) {
            return Ok(Opt::Text(input.parse()?));
        }
        let name = input.call(Ident::parse_any)?;
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Ok(Opt::Value(name, input.parse()?))
        } else if input.peek(syn::token::Paren) {
            let list;
            syn::parenthesized!(list in input);
            Ok(Opt::List(name, list.parse()?))
        } else {
            Ok(Opt::Flag(name))
        }
    }
}

impl Parse for Options {
    fn parse(input: ParseStream) -> syn::Result<Options> {
        let list = Punctuated::<Opt, Token![,]>::parse_terminated(input)?;
        Ok(Options { left: list.into_iter().collect() })
    }
}

impl Options {
    /// The options of an attribute, none when it has no parentheses.
    pub fn of(attr: &syn::Attribute) -> syn::Result<Options> {
        match attr.meta {
            syn::Meta::Path(_) => Ok(Options { left: Vec::new() }),
            _ => attr.parse_args(),
        }
    }

    /// The first string literal.
    pub fn text(&mut self) -> Option<LitStr> {
        self.take(|opt| match opt {
            Opt::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// Whether the flag `name` is there.
    pub fn flag(&mut self, name: &str) -> bool {
        self.take(|opt| matches!(opt, Opt::Flag(flag) if flag == name).then_some(())).is_some()
    }

    /// The first flag, whatever its name.
    pub fn any_flag(&mut self) -> Option<Ident> {
        self.take(|opt| match opt {
            Opt::Flag(flag) => Some(flag.clone()),
            _ => None,
        })
    }

    /// The value of `name = value`.
    pub fn value(&mut self, name: &str) -> Option<Expr> {
        self.take(|opt| match opt {
            Opt::Value(key, value) if key == name => Some((**value).clone()),
            _ => None,
        })
    }

    /// The value of `name = "text"`.
    pub fn string(&mut self, name: &str) -> syn::Result<Option<String>> {
        self.value(name)
            .map(|value| syn::parse2::<LitStr>(quote::quote!(#value)).map(|text| text.value()))
            .transpose()
    }

    /// The value of `name = identifier`.
    pub fn ident(&mut self, name: &str) -> syn::Result<Option<Ident>> {
        self.value(name).map(|value| syn::parse2(quote::quote!(#value))).transpose()
    }

    /// The tokens of `name(…)`; each call takes the next such list.
    pub fn list(&mut self, name: &str) -> Option<TokenStream> {
        self.take(|opt| match opt {
            Opt::List(key, list) if key == name => Some(list.clone()),
            _ => None,
        })
    }

    /// Fails when an option was not recognised.
    pub fn finish(self) -> syn::Result<()> {
        match self.left.first() {
            None => Ok(()),
            Some(Opt::Text(text)) => Err(syn::Error::new(text.span(), "unexpected text")),
            Some(Opt::Flag(name) | Opt::Value(name, _) | Opt::List(name, _)) => {
                Err(syn::Error::new(name.span(), format!("unknown option `{name}`")))
            }
        }
    }

    fn take<T>(&mut self, pick: impl Fn(&Opt) -> Option<T>) -> Option<T> {
        let (index, value) =
            self.left.iter().enumerate().find_map(|(index, opt)| Some((index, pick(opt)?)))?;
        self.left.remove(index);
        Some(value)
    }
}

/// Takes the attributes named in `names` off an item, in order of appearance.
pub fn strip(attrs: &mut Vec<syn::Attribute>, names: &[&str]) -> Vec<(String, syn::Attribute)> {
    let mut found = Vec::new();
    attrs.retain(|attr| match names.iter().find(|name| attr.path().is_ident(name)) {
        Some(name) => {
            found.push((name.to_string(), attr.clone()));
            false
        }
        None => true,
    });
    found
}
