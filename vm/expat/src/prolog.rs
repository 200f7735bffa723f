//! The grammar of the prolog and of document type definitions.

use crate::attributes::public_id;
use crate::content::{char_ref, predefined};
use crate::dtd::{Attribute, Entity};
use crate::input::Decoder;
use crate::scan::{self, Prolog, Stop};
use crate::{Error, Event, External, Kind, Model, ParamEntities, Parser, Phase, Waiting, handler, utf8};
use std::rc::Rc;

/// What has been read of the declaration at hand, and so what may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// At the very beginning, where an XML declaration may stand.
    Start,
    Misc,
    AfterDoctype,
    DoctypeOpen,
    DoctypeName,
    DoctypePublic,
    DoctypeSystem,
    DoctypeId,
    DoctypeClosing,
    InternalSubset,
    /// The beginning of an external subset or parameter entity, where a text declaration may stand.
    ExternalStart,
    ExternalSubset,
    SectionOpen,
    SectionInclude,
    SectionIgnore,
    EntityOpen,
    EntityPercent,
    EntityName,
    EntityPublic,
    EntitySystem,
    EntityId,
    EntityNdata,
    NotationOpen,
    NotationName,
    NotationPublic,
    NotationSystem,
    NotationPublicId,
    AttlistOpen,
    AttlistElement,
    AttlistName,
    EnumerationOpen,
    EnumerationValue,
    NotationTypeOpen,
    NotationTypeParen,
    NotationTypeValue,
    AttlistType,
    AttlistFixed,
    ElementOpen,
    ElementName,
    MixedOrGroup,
    MixedPcdata,
    MixedOr,
    MixedName,
    GroupItem,
    GroupAfter,
    /// Nothing but `>`; nobody is told of it.
    Closing,
}

/// The state of the grammar and the declaration at hand.
pub(crate) struct Grammar {
    state: State,
    doctype: Option<String>,
    doctype_system: Option<String>,
    doctype_public: Option<String>,
    has_system_id: bool,
    entity: Option<Entity>,
    is_param: bool,
    notation: Option<String>,
    notation_public: Option<String>,
    element: String,
    attribute: Option<String>,
    kind: String,
    model: Vec<Model>,
    groups: Vec<usize>,
    included: u32,
    /// The handler of the declaration at hand.
    declares: u32,
}

impl Default for Grammar {
    fn default() -> Grammar {
        Grammar {
            state: State::Start,
            doctype: None,
            doctype_system: None,
            doctype_public: None,
            has_system_id: false,
            entity: None,
            is_param: false,
            notation: None,
            notation_public: None,
            element: String::new(),
            attribute: None,
            kind: String::new(),
            model: Vec::new(),
            groups: Vec::new(),
            included: 0,
            declares: 0,
        }
    }
}

impl Grammar {
    pub fn external() -> Grammar {
        Grammar { state: State::ExternalStart, ..Grammar::default() }
    }
}

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

/// What an XML or text declaration says.
struct Declaration {
    version: Option<String>,
    encoding: Option<String>,
    standalone: Option<bool>,
}

/// The raw extent of a token.
type Raw = (usize, usize);

/// Whether the default handler is told of a token.
type Handled = bool;

