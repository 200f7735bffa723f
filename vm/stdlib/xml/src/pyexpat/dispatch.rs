//! Calls of a parser's handlers.

use super::parser::XmlParser;
use crate::elementtree::xmlparser::table_of;
use core::ffi::{CStr, c_int};
use expat::{Event, External, Model, Text, handler};
use objects::args::IntoPy;
use objects::protocol::{call, number};
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::traceback;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise, state};

macro_rules! kinds {
    ($($kind:ident $name:literal $bit:ident $line:literal;)*) => {
        /// The kinds of handlers.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $($kind),* }

        impl Kind {
            pub const ALL: [Kind; Kind::COUNT] = [$(Kind::$kind),*];
            pub const COUNT: usize = [$(stringify!($kind)),*].len();

            /// The attribute that has the handler.
            pub fn name(self) -> &'static CStr {
                match self { $(Kind::$kind => $name),* }
            }

            /// The handler's bit for the parser.
            pub fn bit(self) -> u32 {
                match self { $(Kind::$kind => handler::$bit),* }
            }

            /// The function that calls the handler, as tracebacks name it, and its line in CPython's file of this module.
            fn caller(self) -> (&'static str, c_int) {
                match self { $(Kind::$kind => (stringify!($kind), $line)),* }
            }
        }
    };
}

kinds! {
    StartElement c"StartElementHandler" START_ELEMENT 422;
    EndElement c"EndElementHandler" END_ELEMENT 474;
    ProcessingInstruction c"ProcessingInstructionHandler" INSTRUCTION 478;
    CharacterData c"CharacterDataHandler" CHARACTERS 287;
    UnparsedEntityDecl c"UnparsedEntityDeclHandler" UNPARSED_ENTITY_DECL 484;
    NotationDecl c"NotationDeclHandler" NOTATION_DECL 624;
    StartNamespaceDecl c"StartNamespaceDeclHandler" START_NAMESPACE 634;
    EndNamespaceDecl c"EndNamespaceDeclHandler" END_NAMESPACE 641;
    Comment c"CommentHandler" COMMENT 646;
    StartCdataSection c"StartCdataSectionHandler" START_CDATA 650;
    EndCdataSection c"EndCdataSectionHandler" END_CDATA 654;
    Default c"DefaultHandler" DEFAULT 658;
    DefaultHandlerExpand c"DefaultHandlerExpand" DEFAULT 662;
    NotStandalone c"NotStandaloneHandler" NOT_STANDALONE 667;
    ExternalEntityRef c"ExternalEntityRefHandler" EXTERNAL_ENTITY 671;
    StartDoctypeDecl c"StartDoctypeDeclHandler" START_DOCTYPE 686;
    EndDoctypeDecl c"EndDoctypeDeclHandler" END_DOCTYPE 694;
    EntityDecl c"EntityDeclHandler" ENTITY_DECL 496;
    XmlDecl c"XmlDeclHandler" XML_DECL 513;
    ElementDecl c"ElementDeclHandler" ELEMENT_DECL 588;
    AttlistDecl c"AttlistDeclHandler" ATTLIST_DECL 603;
    SkippedEntity c"SkippedEntityHandler" SKIPPED_ENTITY 616;
}

fn flag(value: bool) -> Result<Ref> {
    new_int(value.into())
}

impl XmlParser {
    /// Takes events to the handlers until there are no more.
    ///
    /// After an exception in a handler the rest of the input is still parsed, but nobody hears of it.
    pub(super) fn run(&self) -> Result<()> {
        let mut pending: Option<Ref> = None;
        loop {
            let event = self.inner()?.next();
            let event = match event {
                Ok(Some(event)) => event,
                Ok(None) => break,
                Err(error) if pending.is_none() => return Err(self.error(error)),
                Err(_) => break,
            };
            let result = match pending {
                None => self.dispatch(&event),
                Some(_) => Ok(None),
            };
            let answer = match result {
                Ok(answer) => answer,
                Err(raised) => {
                    pending = Some(raised.take());
                    self.clear_handlers();
                    None
                }
            };
            match event {
                Event::NotStandalone | Event::ExternalEntity { .. } => {
                    self.inner()?.reply(answer.is_some_and(|answer| answer != 0));
                }
                Event::UnknownEncoding(name) => {
                    let table = match &pending {
                        None => table_of(&name).map(Some),
                        Some(_) => Ok(None),
                    };
                    let table = table.unwrap_or_else(|raised| {
                        pending = Some(raised.take());
                        self.clear_handlers();
                        None
                    });
                    self.inner()?.reply_encoding(table);
                }
                _ => {}
            }
        }
        match pending {
            None => Ok(()),
            Some(exception) => Err(raise::restore(exception)),
        }
    }

