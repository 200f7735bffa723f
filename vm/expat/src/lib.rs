//! A streaming XML parser that behaves as libexpat does: the same events in the same pieces, the same errors at the same places.
//!
//! A caller feeds bytes and takes events ([`Parser::feed`], [`Parser::next`]); nothing is called back. Rooms: `chars` and `scan`
//! (tokens), `input` (encodings and positions), `dtd` (declarations), `prolog` (the grammar before and around the root element),
//! `content` (elements and their text), `attributes` (values and namespaces), `event`, `error`.

mod attributes;
mod chars;
mod content;
mod dtd;
pub mod error;
mod event;
mod input;
mod prolog;
mod scan;

use dtd::{Dtd, Entity};
pub use error::Error;
pub use event::{Event, External, Model, Text, handler};
use input::{Decoder, Input};
use scan::{Colons, Tag};
use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;

/// The version of libexpat whose behaviour this is.
pub const VERSION: (u8, u8, u8) = (2, 7, 1);

pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

/// What separates a namespace from a local name in an expanded name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Namespaces {
    Off,
    /// The separator; NUL stands for none.
    On(u8),
}

/// When parameter entities and the external subset are parsed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ParamEntities {
    Never,
    UnlessStandalone,
    Always,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Init,
    /// Before the root element, and in external parameter entities.
    Prolog,
    Ignored,
    Content,
    Cdata,
    Epilog,
}

/// What kind of text this parser reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Document,
    General,
    Param,
}

/// An internal entity that is being expanded.
struct Frame {
    entity: Rc<Entity>,
    text: Rc<[u8]>,
    at: usize,
    start_level: usize,
    /// A parameter entity between declarations, whose end the grammar sees.
    between: bool,
}

struct OpenTag {
    /// Where the names begin in the pool: as written, then expanded.
    raw: usize,
    full: usize,
    bindings: usize,
}

struct Binding {
    prefix: String,
    /// Empty: undeclared.
    uri: String,
}

/// How much input and how much replacement text a document and its entities have had.
#[derive(Default)]
struct Account {
    direct: Cell<u64>,
    indirect: Cell<u64>,
}

impl Account {
    const THRESHOLD: u64 = 8 << 20;
    const FACTOR: u64 = 100;

    fn expand(&self, len: usize) -> Result<(), Error> {
        self.indirect.set(self.indirect.get() + len as u64);
        let total = self.direct.get() + self.indirect.get();
        if total >= Account::THRESHOLD && total / self.direct.get().max(1) > Account::FACTOR {
            return Err(Error::AmplificationLimitBreach);
        }
        Ok(())
    }
}

/// What goes on once an event has been answered.
enum Waiting {
    General(Rc<Entity>),
    Param(Rc<Entity>),
    ExternalSubset {
        had_param_refs: bool,
        has_system_id: bool,
        at_instance: bool,
    },
    NotStandalone,
    /// With the place of the name.
    Encoding(usize),
}

pub struct Parser {
    kind: Kind,
    phase: Phase,
    input: Input,
    frames: Vec<Frame>,
    /// The text that the events in the queue are about; None is the input.
    source: Option<Rc<[u8]>>,
    queue: VecDeque<Event>,
    waiting: Option<Waiting>,
    failed: Option<Error>,
    /// Where that is, if the events before it are elsewhere.
    failed_at: Option<usize>,
    finished: bool,
    started: bool,
    /// No token of the input has been handled.
    fresh: bool,
    in_progress: bool,
    deferral: bool,
    /// How much there was of a token at the last, vain attempt.
    partial_before: usize,
    fed_at: usize,
    handlers: u32,
    namespaces: Namespaces,
    triplets: bool,
    param_entities: ParamEntities,
    foreign_dtd: bool,
    unknown_protocol: Option<String>,
    base: Option<String>,
    dtd: Rc<Dtd>,
    account: Rc<Account>,
    prolog: prolog::Grammar,
    tag: Tag,
    tags: Vec<OpenTag>,
    names: Vec<u8>,
    bindings: Vec<Binding>,
    pool: Vec<u8>,
    name: (usize, usize),
    attributes: Vec<attributes::Attribute>,
    specified: usize,
    /// Where the end of an empty element is.
    empty_end: Option<usize>,
    switch_to: Option<Decoder>,
}