impl Parser {
    pub(crate) fn prolog_token(&mut self, bytes: &[u8]) -> Result<bool, Error> {
        let at = self.at();
        self.mark(at);
        let (token, end) = match scan::prolog(bytes, at, self.colons()) {
            Ok(found) if found.tentative && self.have_more() => return Ok(false),
            Ok(found) => (found.token, found.end),
            Err(Stop::Invalid(place)) => return self.fail(place, Error::InvalidToken),
            Err(_) if self.have_more() => return Ok(false),
            Err(Stop::Nothing) => return self.prolog_end(),
            Err(Stop::PartialChar) => return Err(Error::PartialChar),
            Err(_) => return Err(Error::UnclosedToken),
        };
        if token == Prolog::InstanceStart {
            return self.instance_start(at);
        }
        self.advance(end);
        let state = self.prolog.state;
        let handled = match state {
            State::Start | State::Misc | State::AfterDoctype => self.misc(bytes, token, (at, end))?,
            State::DoctypeOpen
            | State::DoctypeName
            | State::DoctypePublic
            | State::DoctypeSystem
            | State::DoctypeId
            | State::DoctypeClosing => self.doctype(bytes, token, (at, end))?,
            State::InternalSubset | State::ExternalStart | State::ExternalSubset => {
                self.subset(bytes, token, (at, end))?
            }
            State::SectionOpen | State::SectionInclude | State::SectionIgnore => {
                self.section(bytes, token, (at, end))?
            }
            State::EntityOpen
            | State::EntityPercent
            | State::EntityName
            | State::EntityPublic
            | State::EntitySystem
            | State::EntityId
            | State::EntityNdata => self.entity_declaration(bytes, token, (at, end))?,
            State::NotationOpen
            | State::NotationName
            | State::NotationPublic
            | State::NotationSystem
            | State::NotationPublicId => self.notation_declaration(bytes, token, (at, end))?,
            State::AttlistOpen
            | State::AttlistElement
            | State::AttlistName
            | State::EnumerationOpen
            | State::EnumerationValue
            | State::NotationTypeOpen
            | State::NotationTypeParen
            | State::NotationTypeValue
            | State::AttlistType
            | State::AttlistFixed => self.attlist(bytes, token, (at, end))?,
            State::ElementOpen
            | State::ElementName
            | State::MixedOrGroup
            | State::MixedPcdata
            | State::MixedOr
            | State::MixedName
            | State::GroupItem
            | State::GroupAfter => self.element_declaration(bytes, token, (at, end))?,
            State::Closing => match token {
                Prolog::Space => self.closing_told(),
                Prolog::DeclClose => {
                    self.prolog.state = self.top_level();
                    self.closing_told()
                }
                _ => self.unexpected(token, (at, end), bytes)?,
            },
        };
        if !handled {
            self.default_text(at, end);
        }
        Ok(true)
    }

    /// The end of the text, where declarations must not be open.
    fn prolog_end(&mut self) -> Result<bool, Error> {
        match self.frames.last() {
            Some(frame) if !frame.between => return Ok(self.leave_entity()),
            None if self.kind == Kind::Document => return Err(Error::NoElements),
            _ => {}
        }
        let state = self.prolog.state;
        if !matches!(state, State::InternalSubset | State::ExternalStart | State::ExternalSubset) {
            return Err(Error::IncompletePe);
        }
        Ok(self.leave_entity())
    }

    /// The state between declarations.
    fn top_level(&self) -> State {
        if self.kind == Kind::Param { State::ExternalSubset } else { State::InternalSubset }
    }

    /// Whether the declaration that closes has a handler, which tells of all of it.
    fn closing_told(&self) -> Handled {
        match self.prolog.declares {
            handler::ATTLIST_DECL => self.attlist_told(),
            handler::ENTITY_DECL => self.dtd.keep_processing.get() && self.has(handler::ENTITY_DECL),
            declares => self.has(declares),
        }
    }

    /// A token that the grammar has no place for, or a parameter entity in an external subset's declaration.
    fn unexpected(&mut self, token: Prolog, raw: Raw, bytes: &[u8]) -> Result<Handled, Error> {
        match token {
            Prolog::ParamRef if self.kind == Kind::Param => self.param_ref(bytes, raw, false),
            Prolog::ParamRef => Err(Error::ParamEntityRef),
            Prolog::XmlDecl => Err(Error::MisplacedXmlPi),
            _ => Err(Error::Syntax),
        }
    }

    fn misc(&mut self, bytes: &[u8], token: Prolog, raw: Raw) -> Result<Handled, Error> {
        let state = self.prolog.state;
        if state == State::Start {
            self.prolog.state = State::Misc;
        }
        match token {
            Prolog::Space => Ok(false),
            Prolog::XmlDecl if state == State::Start => {
                self.xml_declaration(bytes, raw, false).map(|()| true)
            }
            Prolog::Comment => {
                self.comment(bytes, raw);
                Ok(true)
            }
            Prolog::Instruction => {
                self.instruction(bytes, raw);
                Ok(true)
            }
            Prolog::DeclOpen if state != State::AfterDoctype && &bytes[raw.0 + 2..raw.1] == b"DOCTYPE" => {
                self.prolog.state = State::DoctypeOpen;
                Ok(self.has(handler::START_DOCTYPE))
            }
            _ => self.unexpected(token, raw, bytes),
        }
    }

