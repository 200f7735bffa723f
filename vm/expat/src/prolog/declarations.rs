//! Declarations of notations, attributes and elements.

use super::{Handled, Raw, State};
use crate::dtd::Attribute;
use crate::scan::Prolog;
use crate::{Error, Event, External, Model, Parser, handler, utf8};

/// `XML_CTYPE_…` and `XML_CQUANT_…`.
mod model {
    pub const EMPTY: u8 = 1;
    pub const ANY: u8 = 2;
    pub const MIXED: u8 = 3;
    pub const NAME: u8 = 4;
    pub const CHOICE: u8 = 5;
    pub const SEQUENCE: u8 = 6;

    pub fn quantifier(byte: u8) -> u8 {
        match byte {
            b'?' => 1,
            b'*' => 2,
            b'+' => 3,
            _ => 0,
        }
    }
}

impl Parser {
    pub(super) fn notation_declaration(
        &mut self,
        bytes: &[u8],
        token: Prolog,
        raw: Raw,
    ) -> Result<Handled, Error> {
        let word = &bytes[raw.0..raw.1];
        let told = self.has(handler::NOTATION_DECL);
        let state = self.prolog.state;
        match (state, token) {
            (_, Prolog::Space) => {}
            (State::NotationOpen, Prolog::Name) => {
                self.prolog.notation = Some(utf8(word).to_owned());
                self.prolog.notation_public = None;
                self.prolog.state = State::NotationName;
            }
            (State::NotationName, Prolog::Name) if word == b"SYSTEM" => {
                self.prolog.state = State::NotationSystem
            }
            (State::NotationName, Prolog::Name) if word == b"PUBLIC" => {
                self.prolog.state = State::NotationPublic
            }
            (State::NotationPublic, Prolog::Literal) => {
                let id = self.public_id(bytes, raw)?;
                self.prolog.notation_public = Some(id);
                self.prolog.state = State::NotationPublicId;
            }
            (State::NotationSystem | State::NotationPublicId, Prolog::Literal) => {
                let system_id = Some(utf8(&bytes[raw.0 + 1..raw.1 - 1]).to_owned());
                self.prolog.state = State::Closing;
                self.tell_notation(system_id);
            }
            (State::NotationPublicId, Prolog::DeclClose) => {
                self.prolog.state = self.top_level();
                self.tell_notation(None);
            }
            _ => return self.unexpected(token, raw, bytes),
        }
        Ok(told)
    }

    fn tell_notation(&mut self, system_id: Option<String>) {
        let (Some(name), true) = (self.prolog.notation.take(), self.has(handler::NOTATION_DECL)) else {
            return;
        };
        let external =
            External { base: self.base.clone(), system_id, public_id: self.prolog.notation_public.take() };
        self.queue.push_back(Event::NotationDecl { name, external });
    }

    pub(super) fn attlist_told(&self) -> bool {
        self.dtd.keep_processing.get() && self.has(handler::ATTLIST_DECL)
    }

