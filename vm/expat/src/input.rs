//! The input: bytes in any encoding as UTF-8, and where in the source a place in them is.

/// How source bytes become characters.
#[derive(Clone)]
pub enum Decoder {
    Utf8,
    Latin1,
    Ascii,
    Utf16 {
        big: bool,
    },
    /// A code point, or -1, for each byte.
    Table(Box<[i32; 256]>),
}

impl Decoder {
    /// The encodings that need no table.
    pub fn named(name: &str) -> Option<Decoder> {
        Some(match name.to_ascii_uppercase().as_str() {
            "UTF-8" => Decoder::Utf8,
            "ISO-8859-1" => Decoder::Latin1,
            "US-ASCII" => Decoder::Ascii,
            "UTF-16" | "UTF-16BE" => Decoder::Utf16 { big: true },
            "UTF-16LE" => Decoder::Utf16 { big: false },
            _ => return None,
        })
    }

    /// Whether text reaches the application through a buffer of limited size.
    pub fn converts(&self) -> bool {
        !matches!(self, Decoder::Utf8)
    }

    pub fn is_wide(&self) -> bool {
        matches!(self, Decoder::Utf16 { .. })
    }

    /// How many source bytes stand for this text.
    fn source_len(&self, text: &[u8]) -> u64 {
        let chars = || text.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() as u64;
        match self {
            Decoder::Utf8 => text.len() as u64,
            Decoder::Utf16 { .. } => {
                2 * chars() + 2 * text.iter().filter(|&&byte| byte >= 0xf0).count() as u64
            }
            _ => chars(),
        }
    }

    /// Appends what `source` says to `out`; what is left over is the beginning of a character.
    fn decode<'a>(&self, source: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let mut push = |code: u32| match char::from_u32(code) {
            Some(char) => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            None => out.push(INVALID),
        };
        match self {
            Decoder::Utf8 => {
                out.extend_from_slice(source);
                &[]
            }
            Decoder::Latin1 => {
                source.iter().for_each(|&byte| push(byte.into()));
                &[]
            }
            Decoder::Ascii => {
                source.iter().for_each(|&byte| push(if byte < 0x80 { byte.into() } else { u32::MAX }));
                &[]
            }
            Decoder::Table(table) => {
                source.iter().for_each(|&byte| push(table[usize::from(byte)] as u32));
                &[]
            }
            Decoder::Utf16 { big } => {
                let unit = |pair: &[u8]| match big {
                    true => u16::from_be_bytes([pair[0], pair[1]]),
                    false => u16::from_le_bytes([pair[0], pair[1]]),
                };
                let mut rest = source;
                while rest.len() >= 2 {
                    let first = unit(rest);
                    if first & 0xfc00 == 0xd800 {
                        let Some(next) = rest.get(2..4) else { break };
                        match char::decode_utf16([first, unit(next)]).next() {
                            Some(Ok(char)) => {
                                push(char.into());
                                rest = &rest[4..];
                                continue;
                            }
                            _ => push(u32::MAX),
                        }
                    } else {
                        push(first.into());
                    }
                    rest = &rest[2..];
                }
                rest
            }
        }
    }
}

/// A byte that is in no UTF-8 text stands for what cannot be decoded.
const INVALID: u8 = 0xff;
/// A first byte whose rest will not come.
const CUT: u8 = 0xc2;
/// How much that has been parsed is kept for [`Input::context`].
const CONTEXT: usize = 1024;

#[derive(Default)]
pub struct Input {
    pub bytes: Vec<u8>,
    /// Where parsing goes on.
    pub at: usize,
    pub is_final: bool,
    pub decoder: Option<Decoder>,
    /// The encoding that was asked for, which the document's own does not change.
    pub protocol: Option<Decoder>,
    /// Bytes that are not decoded yet.
    pending: Vec<u8>,
    /// The place in the source of `bytes[0]`.
    origin: u64,
    /// Where the current event is.
    pub event: usize,
    /// The line and column of `counted`.
    line: u64,
    column: u64,
    counted: usize,
}

impl Input {
    /// Adds source bytes. In external entities a declared encoding (`content`) makes some beginnings mean less.
    pub fn feed(&mut self, source: &[u8], is_final: bool, content: bool) {
        self.is_final = is_final;
        self.compact();
        if self.decoder.is_none() {
            self.pending.extend_from_slice(source);
            let Some((decoder, mark)) = self.detect(content) else { return };
            self.decoder = Some(decoder);
            self.origin += mark as u64;
            // A byte order mark is a character of the first line.
            self.column = u64::from(mark > 0);
            let rest = self.pending.split_off(mark);
            self.pending.clear();
            return self.decode(&rest);
        }
        self.decode(source);
    }