    fn doctype(&mut self, bytes: &[u8], token: Prolog, raw: Raw) -> Result<Handled, Error> {
        let told = self.has(handler::START_DOCTYPE);
        let word = &bytes[raw.0..raw.1];
        let inner = || utf8(&bytes[raw.0 + 1..raw.1 - 1]).to_owned();
        match (self.prolog.state, token) {
            (_, Prolog::Space) => Ok(told),
            (State::DoctypeOpen, Prolog::Name | Prolog::PrefixedName) => {
                self.prolog.doctype = told.then(|| utf8(word).to_owned());
                self.prolog.state = State::DoctypeName;
                Ok(told)
            }
            (State::DoctypeName, Prolog::Name) if word == b"SYSTEM" => {
                self.prolog.state = State::DoctypeSystem;
                Ok(told)
            }
            (State::DoctypeName, Prolog::Name) if word == b"PUBLIC" => {
                self.prolog.state = State::DoctypePublic;
                Ok(told)
            }
            (State::DoctypePublic, Prolog::Literal) => {
                self.dtd.has_param_refs.set(true);
                let id = self.public_id(bytes, raw)?;
                self.prolog.doctype_public = Some(id);
                self.prolog.state = State::DoctypeSystem;
                Ok(told)
            }
            (State::DoctypeSystem, Prolog::Literal) => {
                self.foreign_dtd = false;
                self.dtd.has_param_refs.set(true);
                self.prolog.doctype_system = Some(inner());
                self.prolog.has_system_id = true;
                self.prolog.state = State::DoctypeId;
                self.ask_standalone(self.param_entities == ParamEntities::Never);
                Ok(told)
            }
            (State::DoctypeName | State::DoctypeId, Prolog::OpenBracket) => {
                self.prolog.state = State::InternalSubset;
                self.start_doctype(true);
                Ok(told)
            }
            (State::DoctypeName | State::DoctypeId | State::DoctypeClosing, Prolog::DeclClose) => {
                self.prolog.state = State::AfterDoctype;
                let told = self.start_doctype(false);
                if (self.prolog.has_system_id || self.foreign_dtd) && self.external_subset(false) {
                    return Ok(true);
                }
                let ends = self.end_doctype();
                Ok(told || ends)
            }
            _ => self.unexpected(token, raw, bytes),
        }
    }

    fn public_id(&mut self, bytes: &[u8], raw: Raw) -> Result<String, Error> {
        match public_id(&bytes[raw.0 + 1..raw.1 - 1]) {
            Ok(id) => Ok(id),
            Err(offset) => self.fail(raw.0 + 1 + offset, Error::PublicId),
        }
    }

    /// Tells of the document type once its identifiers are known.
    fn start_doctype(&mut self, has_internal_subset: bool) -> bool {
        let Some(name) = self.prolog.doctype.take() else { return false };
        self.queue.push_back(Event::StartDoctype {
            name,
            system_id: self.prolog.doctype_system.clone(),
            public_id: self.prolog.doctype_public.clone(),
            has_internal_subset,
        });
        true
    }

    fn end_doctype(&mut self) -> bool {
        let told = self.has(handler::END_DOCTYPE);
        if told {
            self.queue.push_back(Event::EndDoctype);
        }
        told
    }

    /// Asks whether a document that may depend on declarations elsewhere will do.
    fn ask_standalone(&mut self, condition: bool) {
        if condition && !self.dtd.standalone.get() && self.has(handler::NOT_STANDALONE) {
            self.queue.push_back(Event::NotStandalone);
            self.waiting = Some(Waiting::NotStandalone);
        }
    }

    /// Asks for the external subset; false if nobody reads it.
    fn external_subset(&mut self, at_instance: bool) -> bool {
        let had_param_refs = self.dtd.has_param_refs.replace(true);
        if self.param_entities == ParamEntities::Never || !self.has(handler::EXTERNAL_ENTITY) {
            if at_instance {
                self.dtd.has_param_refs.set(had_param_refs);
            }
            return false;
        }
        self.dtd.param_read.set(false);
        let external = External {
            base: self.base.clone(),
            system_id: self.prolog.doctype_system.clone(),
            public_id: self.prolog.doctype_public.clone(),
        };
        self.queue.push_back(Event::ExternalEntity { context: None, external });
        self.waiting = Some(Waiting::ExternalSubset {
            had_param_refs,
            has_system_id: self.prolog.has_system_id,
            at_instance,
        });
        true
    }

    pub(crate) fn external_subset_was_read(
        &mut self,
        had_param_refs: bool,
        has_system_id: bool,
        at_instance: bool,
    ) -> Result<(), Error> {
        self.foreign_dtd = false;
        if self.dtd.param_read.get() {
            self.ask_standalone(true);
        } else if !has_system_id {
            self.dtd.has_param_refs.set(had_param_refs);
        }
        if !at_instance {
            self.end_doctype();
        }
        Ok(())
    }