    pub(super) fn attlist(&mut self, bytes: &[u8], token: Prolog, raw: Raw) -> Result<Handled, Error> {
        let word = &bytes[raw.0..raw.1];
        let told = self.attlist_told();
        let is_name = matches!(token, Prolog::Name | Prolog::PrefixedName);
        match (self.prolog.state, token) {
            (_, Prolog::Space) => {}
            (State::AttlistOpen, _) if is_name => {
                self.prolog.element = utf8(word).to_owned();
                self.prolog.state = State::AttlistElement;
            }
            (State::AttlistElement, Prolog::DeclClose) => self.prolog.state = self.top_level(),
            (State::AttlistElement, _) if is_name => {
                self.prolog.attribute = Some(utf8(word).to_owned());
                self.prolog.kind.clear();
                self.prolog.state = State::AttlistName;
            }
            (State::AttlistName, Prolog::Name) => match word {
                b"CDATA" | b"ID" | b"IDREF" | b"IDREFS" | b"ENTITY" | b"ENTITIES" | b"NMTOKEN"
                | b"NMTOKENS" => {
                    self.prolog.kind.push_str(utf8(word));
                    self.prolog.state = State::AttlistType;
                }
                b"NOTATION" => {
                    self.prolog.kind.push_str("NOTATION");
                    self.prolog.state = State::NotationTypeOpen;
                }
                _ => return Err(Error::Syntax),
            },
            (State::AttlistName, Prolog::OpenParen) => {
                self.prolog.kind.push('(');
                self.prolog.state = State::EnumerationOpen;
            }
            (State::EnumerationOpen, Prolog::NmToken | Prolog::Name | Prolog::PrefixedName) => {
                self.prolog.kind.push_str(utf8(word));
                self.prolog.state = State::EnumerationValue;
            }
            (State::NotationTypeOpen, Prolog::OpenParen) => {
                self.prolog.kind.push('(');
                self.prolog.state = State::NotationTypeParen;
            }
            (State::NotationTypeParen, Prolog::Name) => {
                self.prolog.kind.push_str(utf8(word));
                self.prolog.state = State::NotationTypeValue;
            }
            (State::EnumerationValue | State::NotationTypeValue, Prolog::CloseParen(0)) => {
                self.prolog.kind.push(')');
                self.prolog.state = State::AttlistType;
            }
            (state @ (State::EnumerationValue | State::NotationTypeValue), Prolog::Or) => {
                self.prolog.kind.push('|');
                let enumerates = state == State::EnumerationValue;
                self.prolog.state =
                    if enumerates { State::EnumerationOpen } else { State::NotationTypeParen };
            }
            (State::AttlistType, Prolog::PoundName) => match word {
                b"#IMPLIED" => self.declare_attribute(None, false),
                b"#REQUIRED" => self.declare_attribute(None, true),
                b"#FIXED" => self.prolog.state = State::AttlistFixed,
                _ => return Err(Error::Syntax),
            },
            (state @ (State::AttlistType | State::AttlistFixed), Prolog::Literal) => {
                let mut default = None;
                if self.dtd.keep_processing.get() {
                    let is_cdata = self.prolog.kind == "CDATA";
                    default = Some(self.default_value(&bytes[raw.0 + 1..raw.1 - 1], raw.0 + 1, is_cdata)?);
                }
                self.declare_attribute(default, state == State::AttlistFixed);
            }
            _ => return self.unexpected(token, raw, bytes),
        }
        Ok(told)
    }

    fn declare_attribute(&mut self, default: Option<String>, required: bool) {
        self.prolog.state = State::AttlistElement;
        let Some(name) = self.prolog.attribute.take() else { return };
        if !self.dtd.keep_processing.get() {
            return;
        }
        let list = self.dtd.attributes(&self.prolog.element);
        let known = list.borrow().iter().any(|attribute| attribute.name == name);
        if !known {
            let is_cdata = self.prolog.kind == "CDATA";
            list.borrow_mut().push(Attribute { name: name.clone(), is_cdata, default: default.clone() });
        }
        if self.has(handler::ATTLIST_DECL) {
            self.queue.push_back(Event::AttlistDecl {
                element: self.prolog.element.clone(),
                attribute: name,
                kind: self.prolog.kind.clone(),
                default,
                required,
            });
        }
    }

