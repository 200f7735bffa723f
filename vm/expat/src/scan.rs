//! The tokens of content, of CDATA sections and of the prolog, found in a buffer whose end may cut one.

use crate::chars::{Next, is_name_char, is_name_start, is_space, next_char};

/// Why there is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The buffer is at its end.
    Nothing,
    Partial,
    PartialChar,
    /// What stands there is not well-formed.
    Invalid(usize),
    /// A carriage return whose line feed may follow.
    TrailingCr,
    /// A square bracket that may begin `]]>`.
    TrailingBracket,
}

pub type Scan<T> = Result<T, Stop>;

/// How colons stand in names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Colons {
    /// A colon is a letter.
    Letter,
    /// One colon, between a prefix and a local name.
    Prefix,
    No,
}

impl Colons {
    /// For names that no prefix can have: only without namespaces is a colon a letter.
    fn unprefixed(self) -> Colons {
        if self == Colons::Letter { Colons::Letter } else { Colons::No }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    StartTag,
    EmptyTag,
    EndTag,
    Chars,
    Newline,
    EntityRef,
    CharRef,
    CdataOpen,
    Comment,
    Instruction,
    XmlDecl,
}

/// An attribute's name and value between the quotes.
#[derive(Clone, Copy)]
pub struct RawAttribute {
    pub name: (usize, usize),
    pub value: (usize, usize),
}

/// The parts of a tag.
#[derive(Default)]
pub struct Tag {
    pub name: (usize, usize),
    pub attributes: Vec<RawAttribute>,
}

fn peek(bytes: &[u8], at: usize) -> Scan<u8> {
    bytes.get(at).copied().ok_or(Stop::Partial)
}

/// The place behind a legal character.
fn legal(bytes: &[u8], at: usize) -> Scan<usize> {
    match next_char(bytes, at) {
        Next::Char(_, len) => Ok(at + len),
        Next::Partial => Err(Stop::PartialChar),
        Next::Half => Err(Stop::Partial),
        Next::Invalid => Err(Stop::Invalid(at)),
    }
}

/// The place behind the first character of a name.
fn name_start(bytes: &[u8], at: usize, colons: Colons) -> Scan<usize> {
    if peek(bytes, at)? == b':' && colons == Colons::Letter {
        return Ok(at + 1);
    }
    match next_char(bytes, at) {
        Next::Char(char, len) if is_name_start(char) => Ok(at + len),
        Next::Partial => Err(Stop::PartialChar),
        _ => Err(Stop::Invalid(at)),
    }
}

/// The end of a name whose first character has been seen: a character that cannot belong to it.
fn name_rest(bytes: &[u8], mut at: usize, colons: Colons) -> Scan<usize> {
    let mut had_colon = false;
    loop {
        let byte = peek(bytes, at)?;
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') {
            at += 1;
            continue;
        }
        if byte == b':' {
            match colons {
                Colons::Letter => at += 1,
                Colons::Prefix if !had_colon => {
                    had_colon = true;
                    at = name_start(bytes, at + 1, Colons::No)?;
                }
                _ => return Err(Stop::Invalid(at)),
            }
            continue;
        }
        if byte < 0x80 {
            return Ok(at);
        }
        match next_char(bytes, at) {
            Next::Char(char, len) if is_name_char(char) => at += len,
            Next::Partial => return Err(Stop::PartialChar),
            _ => return Err(Stop::Invalid(at)),
        }
    }
}

fn skip_space(bytes: &[u8], mut at: usize) -> Scan<usize> {
    while is_space(peek(bytes, at)?) {
        at += 1;
    }
    Ok(at)
}

/// A token of content, and the place behind it.
pub fn content(bytes: &[u8], at: usize, colons: Colons, tag: &mut Tag) -> Scan<(Content, usize)> {
    let Some(&byte) = bytes.get(at) else { return Err(Stop::Nothing) };
    match byte {
        b'<' => markup(bytes, at + 1, colons, tag),
        b'&' => reference(bytes, at + 1, colons),
        b'\n' => Ok((Content::Newline, at + 1)),
        b'\r' => match bytes.get(at + 1) {
            None => Err(Stop::TrailingCr),
            Some(b'\n') => Ok((Content::Newline, at + 2)),
            Some(_) => Ok((Content::Newline, at + 1)),
        },
        b']' => match (bytes.get(at + 1), bytes.get(at + 2)) {
            (None, _) | (Some(b']'), None) => Err(Stop::TrailingBracket),
            (Some(b']'), Some(b'>')) => Err(Stop::Invalid(at + 2)),
            _ => characters(bytes, at + 1),
        },
        _ => characters(bytes, legal(bytes, at)?),
    }
}

