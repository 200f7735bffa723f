//! Elements and their text.

use crate::dtd::Entity;
use crate::input::Decoder;
use crate::scan::{self, Cdata, Content, Stop};
use crate::{Error, Event, Frame, Kind, OpenTag, Parser, Phase, Text, Waiting, handler, utf8};
use std::rc::Rc;

/// The character that an entity means which every document has.
pub(crate) fn predefined(name: &[u8]) -> Option<char> {
    Some(match name {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        _ => return None,
    })
}

/// The character of a reference, from its `&` to its `;`.
pub(crate) fn char_ref(token: &[u8]) -> Option<char> {
    let digits = utf8(token).strip_prefix("&#")?.strip_suffix(';')?;
    let (digits, base) = match digits.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    let mut code = 0u32;
    for digit in digits.chars() {
        code = code * base + digit.to_digit(base)?;
        if code > 0x10_ffff {
            return None;
        }
    }
    let legal = matches!(code, 9 | 10 | 13 | 0x20..) && !matches!(code, 0xfffe | 0xffff);
    char::from_u32(code).filter(|_| legal)
}

/// Line ends as the application sees them.
pub(crate) fn normalize_lines(text: &[u8]) -> String {
    let text = utf8(text);
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

impl Parser {
    /// The depth at which the current text began.
    fn start_level(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.start_level)
    }

    /// Whether the current text is an entity, internal or external, which has to be balanced.
    fn in_entity(&self) -> bool {
        !self.frames.is_empty() || self.kind == Kind::General
    }

    pub(crate) fn content_token(&mut self, bytes: &[u8]) -> Result<bool, Error> {
        let at = self.at();
        self.mark(at);
        let colons = self.colons();
        let (token, end) = match scan::content(bytes, at, colons, &mut self.tag) {
            Ok(found) => found,
            Err(Stop::Invalid(place)) => return self.fail(place, Error::InvalidToken),
            Err(_) if self.have_more() => return Ok(false),
            Err(Stop::Partial) => return Err(Error::UnclosedToken),
            Err(Stop::PartialChar) => return Err(Error::PartialChar),
            Err(Stop::TrailingCr) => {
                self.tell(handler::CHARACTERS, (at, bytes.len()), || Event::Characters(Text::Newline));
                self.advance(bytes.len());
                // What is wrong is told of after the event, at its place.
                self.failed = self.open_at_end();
                return Ok(self.failed.is_some() || self.leave_entity());
            }
            Err(Stop::TrailingBracket) => {
                let (start, end) = (at, bytes.len());
                self.tell(handler::CHARACTERS, (start, end), || Event::Characters(Text::Raw(start, end)));
                self.advance(end);
                return Ok(true);
            }
            Err(Stop::Nothing) => return self.content_end(at),
        };
        match token {
            Content::Chars => self.characters(bytes, at, end),
            Content::Newline => {
                self.tell(handler::CHARACTERS, (at, end), || Event::Characters(Text::Newline))
            }
            Content::StartTag => self.start_element(bytes, (at, end), false)?,
            Content::EmptyTag => {
                self.start_element(bytes, (at, end), true)?;
                if self.tags.is_empty() && !self.in_entity() {
                    self.phase = Phase::Epilog;
                }
            }
            Content::EndTag => {
                if self.tags.len() == self.start_level() {
                    return Err(Error::AsyncEntity);
                }
                self.end_element(bytes, (at, end))?;
                if self.tags.is_empty() && !self.in_entity() {
                    self.phase = Phase::Epilog;
                }
            }
            Content::CharRef => {
                let Some(char) = char_ref(&bytes[at..end]) else { return Err(Error::BadCharRef) };
                self.tell(handler::CHARACTERS, (at, end), || Event::Characters(Text::of(char)));
            }
            Content::EntityRef => {
                self.advance(end);
                self.entity_ref(&bytes[at + 1..end - 1], (at, end))?;
                return Ok(true);
            }
            Content::XmlDecl => {
                if self.fresh && self.kind == Kind::General && self.frames.is_empty() {
                    self.advance(end);
                    self.xml_declaration(bytes, (at, end), true)?;
                    return Ok(true);
                }
                return Err(Error::MisplacedXmlPi);
            }
            Content::CdataOpen => {
                self.tell(handler::START_CDATA, (at, end), || Event::StartCdata);
                self.phase = Phase::Cdata;
            }
            Content::Comment => self.comment(bytes, (at, end)),
            Content::Instruction => self.instruction(bytes, (at, end)),
        }
        self.advance(end);
        Ok(true)
    }

    /// Tells of character data; what had to be converted comes in pieces of limited size.
    fn characters(&mut self, bytes: &[u8], mut at: usize, end: usize) {
        /// The size of libexpat's buffer.
        const PIECE: usize = 1024;
        let converts = self.frames.is_empty() && self.input.decoder.as_ref().is_some_and(Decoder::converts);
        while at < end {
            let mut stop = end;
            if converts && end - at > PIECE {
                stop = at + PIECE;
                while bytes[stop] & 0xc0 == 0x80 {
                    stop -= 1;
                }
            }
            self.tell(handler::CHARACTERS, (at, stop), || Event::Characters(Text::Raw(at, stop)));
            at = stop;
        }
    }

    /// The end of a text in which elements are open.
    fn content_end(&mut self, at: usize) -> Result<bool, Error> {
        self.advance(at);
        self.mark(at);
        match self.open_at_end() {
            Some(error) => Err(error),
            None => Ok(self.leave_entity()),
        }
    }

    /// What is wrong with a text that ends here.
    fn open_at_end(&self) -> Option<Error> {
        if !self.in_entity() {
            return Some(Error::NoElements);
        }
        (self.tags.len() != self.start_level()).then_some(Error::AsyncEntity)
    }

    /// Goes on behind the reference to the entity that ends; false if there was none.
    pub(crate) fn leave_entity(&mut self) -> bool {
        match self.frames.pop() {
            Some(frame) => {
                frame.entity.open.set(false);
                true
            }
            None => false,
        }
    }

    pub(crate) fn cdata_token(&mut self, bytes: &[u8]) -> Result<bool, Error> {
        let at = self.at();
        self.mark(at);
        let (token, end) = match scan::cdata(bytes, at) {
            Ok(found) => found,
            Err(Stop::Invalid(place)) => return self.fail(place, Error::InvalidToken),
            Err(_) if self.have_more() => return Ok(false),
            Err(Stop::PartialChar) => return Err(Error::PartialChar),
            Err(_) => return Err(Error::UnclosedCdataSection),
        };
        match token {
            Cdata::Close => {
                self.tell(handler::END_CDATA, (at, end), || Event::EndCdata);
                self.phase = Phase::Content;
            }
            Cdata::Newline => self.tell(handler::CHARACTERS, (at, end), || Event::Characters(Text::Newline)),
            Cdata::Chars => self.characters(bytes, at, end),
        }
        self.advance(end);
        Ok(true)
    }

    fn entity_ref(&mut self, name: &[u8], raw: (usize, usize)) -> Result<(), Error> {
        if let Some(char) = predefined(name) {
            self.account.expand(1)?;
            self.tell(handler::CHARACTERS, raw, || Event::Characters(Text::of(char)));
            return Ok(());
        }
        let name = utf8(name);
        let entity = self.dtd.entity(name);
        let skipped = || Event::SkippedEntity { name: name.to_owned(), is_param: false };
        if !self.dtd.has_param_refs.get() || self.dtd.standalone.get() {
            match &entity {
                None => return Err(Error::UndefinedEntity),
                Some(entity) if !entity.is_internal => return Err(Error::EntityDeclaredInPe),
                Some(_) => {}
            }
        }
        let Some(entity) = entity else {
            self.tell(handler::SKIPPED_ENTITY, raw, skipped);
            return Ok(());
        };
        if entity.open.get() {
            return Err(Error::RecursiveEntityRef);
        }
        if entity.notation.is_some() {
            return Err(Error::BinaryEntityRef);
        }
        if let Some(text) = entity.text.clone() {
            if self.has(handler::EXPAND) || !self.has(handler::DEFAULT) {
                return self.enter_entity(entity, text, false);
            }
            self.tell(handler::SKIPPED_ENTITY, raw, skipped);
            return Ok(());
        }
        if !self.has(handler::EXTERNAL_ENTITY) {
            self.default_text(raw.0, raw.1);
            return Ok(());
        }
        entity.open.set(true);
        let context = Some(self.context_text());
        self.queue.push_back(Event::ExternalEntity { context, external: entity.place() });
        self.waiting = Some(Waiting::General(entity));
        Ok(())
    }

    /// Goes on with an internal entity's text.
    pub(crate) fn enter_entity(
        &mut self,
        entity: Rc<Entity>,
        text: Rc<[u8]>,
        between: bool,
    ) -> Result<(), Error> {
        self.account.expand(text.len())?;
        entity.open.set(true);
        let start_level = self.tags.len();
        self.frames.push(Frame { entity, text, at: 0, start_level, between });
        Ok(())
    }

    fn start_element(&mut self, bytes: &[u8], raw: (usize, usize), empty: bool) -> Result<(), Error> {
        let bindings = self.bindings.len();
        if let Err(error) = self.store_attributes(bytes) {
            if empty {
                self.drop_bindings(bindings);
            }
            return Err(error);
        }
        let name = &bytes[self.tag.name.0..self.tag.name.1];
        if self.has(handler::START_ELEMENT) {
            self.queue.push_back(Event::StartElement);
        } else if !(empty && self.has(handler::END_ELEMENT)) {
            self.default_text(raw.0, raw.1);
        }
        if empty {
            if self.has(handler::END_ELEMENT) {
                self.empty_end = self.has(handler::START_ELEMENT).then_some(raw.1);
                self.queue.push_back(Event::EndElement);
            }
            self.drop_bindings(bindings);
            return Ok(());
        }
        let start = self.names.len();
        self.names.extend_from_slice(name);
        let full = self.names.len();
        self.names.extend_from_slice(&self.pool[self.name.0..self.name.1]);
        self.tags.push(OpenTag { raw: start, full, bindings });
        Ok(())
    }

    fn end_element(&mut self, bytes: &[u8], raw: (usize, usize)) -> Result<(), Error> {
        let Some(tag) = self.tags.last() else { return Err(Error::UnexpectedState) };
        let (start, end) = self.tag.name;
        if bytes[start..end] != self.names[tag.raw..tag.full] {
            return self.fail(start, Error::TagMismatch);
        }
        let (raw_start, bindings) = (tag.raw, tag.bindings);
        if self.has(handler::END_ELEMENT) {
            self.pool.clear();
            self.pool.extend_from_slice(&self.names[tag.full..]);
            self.name = (0, self.pool.len());
            self.queue.push_back(Event::EndElement);
        } else {
            self.default_text(raw.0, raw.1);
        }
        self.names.truncate(raw_start);
        self.tags.pop();
        self.drop_bindings(bindings);
        Ok(())
    }

    /// The end of an element's namespaces, the latest first.
    fn drop_bindings(&mut self, kept: usize) {
        while self.bindings.len() > kept {
            let Some(binding) = self.bindings.pop() else { break };
            if self.has(handler::END_NAMESPACE) {
                let prefix = Some(binding.prefix).filter(|prefix| !prefix.is_empty());
                self.queue.push_back(Event::EndNamespace(prefix));
            }
        }
    }

    pub(crate) fn comment(&mut self, bytes: &[u8], (at, end): (usize, usize)) {
        self.tell(handler::COMMENT, (at, end), || Event::Comment(normalize_lines(&bytes[at + 4..end - 3])));
    }

    pub(crate) fn instruction(&mut self, bytes: &[u8], (at, end): (usize, usize)) {
        self.tell(handler::INSTRUCTION, (at, end), || {
            let inner = &bytes[at + 2..end - 2];
            let cut = inner.iter().position(|&byte| crate::chars::is_space(byte)).unwrap_or(inner.len());
            let (target, data) = inner.split_at(cut);
            let skip = data.iter().take_while(|&&byte| crate::chars::is_space(byte)).count();
            Event::Instruction { target: utf8(target).to_owned(), data: normalize_lines(&data[skip..]) }
        });
    }

    /// Behind the root element only comments and processing instructions may follow.
    pub(crate) fn epilog_token(&mut self, bytes: &[u8]) -> Result<bool, Error> {
        let at = self.at();
        self.mark(at);
        let found = match scan::prolog(bytes, at, self.colons()) {
            Ok(found) if found.tentative && found.token == scan::Prolog::Space => {
                if self.have_more() {
                    return Ok(false);
                }
                found
            }
            Ok(found) => found,
            Err(Stop::Nothing) => return Ok(false),
            Err(Stop::Invalid(place)) => return self.fail(place, Error::InvalidToken),
            Err(_) if self.have_more() => return Ok(false),
            Err(Stop::PartialChar) => return Err(Error::PartialChar),
            Err(_) => return Err(Error::UnclosedToken),
        };
        match found.token {
            scan::Prolog::Space => self.default_text(at, found.end),
            scan::Prolog::Comment => self.comment(bytes, (at, found.end)),
            scan::Prolog::Instruction => self.instruction(bytes, (at, found.end)),
            _ => return Err(Error::JunkAfterDocElement),
        }
        self.advance(found.end);
        Ok(true)
    }
}