impl Parser {
    pub fn new(encoding: Option<&str>, namespaces: Namespaces) -> Parser {
        let mut parser = Parser {
            kind: Kind::Document,
            phase: Phase::Init,
            input: Input::default(),
            frames: Vec::new(),
            source: None,
            queue: VecDeque::new(),
            waiting: None,
            failed: None,
            failed_at: None,
            finished: false,
            started: false,
            fresh: true,
            in_progress: false,
            deferral: true,
            partial_before: 0,
            fed_at: 0,
            handlers: handler::EXPAND,
            namespaces,
            triplets: false,
            param_entities: ParamEntities::Never,
            foreign_dtd: false,
            unknown_protocol: None,
            base: None,
            dtd: Dtd::new(),
            account: Rc::default(),
            prolog: prolog::Grammar::default(),
            tag: Tag::default(),
            tags: Vec::new(),
            names: Vec::new(),
            bindings: Vec::new(),
            pool: Vec::new(),
            name: (0, 0),
            attributes: Vec::new(),
            specified: 0,
            empty_end: None,
            switch_to: None,
        };
        if namespaces != Namespaces::Off {
            parser.bindings.push(Binding { prefix: "xml".into(), uri: XML_NAMESPACE.into() });
        }
        if let Some(encoding) = encoding {
            parser.set_encoding(encoding);
        }
        parser
    }

    /// `XML_ExternalEntityParserCreate`: with a context for a general entity, without for the external subset or a parameter entity.
    pub fn external(&self, context: Option<&str>, encoding: Option<&str>) -> Parser {
        let mut parser = Parser::new(encoding, self.namespaces);
        parser.handlers = self.handlers;
        parser.triplets = self.triplets;
        parser.param_entities = self.param_entities;
        parser.deferral = self.deferral;
        parser.account = self.account.clone();
        match context {
            None => {
                parser.kind = Kind::Param;
                parser.dtd = self.dtd.clone();
                parser.prolog = prolog::Grammar::external();
            }
            Some(context) => {
                parser.kind = Kind::General;
                parser.dtd = self.dtd.copy();
                parser.enter_context(context);
            }
        }
        parser
    }

    /// Overrides the document's encoding, before parsing has begun.
    pub fn set_encoding(&mut self, name: &str) {
        if self.started {
            return;
        }
        self.input.protocol = Decoder::named(name);
        self.unknown_protocol = self.input.protocol.is_none().then(|| name.to_owned());
    }

    pub fn has_started(&self) -> bool {
        self.started
    }

    pub fn set_handlers(&mut self, handlers: u32) {
        self.handlers = handlers;
    }

    fn has(&self, handler: u32) -> bool {
        self.handlers & handler != 0
    }

    pub fn set_base(&mut self, base: Option<String>) {
        self.base = base;
    }

