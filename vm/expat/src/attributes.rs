//! Attributes: their values, their defaults, and what namespaces make of names.

use crate::chars::is_space;
use crate::content::{char_ref, predefined};
use crate::dtd::Entity;
use crate::scan::{self, Content};
use crate::{
    Binding, Error, Event, External, Kind, Namespaces, Parser, XML_NAMESPACE, XMLNS_NAMESPACE, handler, utf8,
};
use std::collections::HashSet;
use std::rc::Rc;

/// An attribute of the element that starts: places in the parser's pool.
#[derive(Clone, Copy)]
pub(crate) struct Attribute {
    pub name: (usize, usize),
    pub value: (usize, usize),
}

/// From this many attributes on, a set finds duplicates.
const MANY: usize = 16;

impl Entity {
    pub(crate) fn place(&self) -> External {
        External {
            base: self.base.clone(),
            system_id: self.system_id.clone(),
            public_id: self.public_id.clone(),
        }
    }
}

impl Parser {
    /// Reads the attributes of the start tag that was scanned; the expanded name and attributes are in the pool then.
    pub(crate) fn store_attributes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.pool.clear();
        self.attributes.clear();
        let element = (self.tag.name.0, self.tag.name.1);
        let element = utf8(&bytes[element.0..element.1]);
        let declared = if self.dtd.elements.borrow().is_empty() {
            None
        } else {
            self.dtd.elements.borrow().get(element).cloned()
        };
        let count = self.tag.attributes.len();
        let mut seen = HashSet::new();
        for index in 0..count {
            let raw = self.tag.attributes[index];
            let name = &bytes[raw.name.0..raw.name.1];
            let duplicate = if count >= MANY {
                !seen.insert(name)
            } else {
                let earlier = &self.tag.attributes[..index];
                earlier.iter().any(|other| &bytes[other.name.0..other.name.1] == name)
            };
            if duplicate {
                return self.fail(raw.name.0, Error::DuplicateAttribute);
            }
            let is_cdata = declared.as_ref().is_none_or(|list| {
                list.borrow()
                    .iter()
                    .find(|attribute| attribute.name.as_bytes() == name)
                    .is_none_or(|a| a.is_cdata)
            });
            let start = self.pool.len();
            self.pool.extend_from_slice(name);
            let middle = self.pool.len();
            self.attribute_value(&bytes[raw.value.0..raw.value.1], raw.value.0, is_cdata, false)?;
            let attribute = Attribute { name: (start, middle), value: (middle, self.pool.len()) };
            self.attributes.push(attribute);
        }
        self.specified = self.attributes.len();
        if let Some(list) = declared {
            for attribute in list.borrow().iter() {
                let Some(value) = &attribute.default else { continue };
                let written = &self.tag.attributes;
                if written.iter().any(|raw| &bytes[raw.name.0..raw.name.1] == attribute.name.as_bytes()) {
                    continue;
                }
                let start = self.pool.len();
                self.pool.extend_from_slice(attribute.name.as_bytes());
                let middle = self.pool.len();
                self.pool.extend_from_slice(value.as_bytes());
                self.attributes.push(Attribute { name: (start, middle), value: (middle, self.pool.len()) });
            }
        }
        match self.namespaces {
            Namespaces::Off => {
                let start = self.pool.len();
                self.pool.extend_from_slice(element.as_bytes());
                self.name = (start, self.pool.len());
                Ok(())
            }
            Namespaces::On(separator) => self.expand_names(element.as_bytes(), separator),
        }
    }

    /// Appends a value to the pool as the application sees it. `offset` is the place of `raw` in the current text.
    fn attribute_value(
        &mut self,
        raw: &[u8],
        offset: usize,
        is_cdata: bool,
        in_dtd: bool,
    ) -> Result<(), Error> {
        let start = self.pool.len();
        if is_cdata && !raw.iter().any(|byte| matches!(byte, b'&' | b'\t' | b'\n' | b'\r')) {
            self.pool.extend_from_slice(raw);
            return Ok(());
        }
        // The texts of entities that are being replaced, innermost last.
        let mut open: Vec<(Rc<Entity>, Rc<[u8]>, usize)> = Vec::new();
        let result = self.replace_references(raw, offset, is_cdata, in_dtd, start, &mut open);
        for (entity, ..) in open {
            entity.open.set(false);
        }
        result?;
        if !is_cdata && self.pool.len() > start && self.pool.last() == Some(&b' ') {
            self.pool.pop();
        }
        Ok(())
    }

    fn replace_references(
        &mut self,
        raw: &[u8],
        offset: usize,
        is_cdata: bool,
        in_dtd: bool,
        start: usize,
        open: &mut Vec<(Rc<Entity>, Rc<[u8]>, usize)>,
    ) -> Result<(), Error> {
        let colons = self.colons();
        let mut outer = 0;
        loop {
            let (text, at): (Rc<[u8]>, usize) = match open.last() {
                Some((_, text, at)) => (text.clone(), *at),
                None => (Rc::from([]), outer),
            };
            let is_outer = open.is_empty();
            let bytes: &[u8] = if is_outer { raw } else { &text };
            let Some(&byte) = bytes.get(at) else {
                match open.pop() {
                    Some((entity, ..)) => entity.open.set(false),
                    None => return Ok(()),
                }
                continue;
            };
            let mut next = at + 1;
            let mut replaced = None;
            match byte {
                b'&' => {
                    let Ok((kind, end)) = scan::reference(bytes, at + 1, colons) else {
                        return self.value_fault(is_outer.then_some(offset + at), Error::InvalidToken);
                    };
                    next = end;
                    let name = &bytes[at + 1..end - 1];
                    if kind == Content::CharRef {
                        match char_ref(&bytes[at..end]) {
                            None => {
                                return self.value_fault(is_outer.then_some(offset + at), Error::BadCharRef);
                            }
                            Some(' ') if !is_cdata => self.push_space(false, start),
                            Some(char) => self.push_char(char),
                        }
                    } else if let Some(char) = predefined(name) {
                        self.account.expand(1)?;
                        self.push_char(char);
                    } else {
                        match self.entity_for_value(utf8(name), in_dtd) {
                            Ok(found) => replaced = found,
                            Err(error) => return self.value_fault(is_outer.then_some(offset + at), error),
                        }
                    }
                }
                b'<' => return self.value_fault(is_outer.then_some(offset + at), Error::InvalidToken),
                b'\r' if bytes.get(at + 1) == Some(&b'\n') => {
                    next = at + 2;
                    self.push_space(is_cdata, start);
                }
                b' ' | b'\t' | b'\n' | b'\r' => self.push_space(is_cdata, start),
                _ => {
                    let rest = &bytes[at..];
                    let len = rest
                        .iter()
                        .position(|byte| matches!(byte, b'&' | b'<' | b' ' | b'\t' | b'\n' | b'\r'))
                        .unwrap_or(rest.len());
                    self.pool.extend_from_slice(&rest[..len]);
                    next = at + len;
                }
            }
            match open.last_mut() {
                Some(top) => top.2 = next,
                None => outer = next,
            }
            if let Some((entity, text)) = replaced {
                entity.open.set(true);
                open.push((entity, text, 0));
            }
        }
    }

    fn push_char(&mut self, char: char) {
        self.pool.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn push_space(&mut self, is_cdata: bool, start: usize) {
        if is_cdata || (self.pool.len() > start && self.pool.last() != Some(&b' ')) {
            self.pool.push(b' ');
        }
    }

    /// The entity that a reference in an attribute's value is replaced by; None if it is passed over.
    fn entity_for_value(
        &mut self,
        name: &str,
        in_dtd: bool,
    ) -> Result<Option<(Rc<Entity>, Rc<[u8]>)>, Error> {
        let entity = self.dtd.entity(name);
        let standalone = self.dtd.standalone.get();
        let must_be_declared = if in_dtd {
            self.kind != Kind::Param
                && if standalone { self.frames.is_empty() } else { !self.dtd.has_param_refs.get() }
        } else {
            !self.dtd.has_param_refs.get() || standalone
        };
        let Some(entity) = entity else {
            return if must_be_declared { Err(Error::UndefinedEntity) } else { Ok(None) };
        };
        if must_be_declared && !entity.is_internal {
            return Err(Error::EntityDeclaredInPe);
        }
        if entity.open.get() {
            return Err(Error::RecursiveEntityRef);
        }
        if entity.notation.is_some() {
            return Err(Error::BinaryEntityRef);
        }
        let Some(text) = entity.text.clone() else { return Err(Error::AttributeExternalEntityRef) };
        self.account.expand(text.len())?;
        Ok(Some((entity, text)))
    }

    /// The default value that an attribute list declares.
    pub(crate) fn default_value(
        &mut self,
        raw: &[u8],
        offset: usize,
        is_cdata: bool,
    ) -> Result<String, Error> {
        let start = self.pool.len();
        let result = self.attribute_value(raw, offset, is_cdata, true);
        let value = utf8(&self.pool[start..]).to_owned();
        self.pool.truncate(start);
        result.map(|()| value)
    }

    fn expand_names(&mut self, element: &[u8], separator: u8) -> Result<(), Error> {
        let attributes = std::mem::take(&mut self.attributes);
        let mut kept = Vec::with_capacity(attributes.len());
        let written = self.specified;
        for (index, attribute) in attributes.iter().enumerate() {
            let name = &self.pool[attribute.name.0..attribute.name.1];
            let prefix = match name.strip_prefix(b"xmlns") {
                Some([]) => String::new(),
                Some([b':', prefix @ ..]) => utf8(prefix).to_owned(),
                _ => {
                    kept.push(*attribute);
                    continue;
                }
            };
            if index < written {
                self.specified -= 1;
            }
            let uri = utf8(&self.pool[attribute.value.0..attribute.value.1]).to_owned();
            self.bind(prefix, uri, separator)?;
        }
        let mut prefixed = HashSet::new();
        for attribute in &mut kept {
            let name = self.pool[attribute.name.0..attribute.name.1].to_vec();
            let Some(colon) = name.iter().position(|&byte| byte == b':') else { continue };
            let start = self.pool.len();
            let end = self.push_expanded(&name[..colon], &name[colon + 1..], separator)?;
            attribute.name = (start, self.pool.len());
            if !prefixed.insert(self.pool[start..end].to_vec()) {
                return Err(Error::DuplicateAttribute);
            }
        }
        self.attributes = kept;
        let start = self.pool.len();
        match element.iter().position(|&byte| byte == b':') {
            Some(colon) => {
                self.push_expanded(&element[..colon], &element[colon + 1..], separator)?;
            }
            None => match self.binding("") {
                Some(uri) => {
                    self.pool.extend_from_slice(uri.as_bytes());
                    self.push_separator(separator);
                    self.pool.extend_from_slice(element);
                }
                None => self.pool.extend_from_slice(element),
            },
        }
        self.name = (start, self.pool.len());
        Ok(())
    }

    /// The namespace of a prefix.
    fn binding(&self, prefix: &str) -> Option<String> {
        let binding = self.bindings.iter().rev().find(|binding| binding.prefix == prefix)?;
        Some(binding.uri.clone()).filter(|uri| !uri.is_empty())
    }

    fn push_separator(&mut self, separator: u8) {
        if separator != 0 {
            self.pool.push(separator);
        }
    }

    /// Appends an expanded name; where it ends but for a prefix.
    fn push_expanded(&mut self, prefix: &[u8], local: &[u8], separator: u8) -> Result<usize, Error> {
        let Some(uri) = self.binding(utf8(prefix)) else { return Err(Error::UnboundPrefix) };
        self.pool.extend_from_slice(uri.as_bytes());
        self.push_separator(separator);
        self.pool.extend_from_slice(local);
        let end = self.pool.len();
        if self.triplets && separator != 0 {
            self.pool.push(separator);
            self.pool.extend_from_slice(prefix);
        }
        Ok(end)
    }

    fn bind(&mut self, prefix: String, uri: String, separator: u8) -> Result<(), Error> {
        if !prefix.is_empty() && uri.is_empty() {
            return Err(Error::UndeclaringPrefix);
        }
        let is_xml = prefix == "xml";
        if prefix == "xmlns" {
            return Err(Error::ReservedPrefixXmlns);
        }
        if is_xml != (uri == XML_NAMESPACE) {
            return Err(if is_xml { Error::ReservedPrefixXml } else { Error::ReservedNamespaceUri });
        }
        if uri == XMLNS_NAMESPACE {
            return Err(Error::ReservedNamespaceUri);
        }
        // A separator inside of a namespace would make expanded names ambiguous.
        if separator != 0 && !is_uri_char(separator) && uri.as_bytes().contains(&separator) {
            return Err(Error::Syntax);
        }
        if self.has(handler::START_NAMESPACE) {
            let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
            self.queue.push_back(Event::StartNamespace { prefix: given(&prefix), uri: given(&uri) });
        }
        self.bindings.push(Binding { prefix, uri });
        Ok(())
    }
}

/// A character that RFC 3986 allows in a URI.
fn is_uri_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%:/?#[]@!$&'()*+,;=".contains(&byte)
}

/// A public identifier with its white space collapsed, or the place of a character that may not be in one.
pub(crate) fn public_id(raw: &[u8]) -> Result<String, usize> {
    let legal = |&byte: &u8| {
        byte.is_ascii_alphanumeric()
            || is_space(byte) && byte != b'\t'
            || b"-'()+,./:=?;!*#@$_%".contains(&byte)
    };
    if let Some(place) = raw.iter().position(|byte| !legal(byte)) {
        return Err(place);
    }
    Ok(utf8(raw).split_ascii_whitespace().collect::<Vec<_>>().join(" "))
}