    fn instance_start(&mut self, at: usize) -> Result<bool, Error> {
        if !matches!(self.prolog.state, State::Start | State::Misc | State::AfterDoctype) {
            return Err(Error::Syntax);
        }
        self.fresh = false;
        self.phase = Phase::Content;
        self.advance(at);
        if self.foreign_dtd {
            self.foreign_dtd = false;
            self.external_subset(true);
        }
        Ok(true)
    }

    fn subset(&mut self, bytes: &[u8], token: Prolog, raw: Raw) -> Result<Handled, Error> {
        let state = self.prolog.state;
        if state == State::ExternalStart {
            self.prolog.state = State::ExternalSubset;
        }
        let is_external = state != State::InternalSubset;
        match token {
            Prolog::Space => Ok(false),
            Prolog::XmlDecl if state == State::ExternalStart => {
                self.xml_declaration(bytes, raw, true).map(|()| true)
            }
            Prolog::Comment => {
                self.comment(bytes, raw);
                Ok(true)
            }
            Prolog::Instruction => {
                self.instruction(bytes, raw);
                Ok(true)
            }
            Prolog::DeclOpen => {
                self.prolog.state = match &bytes[raw.0 + 2..raw.1] {
                    b"ENTITY" => State::EntityOpen,
                    b"ATTLIST" => State::AttlistOpen,
                    b"ELEMENT" => State::ElementOpen,
                    b"NOTATION" => State::NotationOpen,
                    _ => return Err(Error::Syntax),
                };
                self.prolog.declares = match self.prolog.state {
                    State::EntityOpen => handler::ENTITY_DECL,
                    State::NotationOpen => handler::NOTATION_DECL,
                    State::AttlistOpen => handler::ATTLIST_DECL,
                    _ => handler::ELEMENT_DECL,
                };
                Ok(self.closing_told())
            }
            Prolog::ParamRef => self.param_ref(bytes, raw, true),
            Prolog::CloseBracket if !is_external && self.frames.is_empty() => {
                self.prolog.state = State::DoctypeClosing;
                Ok(self.has(handler::START_DOCTYPE))
            }
            Prolog::SectionOpen if is_external => {
                self.prolog.state = State::SectionOpen;
                Ok(false)
            }
            Prolog::SectionClose if is_external && self.prolog.included > 0 => {
                self.prolog.included -= 1;
                Ok(false)
            }
            _ => self.unexpected(token, raw, bytes),
        }
    }

    /// Sections of external subsets.
    fn section(&mut self, bytes: &[u8], token: Prolog, raw: Raw) -> Result<Handled, Error> {
        match (self.prolog.state, token) {
            (_, Prolog::Space) => Ok(false),
            (State::SectionOpen, Prolog::Name) if &bytes[raw.0..raw.1] == b"INCLUDE" => {
                self.prolog.state = State::SectionInclude;
                Ok(false)
            }
            (State::SectionOpen, Prolog::Name) if &bytes[raw.0..raw.1] == b"IGNORE" => {
                self.prolog.state = State::SectionIgnore;
                Ok(false)
            }
            (State::SectionInclude, Prolog::OpenBracket) => {
                self.prolog.included += 1;
                self.prolog.state = State::ExternalSubset;
                Ok(false)
            }
            (State::SectionIgnore, Prolog::OpenBracket) => {
                self.phase = Phase::Ignored;
                self.prolog.state = State::ExternalSubset;
                Ok(false)
            }
            _ => self.unexpected(token, raw, bytes),
        }
    }

    pub(crate) fn ignored_section(&mut self, bytes: &[u8]) -> Result<bool, Error> {
        let at = self.at();
        self.mark(at);
        match scan::ignored(bytes, at) {
            Ok(end) => {
                self.default_text(at, end);
                self.phase = Phase::Prolog;
                self.advance(end);
                Ok(true)
            }
            Err(Stop::Invalid(place)) => self.fail(place, Error::InvalidToken),
            Err(_) if self.have_more() => Ok(false),
            Err(Stop::PartialChar) => Err(Error::PartialChar),
            Err(_) => Err(Error::Syntax),
        }
    }