/// Goes on in character data.
fn characters(bytes: &[u8], mut at: usize) -> Scan<(Content, usize)> {
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'<' | b'&' | b'\r' | b'\n' => break,
            b']' => match (bytes.get(at + 1), bytes.get(at + 2)) {
                (Some(b']'), Some(b'>')) => return Err(Stop::Invalid(at + 2)),
                (None, _) | (Some(b']'), None) => break,
                _ => at += 1,
            },
            0x20..0x80 | b'\t' => at += 1,
            _ => match next_char(bytes, at) {
                Next::Char(_, len) => at += len,
                _ => break,
            },
        }
    }
    Ok((Content::Chars, at))
}

fn markup(bytes: &[u8], at: usize, colons: Colons, tag: &mut Tag) -> Scan<(Content, usize)> {
    match peek(bytes, at)? {
        b'!' => match peek(bytes, at + 1)? {
            b'-' => Ok((Content::Comment, comment(bytes, at + 2)?)),
            b'[' => {
                let Some(word) = bytes.get(at + 2..at + 8) else { return Err(Stop::Partial) };
                match word.iter().zip(b"CDATA[").position(|(byte, wanted)| byte != wanted) {
                    Some(offset) => Err(Stop::Invalid(at + 2 + offset)),
                    None => Ok((Content::CdataOpen, at + 8)),
                }
            }
            _ => Err(Stop::Invalid(at + 1)),
        },
        b'?' => {
            let (is_decl, end) = instruction(bytes, at + 1, colons)?;
            Ok((if is_decl { Content::XmlDecl } else { Content::Instruction }, end))
        }
        b'/' => {
            let start = at + 1;
            let end = name_rest(bytes, name_start(bytes, start, colons)?, colons)?;
            tag.name = (start, end);
            let at = skip_space(bytes, end)?;
            if bytes[at] == b'>' { Ok((Content::EndTag, at + 1)) } else { Err(Stop::Invalid(at)) }
        }
        _ => start_tag(bytes, at, colons, tag),
    }
}

fn start_tag(bytes: &[u8], start: usize, colons: Colons, tag: &mut Tag) -> Scan<(Content, usize)> {
    tag.attributes.clear();
    let mut at = name_rest(bytes, name_start(bytes, start, colons)?, colons)?;
    tag.name = (start, at);
    loop {
        let next = skip_space(bytes, at)?;
        match bytes[next] {
            b'>' => return Ok((Content::StartTag, next + 1)),
            b'/' => {
                return if peek(bytes, next + 1)? == b'>' {
                    Ok((Content::EmptyTag, next + 2))
                } else {
                    Err(Stop::Invalid(next + 1))
                };
            }
            _ if next == at => return Err(Stop::Invalid(at)),
            _ => {}
        }
        let end = name_rest(bytes, name_start(bytes, next, colons)?, colons)?;
        let equals = skip_space(bytes, end)?;
        if bytes[equals] != b'=' {
            return Err(Stop::Invalid(equals));
        }
        let open = skip_space(bytes, equals + 1)?;
        let quote = bytes[open];
        if quote != b'"' && quote != b'\'' {
            return Err(Stop::Invalid(open));
        }
        at = open + 1;
        loop {
            let byte = peek(bytes, at)?;
            match byte {
                _ if byte == quote => break,
                b'&' => at = reference(bytes, at + 1, colons)?.1,
                b'<' => return Err(Stop::Invalid(at)),
                0x20..0x80 => at += 1,
                _ => at = legal(bytes, at)?,
            }
        }
        tag.attributes.push(RawAttribute { name: (next, end), value: (open + 1, at) });
        at += 1;
        match peek(bytes, at)? {
            b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n' => {}
            byte if byte >= 0x80 => {
                legal(bytes, at)?;
                return Err(Stop::Invalid(at));
            }
            _ => return Err(Stop::Invalid(at)),
        }
    }
}