    /// Calls the handler of an event; what it answers where that matters.
    fn dispatch(&self, event: &Event) -> Result<Option<i64>> {
        match event {
            Event::Characters(text) => {
                let text = self.string(text)?;
                return self.characters(text).map(|()| None);
            }
            Event::UnknownEncoding(_) => return Ok(None),
            _ => self.flush()?,
        }
        let interned = |text: &Option<String>| self.intern_optional(text.as_deref());
        let external = |external: &External| -> Result<[Ref; 3]> {
            Ok([interned(&external.base)?, interned(&external.system_id)?, interned(&external.public_id)?])
        };
        match event {
            Event::StartElement => {
                let Some(handler) = self.handler(Kind::StartElement) else { return Ok(None) };
                let (name, attributes) = self.start_tag()?;
                self.call(Kind::StartElement, &handler, &[name, attributes])?;
            }
            Event::EndElement => {
                let name = Str::new(self.inner()?.name())?;
                self.notify(Kind::EndElement, [self.intern(name)?])?;
            }
            Event::Instruction { target, data } => {
                let args = [self.intern(Str::new(target)?)?, data.as_str().into_py()?];
                self.notify(Kind::ProcessingInstruction, args)?;
            }
            Event::Comment(text) => self.notify(Kind::Comment, [text.as_str().into_py()?])?,
            Event::StartCdata => self.notify(Kind::StartCdataSection, [])?,
            Event::EndCdata => self.notify(Kind::EndCdataSection, [])?,
            Event::Default(text) => {
                let text = self.string(text)?;
                self.notify(self.default_kind.get(), [text.upcast()])?;
            }
            Event::StartNamespace { prefix, uri } => {
                self.notify(Kind::StartNamespaceDecl, [interned(prefix)?, interned(uri)?])?;
            }
            Event::EndNamespace(prefix) => self.notify(Kind::EndNamespaceDecl, [interned(prefix)?])?,
            Event::XmlDecl { version, encoding, standalone } => {
                let args = [
                    version.as_deref().into_py()?,
                    encoding.as_deref().into_py()?,
                    new_int((*standalone).into())?,
                ];
                self.notify(Kind::XmlDecl, args)?;
            }
            Event::StartDoctype { name, system_id, public_id, has_internal_subset } => {
                let name = self.intern(Str::new(name)?)?;
                let args = [name, interned(system_id)?, interned(public_id)?, flag(*has_internal_subset)?];
                self.notify(Kind::StartDoctypeDecl, args)?;
            }
            Event::EndDoctype => self.notify(Kind::EndDoctypeDecl, [])?,
            Event::ElementDecl { name, model } => {
                let args = [self.intern(Str::new(name)?)?, self.model(model, 0)?];
                self.notify(Kind::ElementDecl, args)?;
            }
            Event::AttlistDecl { element, attribute, kind, default, required } => {
                let args = [
                    self.intern(Str::new(element)?)?,
                    self.intern(Str::new(attribute)?)?,
                    kind.as_str().into_py()?,
                    default.as_deref().into_py()?,
                    flag(*required)?,
                ];
                self.notify(Kind::AttlistDecl, args)?;
            }
            Event::EntityDecl { name, is_param, value, external: place, notation } => {
                let name = self.intern(Str::new(name)?)?;
                let [base, system_id, public_id] = external(place)?;
                let value = value.as_deref().into_py()?;
                let args = [name, flag(*is_param)?, value, base, system_id, public_id, interned(notation)?];
                self.notify(Kind::EntityDecl, args)?;
            }
            Event::UnparsedEntityDecl { name, external: place, notation } => {
                let name = self.intern(Str::new(name)?)?;
                let [base, system_id, public_id] = external(place)?;
                let notation = self.intern(Str::new(notation)?)?;
                self.notify(Kind::UnparsedEntityDecl, [name, base, system_id, public_id, notation])?;
            }
            Event::NotationDecl { name, external: place } => {
                let name = self.intern(Str::new(name)?)?;
                let [base, system_id, public_id] = external(place)?;
                self.notify(Kind::NotationDecl, [name, base, system_id, public_id])?;
            }
            Event::SkippedEntity { name, is_param } => {
                let name = self.intern(Str::new(name)?)?;
                self.notify(Kind::SkippedEntity, [name, flag(*is_param)?])?;
            }
            Event::NotStandalone => return self.ask(Kind::NotStandalone, []),
            Event::ExternalEntity { context, external: place } => {
                let [base, system_id, public_id] = external(place)?;
                let context = context.as_deref().into_py()?;
                return self.ask(Kind::ExternalEntityRef, [context, base, system_id, public_id]);
            }
            Event::Characters(_) | Event::UnknownEncoding(_) => {}
        }
        Ok(None)
    }