    pub fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }

    pub fn set_reparse_deferral(&mut self, enabled: bool) {
        self.deferral = enabled;
    }

    pub fn reparse_deferral(&self) -> bool {
        self.deferral
    }

    pub fn set_namespace_triplets(&mut self, enabled: bool) {
        if !self.started {
            self.triplets = enabled;
        }
    }

    /// Whether it could still be changed.
    pub fn set_param_entities(&mut self, when: ParamEntities) -> bool {
        if self.started {
            return false;
        }
        self.param_entities = when;
        true
    }

    /// # Errors
    /// When parsing has begun.
    pub fn use_foreign_dtd(&mut self, enabled: bool) -> Result<(), Error> {
        if self.started {
            return Err(Error::CantChangeFeatureOnceParsing);
        }
        self.foreign_dtd = enabled;
        Ok(())
    }

    /// Adds input; [`Parser::next`] tells what was in it.
    ///
    /// # Errors
    /// When parsing has ended, or is under way.
    pub fn feed(&mut self, bytes: &[u8], is_final: bool) -> Result<(), Error> {
        if self.finished || self.in_progress {
            return Err(Error::Finished);
        }
        self.started = true;
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.in_progress = true;
        self.account.direct.set(self.account.direct.get() + bytes.len() as u64);
        self.input.feed(bytes, is_final, self.kind == Kind::General);
        self.fed_at = self.input.at;
        Ok(())
    }

    /// The next event; None when there is nothing more in what was fed.
    ///
    /// # Errors
    /// What is wrong with the document; from then on always the same.
    pub fn next(&mut self) -> Result<Option<Event>, Error> {
        if !self.in_progress {
            return Ok(None);
        }
        loop {
            if let Some(event) = self.queue.pop_front() {
                if matches!(event, Event::EndElement)
                    && let Some(end) = self.empty_end.take()
                {
                    self.mark(end);
                }
                return Ok(Some(event));
            }
            if let Some(error) = self.failed {
                if let Some(at) = self.failed_at.take() {
                    self.mark(at);
                }
                self.in_progress = false;
                return Err(error);
            }
            if self.waiting.is_some() {
                self.failed = Some(Error::UnexpectedState);
                continue;
            }
            match self.step() {
                Ok(true) => {}
                Ok(false) => {
                    self.in_progress = false;
                    self.finished = self.input.is_final;
                    self.input.settle();
                    return Ok(None);
                }
                Err(error) => self.failed = Some(error),
            }
        }
    }

    /// Parses until there is an event. False when there is nothing left to parse.
    fn step(&mut self) -> Result<bool, Error> {
        if let Some(decoder) = self.switch_to.take() {
            self.input.switch(decoder);
        }
        if self.phase == Phase::Init {
            if let Some(name) = self.unknown_protocol.take() {
                return self.unknown_encoding(name, 0);
            }
            if self.input.decoder.is_none() {
                return Ok(false);
            }
            if self.kind == Kind::Param {
                self.dtd.param_read.set(true);
            }
            self.phase = if self.kind == Kind::General { Phase::Content } else { Phase::Prolog };
        }
        if let Some(frame) = self.frames.last() {
            let text = frame.text.clone();
            self.source = Some(text.clone());
            return self.tokens(&text);
        }
        self.source = None;
        let have = self.input.bytes.len() - self.input.at;
        if self.deferral
            && !self.input.is_final
            && self.input.at == self.fed_at
            && have < 2 * self.partial_before
        {
            return Ok(false);
        }
        let bytes = std::mem::take(&mut self.input.bytes);
        let result = self.tokens(&bytes);
        self.input.bytes = bytes;
        if result == Ok(false) {
            self.partial_before = if self.input.at == self.fed_at { have } else { 0 };
        }
        result
    }

    /// Handles tokens of a text until there is an event, or another text to go on with.
    fn tokens(&mut self, bytes: &[u8]) -> Result<bool, Error> {
        let depth = self.frames.len();
        loop {
            let goes_on = match self.phase {
                Phase::Content => self.content_token(bytes)?,
                Phase::Cdata => self.cdata_token(bytes)?,
                Phase::Epilog => self.epilog_token(bytes)?,
                Phase::Ignored => self.ignored_section(bytes)?,
                Phase::Prolog | Phase::Init => self.prolog_token(bytes)?,
            };
            if !goes_on {
                return Ok(false);
            }
            let changed = self.frames.len() != depth || self.switch_to.is_some() || self.failed.is_some();
            if changed || !self.queue.is_empty() || self.waiting.is_some() {
                return Ok(true);
            }
        }
    }

    /// Where the current text goes on.
    fn at(&self) -> usize {
        self.frames.last().map_or(self.input.at, |frame| frame.at)
    }

    fn advance(&mut self, at: usize) {
        match self.frames.last_mut() {
            Some(frame) => frame.at = at,
            None => {
                self.input.at = at;
                self.fresh = false;
            }
        }
    }

    /// Whether the current text may still grow.
    fn have_more(&self) -> bool {
        self.frames.is_empty() && !self.input.is_final
    }

    /// Notes where the current event is; inside of an entity that is its reference.
    fn mark(&mut self, at: usize) {
        if self.frames.is_empty() {
            self.input.event = at;
        }
    }

    fn fail<T>(&mut self, at: usize, error: Error) -> Result<T, Error> {
        self.mark(at);
        Err(error)
    }

    fn colons(&self) -> Colons {
        if self.namespaces == Namespaces::Off { Colons::Letter } else { Colons::Prefix }
    }

    /// Tells of raw text if there is a default handler.
    fn default_text(&mut self, start: usize, end: usize) {
        if self.has(handler::DEFAULT) && start < end {
            self.queue.push_back(Event::Default(Text::Raw(start, end)));
        }
    }

    /// Pushes an event if somebody handles it; tells of its raw text otherwise.
    fn tell(&mut self, handler: u32, raw: (usize, usize), event: impl FnOnce() -> Event) {
        if self.has(handler) {
            self.queue.push_back(event());
        } else {
            self.default_text(raw.0, raw.1);
        }
    }

    fn unknown_encoding(&mut self, name: String, at: usize) -> Result<bool, Error> {
        if !self.has(handler::UNKNOWN_ENCODING) {
            self.failed_at = Some(at);
            return Err(Error::UnknownEncoding);
        }
        self.queue.push_back(Event::UnknownEncoding(name));
        self.waiting = Some(Waiting::Encoding(at));
        Ok(true)
    }

    /// Answers [`Event::UnknownEncoding`] with the code points of the 256 bytes, -1 for none.
    pub fn reply_encoding(&mut self, table: Option<Box<[i32; 256]>>) {
        let Some(Waiting::Encoding(at)) = self.waiting else { return };
        self.waiting = None;
        match table.filter(|table| keeps_markup(table)) {
            None => {
                self.failed_at = Some(at);
                self.failed = Some(Error::UnknownEncoding);
            }
            Some(table) if self.input.decoder.is_none() => {
                self.input.protocol = Some(Decoder::Table(table));
                let is_final = self.input.is_final;
                self.input.feed(&[], is_final, self.kind == Kind::General);
            }
            Some(table) => self.input.switch(Decoder::Table(table)),
        }
    }

    /// Answers [`Event::ExternalEntity`] and [`Event::NotStandalone`].
    pub fn reply(&mut self, good: bool) {
        let result = match self.waiting.take() {
            None | Some(Waiting::Encoding(_)) => return,
            Some(Waiting::NotStandalone) if good => Ok(()),
            Some(Waiting::NotStandalone) => {
                self.queue.clear();
                Err(Error::NotStandalone)
            }
            Some(Waiting::General(entity)) => {
                entity.open.set(false);
                if good { Ok(()) } else { Err(Error::ExternalEntityHandling) }
            }
            Some(Waiting::Param(entity)) => {
                entity.open.set(false);
                if good { self.param_entity_was_read() } else { Err(Error::ExternalEntityHandling) }
            }
            Some(Waiting::ExternalSubset { had_param_refs, has_system_id, at_instance }) => match good {
                true => self.external_subset_was_read(had_param_refs, has_system_id, at_instance),
                false => Err(Error::ExternalEntityHandling),
            },
        };
        if let Err(error) = result {
            self.failed = Some(error);
        }
    }

    /// The text of the event that [`Parser::next`] gave last.
    pub fn text<'a>(&'a self, text: &'a Text) -> &'a str {
        let bytes = match text {
            Text::Newline => return "\n",
            Text::Char(bytes, len) => bytes.get(..usize::from(*len)),
            Text::Raw(start, end) => match &self.source {
                Some(source) => source.get(*start..*end),
                None => self.input.bytes.get(*start..*end),
            },
        };
        utf8(bytes.unwrap_or_default())
    }

    /// The name of the element that starts or ends.
    pub fn name(&self) -> &str {
        utf8(&self.pool[self.name.0..self.name.1])
    }

    /// The attributes of the element that starts, those that are written there first.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.attributes.iter().map(|attribute| {
            let part = |(start, end): (usize, usize)| utf8(&self.pool[start..end]);
            (part(attribute.name), part(attribute.value))
        })
    }

    /// How many of the attributes are written in the tag.
    pub fn specified_attributes(&self) -> usize {
        self.specified
    }

    pub fn byte_index(&self) -> u64 {
        self.input.byte_index()
    }

    /// Line, from 1, and column, from 0.
    pub fn position(&mut self) -> (u64, u64) {
        self.input.position()
    }

    /// The input from the current event on; None when parsing has not begun.
    pub fn context(&self) -> Option<&[u8]> {
        self.in_progress.then(|| self.input.context())
    }

    pub fn error(&self) -> Option<Error> {
        self.failed
    }

    /// `getContext`: the namespaces in force and the entities that are open.
    fn context_text(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (index, binding) in self.bindings.iter().enumerate().rev() {
            let hidden = self.bindings[index + 1..].iter().any(|later| later.prefix == binding.prefix);
            if !hidden && !binding.uri.is_empty() {
                parts.push(format!("{}={}", binding.prefix, binding.uri));
            }
        }
        parts.sort();
        let general = self.dtd.general.borrow();
        let mut open: Vec<String> =
            general.values().filter(|entity| entity.open.get()).map(|entity| entity.name.clone()).collect();
        open.sort();
        parts.extend(open);
        parts.join("\u{c}")
    }

    fn enter_context(&mut self, context: &str) {
        for part in context.split('\u{c}') {
            match part.split_once('=') {
                Some((prefix, uri)) => {
                    self.bindings.push(Binding { prefix: prefix.to_owned(), uri: uri.to_owned() });
                }
                None => {
                    if let Some(entity) = self.dtd.entity(part) {
                        entity.open.set(true);
                    }
                }
            }
        }
    }
}

/// Whether the bytes of markup mean what they do in ASCII.
fn keeps_markup(table: &[i32; 256]) -> bool {
    let is_markup = |byte: &u8| match byte {
        b'$' | b'@' | b'\\' | b'^' | b'`' | b'{' | b'}' | b'~' => false,
        byte => matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..0x7f),
    };
    (0..128u8).filter(is_markup).all(|byte| table[usize::from(byte)] == i32::from(byte))
}

/// Text that the scanner has checked.
fn utf8(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}