/// A reference from behind its `&` on.
pub fn reference(bytes: &[u8], at: usize, colons: Colons) -> Scan<(Content, usize)> {
    if peek(bytes, at)? == b'#' {
        let (start, is_digit): (usize, fn(&u8) -> bool) = match peek(bytes, at + 1)? {
            b'x' => (at + 2, u8::is_ascii_hexdigit),
            _ => (at + 1, u8::is_ascii_digit),
        };
        let mut at = start;
        while is_digit(&peek(bytes, at)?) {
            at += 1;
        }
        return if bytes[at] == b';' && at > start {
            Ok((Content::CharRef, at + 1))
        } else {
            Err(Stop::Invalid(at))
        };
    }
    let colons = colons.unprefixed();
    let at = name_rest(bytes, name_start(bytes, at, colons)?, colons)?;
    if bytes[at] == b';' { Ok((Content::EntityRef, at + 1)) } else { Err(Stop::Invalid(at)) }
}

/// A comment from behind its `<!-` on.
fn comment(bytes: &[u8], at: usize) -> Scan<usize> {
    if peek(bytes, at)? != b'-' {
        return Err(Stop::Invalid(at));
    }
    let mut at = at + 1;
    loop {
        if peek(bytes, at)? != b'-' {
            at = legal(bytes, at)?;
            continue;
        }
        at += 1;
        if peek(bytes, at)? == b'-' {
            return if peek(bytes, at + 1)? == b'>' { Ok(at + 2) } else { Err(Stop::Invalid(at + 1)) };
        }
    }
}

