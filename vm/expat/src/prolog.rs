//! The grammar of the prolog and of document type definitions: what may follow what. Rooms: [`entities`], [`declarations`],
//! [`xml_declaration`].

mod declarations;
mod entities;
mod xml_declaration;

use crate::attributes::public_id;
use crate::dtd::Entity;
use crate::scan::{self, Prolog, Stop};
use crate::{Error, Event, External, Kind, Model, ParamEntities, Parser, Phase, Waiting, handler, utf8};

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
}
