//! Entities: their declarations, the values in these, and references to parameter entities.

use super::{Handled, Raw, State};
use crate::content::{char_ref, predefined};
use crate::dtd::Entity;
use crate::scan::{self, Prolog};
use crate::{Error, Event, External, Kind, ParamEntities, Parser, Waiting, handler, utf8};
use std::rc::Rc;

impl Parser {
    pub(super) fn param_ref(&mut self, bytes: &[u8], raw: Raw, between: bool) -> Result<Handled, Error> {
        let dtd = self.dtd.clone();
        dtd.has_param_refs.set(true);
        if self.param_entities == ParamEntities::Never {
            dtd.keep_processing.set(dtd.standalone.get());
            self.ask_standalone(true);
            return Ok(false);
        }
        let name = utf8(&bytes[raw.0 + 1..raw.1 - 1]);
        let entity = dtd.param(name);
        if self.kind == Kind::Document && dtd.standalone.get() && self.frames.is_empty() {
            match &entity {
                None => return Err(Error::UndefinedEntity),
                Some(entity) if !entity.is_internal => return Err(Error::EntityDeclaredInPe),
                Some(_) => {}
            }
        }
        let Some(entity) = entity else {
            dtd.keep_processing.set(dtd.standalone.get());
            let told = between && self.has(handler::SKIPPED_ENTITY);
            if told {
                self.queue.push_back(Event::SkippedEntity { name: name.to_owned(), is_param: true });
            } else {
                self.ask_standalone(false);
            }
            return Ok(told);
        };
        if entity.open.get() {
            return Err(Error::RecursiveEntityRef);
        }
        if let Some(text) = entity.text.clone() {
            self.enter_entity(entity, text, between)?;
            return Ok(true);
        }
        if !self.has(handler::EXTERNAL_ENTITY) {
            dtd.keep_processing.set(dtd.standalone.get());
            return Ok(false);
        }
        dtd.param_read.set(false);
        entity.open.set(true);
        self.queue.push_back(Event::ExternalEntity { context: None, external: entity.place() });
        self.waiting = Some(Waiting::Param(entity));
        Ok(true)
    }

    pub(crate) fn param_entity_was_read(&mut self) -> Result<(), Error> {
        if self.dtd.param_read.get() {
            self.ask_standalone(true);
        } else {
            self.dtd.keep_processing.set(self.dtd.standalone.get());
        }
        Ok(())
    }

    pub(super) fn entity_declaration(
        &mut self,
        bytes: &[u8],
        token: Prolog,
        raw: Raw,
    ) -> Result<Handled, Error> {
        let word = &bytes[raw.0..raw.1];
        let told = self.has(handler::ENTITY_DECL) && self.dtd.keep_processing.get();
        match (self.prolog.state, token) {
            (_, Prolog::Space) => return Ok(told),
            (State::EntityOpen, Prolog::Percent) => {
                self.prolog.is_param = true;
                self.prolog.state = State::EntityPercent;
                return Ok(told);
            }
            (State::EntityOpen, Prolog::Name) => {
                self.prolog.is_param = false;
                self.prolog.entity =
                    if predefined(word).is_some() { None } else { self.new_entity(utf8(word), false) };
                self.prolog.state = State::EntityName;
                return Ok(told && self.prolog.entity.is_some());
            }
            (State::EntityPercent, Prolog::Name) => {
                self.prolog.entity = self.new_entity(utf8(word), true);
                self.prolog.state = State::EntityName;
                return Ok(told && self.prolog.entity.is_some());
            }
            (State::EntityName, Prolog::Name) if word == b"SYSTEM" => self.prolog.state = State::EntitySystem,
            (State::EntityName, Prolog::Name) if word == b"PUBLIC" => self.prolog.state = State::EntityPublic,
            (State::EntityName, Prolog::Literal) => {
                self.prolog.state = State::Closing;
                if !self.dtd.keep_processing.get() {
                    return Ok(false);
                }
                let (value, result) = self.entity_value(&bytes[raw.0 + 1..raw.1 - 1], raw.0 + 1);
                let Some(mut entity) = self.prolog.entity.take() else { return result.map(|()| false) };
                entity.text = Some(Rc::from(value.as_bytes()));
                if told {
                    self.queue.push_back(Event::EntityDecl {
                        name: entity.name.clone(),
                        is_param: entity.is_param,
                        value: Some(value),
                        external: External { base: self.base.clone(), ..External::default() },
                        notation: None,
                    });
                }
                self.dtd.declare(entity);
                result?;
            }
            (State::EntityPublic, Prolog::Literal) => {
                let id = self.public_id(bytes, raw)?;
                if let Some(entity) = &mut self.prolog.entity {
                    entity.public_id = Some(id);
                }
                self.prolog.state = State::EntitySystem;
            }
            (State::EntitySystem, Prolog::Literal) => {
                let base = self.base.clone();
                if let Some(entity) = &mut self.prolog.entity {
                    entity.system_id = Some(utf8(&bytes[raw.0 + 1..raw.1 - 1]).to_owned());
                    entity.base = base;
                }
                self.prolog.state = State::EntityId;
            }
            (State::EntityId, Prolog::DeclClose) => {
                self.prolog.state = self.top_level();
                let Some(entity) = self.prolog.entity.take() else { return Ok(false) };
                if told {
                    self.queue.push_back(Event::EntityDecl {
                        name: entity.name.clone(),
                        is_param: entity.is_param,
                        value: None,
                        external: entity.place(),
                        notation: None,
                    });
                }
                self.dtd.declare(entity);
            }
            (State::EntityId, Prolog::Name) if word == b"NDATA" && !self.prolog.is_param => {
                self.prolog.state = State::EntityNdata;
            }
            (State::EntityNdata, Prolog::Name) => {
                self.prolog.state = State::Closing;
                let Some(mut entity) = self.prolog.entity.take() else { return Ok(false) };
                let notation = utf8(word).to_owned();
                entity.notation = Some(notation.clone());
                let (name, external) = (entity.name.clone(), entity.place());
                self.dtd.declare(entity);
                if self.has(handler::UNPARSED_ENTITY_DECL) {
                    self.queue.push_back(Event::UnparsedEntityDecl { name, external, notation });
                    return Ok(true);
                }
                if told {
                    let notation = Some(notation);
                    let (is_param, value) = (false, None);
                    self.queue.push_back(Event::EntityDecl { name, is_param, value, external, notation });
                }
            }
            _ => return self.unexpected(token, raw, bytes),
        }
        Ok(told)
    }