/// A processing instruction from behind its `<?` on; whether it is the XML declaration.
fn instruction(bytes: &[u8], start: usize, colons: Colons) -> Scan<(bool, usize)> {
    let colons = colons.unprefixed();
    let mut at = name_rest(bytes, name_start(bytes, start, colons)?, colons)?;
    let target = &bytes[start..at];
    let is_decl = target == b"xml";
    if !is_decl && target.eq_ignore_ascii_case(b"xml") {
        return Err(Stop::Invalid(at));
    }
    if bytes[at] == b'?' {
        return if peek(bytes, at + 1)? == b'>' { Ok((is_decl, at + 2)) } else { Err(Stop::Invalid(at + 1)) };
    }
    if !is_space(bytes[at]) {
        return Err(Stop::Invalid(at));
    }
    loop {
        if peek(bytes, at)? == b'?' {
            at += 1;
            if peek(bytes, at)? == b'>' {
                return Ok((is_decl, at + 1));
            }
        } else {
            at = legal(bytes, at)?;
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cdata {
    Close,
    Newline,
    Chars,
}

/// A token of a CDATA section.
pub fn cdata(bytes: &[u8], at: usize) -> Scan<(Cdata, usize)> {
    let Some(&byte) = bytes.get(at) else { return Err(Stop::Nothing) };
    let mut end = match byte {
        b']' => match (peek(bytes, at + 1)?, bytes.get(at + 2)) {
            (b']', None) => return Err(Stop::Partial),
            (b']', Some(b'>')) => return Ok((Cdata::Close, at + 3)),
            _ => at + 1,
        },
        b'\n' => return Ok((Cdata::Newline, at + 1)),
        b'\r' => return Ok((Cdata::Newline, if peek(bytes, at + 1)? == b'\n' { at + 2 } else { at + 1 })),
        _ => legal(bytes, at)?,
    };
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b']' | b'\r' | b'\n' => break,
            _ => match next_char(bytes, end) {
                Next::Char(_, len) => end += len,
                _ => break,
            },
        }
    }
    Ok((Cdata::Chars, end))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prolog {
    Space,
    DeclOpen,
    Comment,
    Instruction,
    XmlDecl,
    SectionOpen,
    SectionClose,
    InstanceStart,
    Literal,
    Percent,
    ParamRef,
    Comma,
    OpenBracket,
    CloseBracket,
    OpenParen,
    /// With `?`, `*`, `+` or nothing behind it.
    CloseParen(u8),
    Or,
    DeclClose,
    PoundName,
    Name,
    PrefixedName,
    /// A name with `?`, `*` or `+` behind it.
    QuantifiedName(u8),
    NmToken,
}

/// A token of the prolog, and whether it is one only if the text ends here.
pub struct PrologToken {
    pub token: Prolog,
    pub end: usize,
    pub tentative: bool,
}

fn sure(token: Prolog, end: usize) -> Scan<PrologToken> {
    Ok(PrologToken { token, end, tentative: false })
}

fn tentative(token: Prolog, end: usize) -> Scan<PrologToken> {
    Ok(PrologToken { token, end, tentative: true })
}

pub fn prolog(bytes: &[u8], at: usize, colons: Colons) -> Scan<PrologToken> {
    let Some(&byte) = bytes.get(at) else { return Err(Stop::Nothing) };
    match byte {
        b'"' | b'\'' => literal(bytes, at + 1, byte),
        b'<' => match peek(bytes, at + 1)? {
            b'!' => declaration(bytes, at + 2),
            b'?' => {
                let (is_decl, end) = instruction(bytes, at + 2, colons)?;
                sure(if is_decl { Prolog::XmlDecl } else { Prolog::Instruction }, end)
            }
            byte if byte >= 0x80 || byte.is_ascii_alphabetic() || byte == b'_' => {
                sure(Prolog::InstanceStart, at)
            }
            b':' if colons == Colons::Letter => sure(Prolog::InstanceStart, at),
            _ => Err(Stop::Invalid(at + 1)),
        },
        b'\r' if at + 1 == bytes.len() => tentative(Prolog::Space, at + 1),
        b' ' | b'\t' | b'\n' | b'\r' => {
            let mut end = at + 1;
            while bytes.get(end).is_some_and(|&byte| is_space(byte))
                && !(bytes[end] == b'\r' && end + 1 == bytes.len())
            {
                end += 1;
            }
            sure(Prolog::Space, end)
        }
        b'%' => match peek(bytes, at + 1)? {
            b'%' | b' ' | b'\t' | b'\n' | b'\r' => sure(Prolog::Percent, at + 1),
            _ => {
                let colons = colons.unprefixed();
                let end = name_rest(bytes, name_start(bytes, at + 1, colons)?, colons)?;
                if bytes[end] == b';' { sure(Prolog::ParamRef, end + 1) } else { Err(Stop::Invalid(end)) }
            }
        },
        b',' => sure(Prolog::Comma, at + 1),
        b'[' => sure(Prolog::OpenBracket, at + 1),
        b']' => match (bytes.get(at + 1), bytes.get(at + 2)) {
            (None, _) => tentative(Prolog::CloseBracket, at + 1),
            (Some(b']'), None) => Err(Stop::Partial),
            (Some(b']'), Some(b'>')) => sure(Prolog::SectionClose, at + 3),
            _ => sure(Prolog::CloseBracket, at + 1),
        },
        b'(' => sure(Prolog::OpenParen, at + 1),
        b')' => match bytes.get(at + 1) {
            None => tentative(Prolog::CloseParen(0), at + 1),
            Some(&byte @ (b'*' | b'+' | b'?')) => sure(Prolog::CloseParen(byte), at + 2),
            Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b'|' | b'>' | b')') => {
                sure(Prolog::CloseParen(0), at + 1)
            }
            Some(_) => Err(Stop::Invalid(at + 1)),
        },
        b'|' => sure(Prolog::Or, at + 1),
        b'>' => sure(Prolog::DeclClose, at + 1),
        b'#' => {
            let mut end = name_start(bytes, at + 1, Colons::No)?;
            loop {
                match bytes.get(end) {
                    None => return tentative(Prolog::PoundName, end),
                    Some(b' ' | b'\t' | b'\n' | b'\r' | b')' | b'>' | b'%' | b'|') => {
                        return sure(Prolog::PoundName, end);
                    }
                    Some(_) => match next_char(bytes, end) {
                        Next::Char(char, len) if is_name_char(char) => end += len,
                        Next::Partial => return Err(Stop::PartialChar),
                        _ => return Err(Stop::Invalid(end)),
                    },
                }
            }
        }
        _ => names(bytes, at, colons),
    }
}

fn literal(bytes: &[u8], start: usize, quote: u8) -> Scan<PrologToken> {
    let mut at = start;
    while peek(bytes, at)? != quote {
        at = legal(bytes, at)?;
    }
    match bytes.get(at + 1) {
        None => tentative(Prolog::Literal, at + 1),
        Some(b' ' | b'\t' | b'\n' | b'\r' | b'>' | b'%' | b'[') => sure(Prolog::Literal, at + 1),
        Some(_) => Err(Stop::Invalid(at + 1)),
    }
}

/// A declaration's beginning from behind `<!` on.
fn declaration(bytes: &[u8], start: usize) -> Scan<PrologToken> {
    match peek(bytes, start)? {
        b'-' => return sure(Prolog::Comment, comment(bytes, start + 1)?),
        b'[' => return sure(Prolog::SectionOpen, start + 1),
        byte if byte.is_ascii_alphabetic() || byte == b'_' => {}
        _ => return Err(Stop::Invalid(start)),
    }
    let mut at = start + 1;
    loop {
        match peek(bytes, at)? {
            // `<!ENTITY% name` is not allowed.
            b'%' if matches!(peek(bytes, at + 1)?, b'%' | b' ' | b'\t' | b'\n' | b'\r') => {
                return Err(Stop::Invalid(at));
            }
            b'%' | b' ' | b'\t' | b'\n' | b'\r' => return sure(Prolog::DeclOpen, at),
            byte if byte.is_ascii_alphabetic() || byte == b'_' => at += 1,
            _ => return Err(Stop::Invalid(at)),
        }
    }
}

fn names(bytes: &[u8], start: usize, colons: Colons) -> Scan<PrologToken> {
    let (mut token, mut at) = match next_char(bytes, start) {
        Next::Char(58, _) => {
            (if colons == Colons::Letter { Prolog::Name } else { Prolog::NmToken }, start + 1)
        }
        Next::Char(char, len) if is_name_start(char) => (Prolog::Name, start + len),
        Next::Char(char, len) if is_name_char(char) => (Prolog::NmToken, start + len),
        Next::Partial => return Err(Stop::PartialChar),
        Next::Half => return Err(Stop::Partial),
        _ => return Err(Stop::Invalid(start)),
    };
    loop {
        let Some(&byte) = bytes.get(at) else { return tentative(token, at) };
        match byte {
            b'>' | b')' | b',' | b'|' | b'[' | b'%' | b' ' | b'\t' | b'\n' | b'\r' => return sure(token, at),
            b'+' | b'*' | b'?' => {
                return if token == Prolog::NmToken {
                    Err(Stop::Invalid(at))
                } else {
                    sure(Prolog::QuantifiedName(byte), at + 1)
                };
            }
            b':' if colons == Colons::Letter => at += 1,
            b':' => {
                at += 1;
                token = match token {
                    Prolog::Name => match name_start(bytes, at, Colons::No) {
                        Ok(end) => {
                            at = end;
                            Prolog::PrefixedName
                        }
                        Err(Stop::Invalid(_)) => Prolog::NmToken,
                        Err(stop) => return Err(stop),
                    },
                    _ => Prolog::NmToken,
                };
            }
            _ => match next_char(bytes, at) {
                Next::Char(char, len) if is_name_char(char) => at += len,
                Next::Partial => return Err(Stop::PartialChar),
                _ => return Err(Stop::Invalid(at)),
            },
        }
    }
}

/// The place behind the `]]>` of an ignored section, from inside it on.
pub fn ignored(bytes: &[u8], mut at: usize) -> Scan<usize> {
    let mut depth = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"<![") {
            depth += 1;
            at += 3;
        } else if bytes[at..].starts_with(b"]]>") {
            at += 3;
            if depth == 0 {
                return Ok(at);
            }
            depth -= 1;
        } else {
            at = legal(bytes, at)?;
        }
    }
    Err(Stop::Partial)
}