    fn string(&self, text: &Text) -> Result<Ref<Str>> {
        Str::new(self.inner()?.text(text))
    }

    /// The name and the attributes of an element, as a dictionary or a list.
    fn start_tag(&self) -> Result<(Ref, Ref)> {
        let (name, attributes) = {
            let parser = self.inner()?;
            let count = match self.specified_attributes.get() {
                true => parser.specified_attributes(),
                false => parser.attributes().len(),
            };
            let strings =
                parser.attributes().take(count).map(|(name, value)| Ok((Str::new(name)?, Str::new(value)?)));
            (Str::new(parser.name())?, strings.collect::<Result<Vec<_>>>()?)
        };
        let name = self.intern(name)?;
        if self.ordered_attributes.get() {
            let mut items = Vec::with_capacity(attributes.len() * 2);
            for (name, value) in attributes {
                items.push(self.intern(name)?);
                items.push(value.upcast());
            }
            return Ok((name, List::from_vec(items)?.upcast()));
        }
        let dict = Dict::new()?;
        for (name, value) in attributes {
            dict.set_item(&*self.intern(name)?, &value)?;
        }
        Ok((name, dict.upcast()))
    }

    /// The one string of this value, if strings are interned.
    fn intern(&self, text: Ref<Str>) -> Result<Ref> {
        match self.intern.get() {
            Some(known) => known.set_default(&text, &text),
            None => Ok(text.upcast()),
        }
    }

    fn intern_optional(&self, text: Option<&str>) -> Result<Ref> {
        match text {
            Some(text) => self.intern(Str::new(text)?),
            None => Ok(none().to_ref()),
        }
    }

    /// A content model as nested tuples.
    fn model(&self, model: &[Model], index: usize) -> Result<Ref> {
        let _guard = state::enter_recursive_call(" in conv_content_model")?;
        let Some(node) = model.get(index) else { return Err(raise::bad_internal_call()) };
        let mut children = Vec::with_capacity(node.children.len());
        for &child in &node.children {
            children.push(self.model(model, child)?);
        }
        let name = self.intern_optional(node.name.as_deref())?;
        let (kind, quantifier) = (new_int(node.kind.into())?, new_int(node.quantifier.into())?);
        Ok(Tuple::from_array([kind, quantifier, name, Tuple::from_vec(children)?.upcast()])?.upcast())
    }

    fn call(&self, kind: Kind, handler: &Object, args: &[Ref]) -> Result<Ref> {
        let args: Vec<&Object> = args.iter().map(|arg| &**arg).collect();
        self.in_callback.set(true);
        let result = call::call(handler, &args);
        self.in_callback.set(false);
        if result.is_err() {
            let (function, line) = kind.caller();
            traceback::add_native(line, || Ok((Str::new(function)?, Str::new("../Modules/pyexpat.c")?)));
        }
        result
    }

    fn notify<const N: usize>(&self, kind: Kind, args: [Ref; N]) -> Result<()> {
        if let Some(handler) = self.handler(kind) {
            self.call(kind, &handler, &args)?;
        }
        Ok(())
    }

    /// The answer of a handler, an int.
    fn ask<const N: usize>(&self, kind: Kind, args: [Ref; N]) -> Result<Option<i64>> {
        let Some(handler) = self.handler(kind) else { return Ok(Some(1)) };
        let answer = self.call(kind, &handler, &args)?;
        match number::index(&answer)?.to_i64() {
            Some(answer) => Ok(Some(answer)),
            None => Err(raise!(OverflowError, "Python int too large to convert to C long")),
        }
    }

    /// Collects character data or hands it on.
    fn characters(&self, text: Ref<Str>) -> Result<()> {
        let size = self.buffer_size.get();
        let (used, collects) = match self.buffer.borrow().as_ref() {
            Some(buffer) => (buffer.len(), true),
            None => (0, false),
        };
        if !collects {
            return self.notify(Kind::CharacterData, [text.upcast()]);
        }
        let len = text.to_str()?.len();
        if used + len > size {
            self.flush()?;
            if self.handler(Kind::CharacterData).is_none() {
                return Ok(());
            }
        }
        if len > size {
            return self.notify(Kind::CharacterData, [text.upcast()]);
        }
        if let Some(buffer) = self.buffer.borrow_mut().as_mut() {
            buffer.push_str(text.to_str()?);
        }
        Ok(())
    }

    /// Hands on the character data that was collected.
    pub(super) fn flush(&self) -> Result<()> {
        let text = match self.buffer.borrow_mut().as_mut() {
            Some(buffer) if !buffer.is_empty() => std::mem::take(buffer),
            _ => return Ok(()),
        };
        self.notify(Kind::CharacterData, [text.as_str().into_py()?])
    }
}