    fn param_ref(&mut self, bytes: &[u8], raw: Raw, between: bool) -> Result<Handled, Error> {
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

    fn entity_declaration(&mut self, bytes: &[u8], token: Prolog, raw: Raw) -> Result<Handled, Error> {
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

    fn notation_declaration(&mut self, bytes: &[u8], token: Prolog, raw: Raw) -> Result<Handled, Error> {
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

    fn attlist_told(&self) -> bool {
        self.dtd.keep_processing.get() && self.has(handler::ATTLIST_DECL)
    }

    fn attlist(&mut self, bytes: &[u8], token: Prolog, raw: Raw) -> Result<Handled, Error> {
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

    fn element_declaration(&mut self, bytes: &[u8], token: Prolog, raw: Raw) -> Result<Handled, Error> {
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

    /// Handles an XML declaration, or a text declaration of an external entity.
    pub(crate) fn xml_declaration(&mut self, bytes: &[u8], raw: Raw, is_text: bool) -> Result<(), Error> {
        let wrong = if is_text { Error::TextDecl } else { Error::XmlDecl };
        let found = match declaration(&bytes[raw.0..raw.1], is_text) {
            Ok(found) => found,
            Err(at) => return self.fail(raw.0 + at, wrong),
        };
        if found.standalone == Some(true) && !is_text {
            self.dtd.standalone.set(true);
            if self.param_entities == ParamEntities::UnlessStandalone {
                self.param_entities = ParamEntities::Never;
            }
        }
        self.tell(handler::XML_DECL, raw, || Event::XmlDecl {
            version: found.version,
            encoding: found.encoding.clone(),
            standalone: found.standalone.map_or(-1, i32::from),
        });
        let Some(name) = found.encoding else { return Ok(()) };
        if self.input.protocol.is_some() {
            return Ok(());
        }
        let now = self.input.decoder.as_ref().is_some_and(Decoder::is_wide);
        let at = raw.0 + memchr::memmem::find(&bytes[raw.0..raw.1], name.as_bytes()).unwrap_or(0);
        match Decoder::named(&name) {
            Some(decoder) if decoder.is_wide() != now => {
                self.failed_at = Some(at);
                Err(Error::IncorrectEncoding)
            }
            Some(Decoder::Utf8 | Decoder::Utf16 { .. }) => Ok(()),
            Some(decoder) => {
                self.switch_to = Some(decoder);
                Ok(())
            }
            None => self.unknown_encoding(name, at).map(|_| ()),
        }
    }
}

/// Takes a declaration apart; the place of what is wrong with it.
fn declaration(text: &[u8], is_text: bool) -> Result<Declaration, usize> {
    let mut found = Declaration { version: None, encoding: None, standalone: None };
    let end = text.len() - 2;
    let mut at = 5;
    let mut step = 0;
    while let Some((name, value, next)) = pseudo_attribute(text, at, end)? {
        let (name_text, value_text) = (&text[name.0..name.1], utf8(&text[value.0..value.1]).to_owned());
        match name_text {
            b"version" if step == 0 => {
                found.version = Some(value_text);
                step = 1;
            }
            b"encoding" if step <= 1 && (step == 1 || is_text) => {
                if !value_text.starts_with(|char: char| char.is_ascii_alphabetic()) {
                    return Err(value.0);
                }
                found.encoding = Some(value_text);
                step = 2;
            }
            b"standalone" if !is_text && (step == 1 || step == 2) => {
                found.standalone = Some(match value_text.as_str() {
                    "yes" => true,
                    "no" => false,
                    _ => return Err(value.0),
                });
                step = 3;
            }
            _ => return Err(name.0),
        }
        at = next;
    }
    if is_text && found.encoding.is_none() || !is_text && found.version.is_none() {
        return Err(end);
    }
    Ok(found)
}

/// The name and value of the next pseudo attribute, and the place behind it; None at the end.
fn pseudo_attribute(text: &[u8], at: usize, end: usize) -> Result<Option<(Raw, Raw, usize)>, usize> {
    let space = |mut at: usize| {
        while at < end && crate::chars::is_space(text[at]) {
            at += 1;
        }
        at
    };
    let start = space(at);
    if start == end {
        return Ok(None);
    }
    if start == at {
        return Err(at);
    }
    let mut at = start;
    while at < end && text[at] != b'=' && !crate::chars::is_space(text[at]) {
        if !text[at].is_ascii() {
            return Err(at);
        }
        at += 1;
    }
    let name = (start, at);
    at = space(at);
    if at == end || text[at] != b'=' || name.0 == name.1 {
        return Err(at);
    }
    at = space(at + 1);
    let quote = text[at];
    if at == end || quote != b'"' && quote != b'\'' {
        return Err(at);
    }
    let start = at + 1;
    at = start;
    while at < end && text[at] != quote {
        if !(text[at].is_ascii_alphanumeric() || matches!(text[at], b'.' | b'-' | b'_')) {
            return Err(at);
        }
        at += 1;
    }
    if at == end { Err(at) } else { Ok(Some((name, (start, at), at + 1))) }
}