    /// An entity to be declared; None if its name is taken, or declarations count no more.
    fn new_entity(&self, name: &str, is_param: bool) -> Option<Entity> {
        let taken = if is_param { self.dtd.param(name).is_some() } else { self.dtd.entity(name).is_some() };
        if taken || !self.dtd.keep_processing.get() {
            return None;
        }
        let is_internal = self.kind == Kind::Document && self.frames.is_empty();
        Some(Entity { name: name.to_owned(), is_param, is_internal, ..Entity::default() })
    }

    /// An entity's replacement text: references to characters and parameter entities are replaced, others stay.
    /// With an error, the text so far.
    fn entity_value(&mut self, raw: &[u8], offset: usize) -> (String, Result<(), Error>) {
        let mut out: Vec<u8> = Vec::with_capacity(raw.len());
        let mut open: Vec<(Rc<Entity>, Rc<[u8]>, usize)> = Vec::new();
        let result = self.replace_in_value(raw, offset, &mut out, &mut open);
        for (entity, ..) in open {
            entity.open.set(false);
        }
        (utf8(&out).to_owned(), result)
    }

    fn replace_in_value(
        &mut self,
        raw: &[u8],
        offset: usize,
        out: &mut Vec<u8>,
        open: &mut Vec<(Rc<Entity>, Rc<[u8]>, usize)>,
    ) -> Result<(), Error> {
        let colons = self.colons();
        let allows_params = self.kind == Kind::Param || !self.frames.is_empty();
        let mut outer = 0;
        loop {
            let (text, at): (Rc<[u8]>, usize) = match open.last() {
                Some((_, text, at)) => (text.clone(), *at),
                None => (Rc::from([]), outer),
            };
            let is_outer = open.is_empty();
            let bytes: &[u8] = if is_outer { raw } else { &text };
            let place = is_outer.then_some(offset + at);
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
                        return self.value_fault(place, Error::InvalidToken);
                    };
                    next = end;
                    if kind == scan::Content::CharRef {
                        let Some(char) = char_ref(&bytes[at..end]) else {
                            return self.value_fault(place, Error::BadCharRef);
                        };
                        out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                    } else {
                        out.extend_from_slice(&bytes[at..end]);
                    }
                }
                b'%' => {
                    let Ok(scan::PrologToken { token: Prolog::ParamRef, end, .. }) =
                        scan::prolog(bytes, at, colons)
                    else {
                        return self.value_fault(place, Error::InvalidToken);
                    };
                    next = end;
                    if !allows_params {
                        return self.value_fault(place, Error::ParamEntityRef);
                    }
                    match self.dtd.param(utf8(&bytes[at + 1..end - 1])) {
                        None => self.dtd.keep_processing.set(self.dtd.standalone.get()),
                        Some(entity) if entity.open.get() => {
                            return self.value_fault(place, Error::RecursiveEntityRef);
                        }
                        Some(entity) => match entity.text.clone() {
                            Some(text) => {
                                self.account.expand(text.len())?;
                                replaced = Some((entity, text));
                            }
                            None => self.dtd.keep_processing.set(self.dtd.standalone.get()),
                        },
                    }
                }
                b'\r' => {
                    out.push(b'\n');
                    if bytes.get(at + 1) == Some(&b'\n') {
                        next = at + 2;
                    }
                }
                _ => out.push(byte),
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

    pub(crate) fn value_fault(&mut self, place: Option<usize>, error: Error) -> Result<(), Error> {
        match place {
            Some(at) => self.fail(at, error),
            None => Err(error),
        }
    }
}