    pub(super) fn element_declaration(
        &mut self,
        bytes: &[u8],
        token: Prolog,
        raw: Raw,
    ) -> Result<Handled, Error> {
        let word = &bytes[raw.0..raw.1];
        let told = self.has(handler::ELEMENT_DECL);
        match (self.prolog.state, token) {
            (_, Prolog::Space) => {}
            (State::ElementOpen, Prolog::Name | Prolog::PrefixedName) => {
                self.prolog.element = utf8(word).to_owned();
                self.prolog.model.clear();
                self.prolog.groups.clear();
                self.prolog.state = State::ElementName;
            }
            (State::ElementName, Prolog::Name) if matches!(word, b"EMPTY" | b"ANY") => {
                let kind = if word == b"ANY" { model::ANY } else { model::EMPTY };
                self.prolog.model.push(Model { kind, ..Model::default() });
                self.finish_model();
            }
            (State::ElementName, Prolog::OpenParen) => {
                self.open_group();
                self.prolog.state = State::MixedOrGroup;
            }
            (State::MixedOrGroup, Prolog::PoundName) if word == b"#PCDATA" => {
                self.prolog.model[0].kind = model::MIXED;
                self.prolog.state = State::MixedPcdata;
            }
            (State::MixedPcdata, Prolog::CloseParen(byte @ (0 | b'*'))) => self.close_group(byte),
            (State::MixedName, Prolog::CloseParen(b'*')) => self.close_group(b'*'),
            (State::MixedPcdata | State::MixedName, Prolog::Or) => self.prolog.state = State::MixedOr,
            (State::MixedOr, Prolog::Name | Prolog::PrefixedName) => {
                self.add_name(word, 0);
                self.prolog.state = State::MixedName;
            }
            (State::MixedOrGroup | State::GroupItem, Prolog::OpenParen) => {
                self.open_group();
                self.prolog.state = State::GroupItem;
            }
            (State::MixedOrGroup | State::GroupItem, Prolog::Name | Prolog::PrefixedName) => {
                self.add_name(word, 0);
                self.prolog.state = State::GroupAfter;
            }
            (State::MixedOrGroup | State::GroupItem, Prolog::QuantifiedName(byte)) => {
                self.add_name(&word[..word.len() - 1], byte);
                self.prolog.state = State::GroupAfter;
            }
            (State::GroupAfter, Prolog::CloseParen(byte)) => self.close_group(byte),
            (State::GroupAfter, Prolog::Comma | Prolog::Or) => {
                let kind = if token == Prolog::Comma { model::SEQUENCE } else { model::CHOICE };
                let Some(&group) = self.prolog.groups.last() else { return Err(Error::Syntax) };
                let group = &mut self.prolog.model[group];
                // One connector a group; a group without any is a sequence.
                match group.kind {
                    0 => group.kind = kind,
                    own if own == kind => {}
                    _ => return Err(Error::Syntax),
                }
                self.prolog.state = State::GroupItem;
            }
            _ => return self.unexpected(token, raw, bytes),
        }
        Ok(told)
    }

    fn open_group(&mut self) {
        let index = self.prolog.model.len();
        if let Some(&parent) = self.prolog.groups.last() {
            self.prolog.model[parent].children.push(index);
        }
        self.prolog.groups.push(index);
        self.prolog.model.push(Model::default());
    }

    fn add_name(&mut self, name: &[u8], byte: u8) {
        let index = self.prolog.model.len();
        if let Some(&parent) = self.prolog.groups.last() {
            self.prolog.model[parent].children.push(index);
        }
        let (name, quantifier) = (Some(utf8(name).to_owned()), model::quantifier(byte));
        self.prolog.model.push(Model { kind: model::NAME, quantifier, name, children: Vec::new() });
    }

    fn close_group(&mut self, byte: u8) {
        if let Some(group) = self.prolog.groups.pop() {
            let group = &mut self.prolog.model[group];
            group.quantifier = model::quantifier(byte);
            if group.kind == 0 {
                group.kind = model::SEQUENCE;
            }
        }
        self.prolog.state = State::GroupAfter;
        if self.prolog.groups.is_empty() {
            self.finish_model();
        }
    }

    fn finish_model(&mut self) {
        self.prolog.state = State::Closing;
        let (name, model) = (self.prolog.element.clone(), std::mem::take(&mut self.prolog.model));
        if self.has(handler::ELEMENT_DECL) {
            self.queue.push_back(Event::ElementDecl { name, model });
        }
    }
}