    fn decode(&mut self, source: &[u8]) {
        let Some(decoder) = &self.decoder else { return };
        let left = if self.pending.is_empty() {
            decoder.decode(source, &mut self.bytes).to_vec()
        } else {
            let mut whole = std::mem::take(&mut self.pending);
            whole.extend_from_slice(source);
            decoder.decode(&whole, &mut self.bytes).to_vec()
        };
        self.pending = left;
        if self.is_final && !self.pending.is_empty() {
            // Half a unit of UTF-16, or half a pair of them.
            self.bytes.push(if self.pending.len() == 1 { crate::chars::HALF } else { CUT });
        }
    }

    /// The encoding that the first bytes show, and the length of their byte order mark; None if more bytes are needed.
    fn detect(&self, content: bool) -> Option<(Decoder, usize)> {
        let (big, little) = (Decoder::Utf16 { big: true }, Decoder::Utf16 { big: false });
        let own = || self.protocol.clone().unwrap_or(Decoder::Utf8);
        let latin = content && matches!(self.protocol, Some(Decoder::Latin1));
        let wide = matches!(self.protocol, Some(Decoder::Utf16 { .. }));
        Some(match self.pending.as_slice() {
            [] if self.is_final => (own(), 0),
            [] => return None,
            [0xfe | 0xff | 0xef | 0 | b'<'] if !self.is_final => return None,
            [_] if wide && !self.is_final => return None,
            [0xfe, 0xff, ..] if !latin => (big, 2),
            [0xff, 0xfe, ..] if !latin => (little, 2),
            [0xef, 0xbb] if !self.is_final && !latin => return None,
            [0xef, 0xbb, 0xbf, ..] if !(content && (latin || wide)) => (Decoder::Utf8, 3),
            [b'<', 0, ..] if !(content && wide) => (little, 0),
            [0, _, ..] => (big, 0),
            [_, 0, ..] if !content => (little, 0),
            _ => (own(), 0),
        })
    }

    /// Changes the encoding of all that has not been parsed, after the document has said what it is.
    pub fn switch(&mut self, decoder: Decoder) {
        self.count_to(self.at);
        self.origin = self.index_of(self.at);
        let rest = self.bytes.split_off(self.at);
        self.bytes.clear();
        (self.at, self.event, self.counted) = (0, 0, 0);
        self.decoder = Some(decoder);
        self.decode(&rest);
    }

    fn index_of(&self, at: usize) -> u64 {
        let text = &self.bytes[..at.min(self.bytes.len())];
        self.origin + self.decoder.as_ref().map_or(0, |decoder| decoder.source_len(text))
    }

    /// The place of the current event in the source.
    pub fn byte_index(&self) -> u64 {
        self.index_of(self.event)
    }

    /// Line from 1 and column from 0 of the current event, or of what has been parsed.
    pub fn position(&mut self) -> (u64, u64) {
        self.count_to(self.event);
        (self.line + 1, self.column)
    }

    fn count_to(&mut self, end: usize) {
        let end = end.min(self.bytes.len());
        while self.counted < end {
            let byte = self.bytes[self.counted];
            self.counted += 1;
            match byte {
                b'\n' | b'\r' => {
                    if byte == b'\r' && self.bytes.get(self.counted) == Some(&b'\n') {
                        self.counted += 1;
                    }
                    self.line += 1;
                    self.column = 0;
                }
                0x80..0xc0 => {}
                _ => self.column += 1,
            }
        }
    }

    /// What is known of the input from the current event on.
    pub fn context(&self) -> &[u8] {
        self.bytes.get(self.event..).unwrap_or_default()
    }

    /// Drops what has been parsed but for some context.
    fn compact(&mut self) {
        let keep = self.at.min(self.event.max(self.at.saturating_sub(CONTEXT)));
        if keep < CONTEXT.max(self.bytes.len() / 2) {
            return;
        }
        self.count_to(keep);
        self.origin = self.index_of(keep);
        self.bytes.drain(..keep);
        self.at -= keep;
        self.event = self.event.saturating_sub(keep);
        self.counted = self.counted.saturating_sub(keep);
    }

    /// The end of a call that has parsed all it could: positions are told from there.
    pub fn settle(&mut self) {
        self.count_to(self.at);
    }
}
