//! Format strings, compiled: where each value is and how it is coded.

use super::error;
use objects::Result;
use objects::raise::Raised;

/// How one value is coded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Char,
    Bool,
    Signed,
    Unsigned,
    Pointer,
    Half,
    Single,
    Double,
    /// A run of bytes, one value.
    Bytes,
    /// A byte that says the length, and that many bytes.
    Pascal,
}

/// A run of values of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    pub char: u8,
    pub kind: Kind,
    /// Where the first one is.
    pub offset: usize,
    /// Bytes of each.
    pub size: usize,
    /// How many there are.
    pub count: usize,
}

/// A compiled format.
#[derive(Debug)]
pub struct Format {
    /// The text it was compiled from.
    pub text: Box<[u8]>,
    pub codes: Box<[Code]>,
    /// Bytes of the whole struct.
    pub size: usize,
    /// Number of values.
    pub len: usize,
    /// How many runs the text has, neighbours of one kind being separate.
    pub runs: usize,
    /// With the C compiler's sizes and alignments.
    pub native: bool,
    pub big_endian: bool,
}

/// Kind, size and alignment of a format character.
fn layout(char: u8, native: bool) -> Option<(Kind, usize, usize)> {
    let (kind, size) = match char {
        b'x' => (Kind::Bytes, 1),
        b's' => (Kind::Bytes, 1),
        b'p' => (Kind::Pascal, 1),
        b'c' => (Kind::Char, 1),
        b'?' => (Kind::Bool, 1),
        b'b' => (Kind::Signed, 1),
        b'B' => (Kind::Unsigned, 1),
        b'h' => (Kind::Signed, 2),
        b'H' => (Kind::Unsigned, 2),
        b'i' => (Kind::Signed, 4),
        b'I' => (Kind::Unsigned, 4),
        b'l' => (Kind::Signed, if native { size_of::<libc::c_long>() } else { 4 }),
        b'L' => (Kind::Unsigned, if native { size_of::<libc::c_long>() } else { 4 }),
        b'q' => (Kind::Signed, 8),
        b'Q' => (Kind::Unsigned, 8),
        b'n' if native => (Kind::Signed, size_of::<isize>()),
        b'N' if native => (Kind::Unsigned, size_of::<usize>()),
        b'P' if native => (Kind::Pointer, size_of::<usize>()),
        b'e' => (Kind::Half, 2),
        b'f' => (Kind::Single, 4),
        b'd' => (Kind::Double, 8),
        _ => return None,
    };
    Some((kind, size, if native { size } else { 1 }))
}

fn too_long() -> Raised {
    error(format_args!("total struct size too long"))
}

impl Format {
    /// Compiles `text`.
    ///
    /// # Errors
    /// `struct.error`.
    pub fn compile(text: &[u8]) -> Result<Format> {
        if text.contains(&0) {
            return Err(error(format_args!("embedded null character")));
        }
        let (native, big_endian, mut rest) = match text {
            [b'<', rest @ ..] => (false, false, rest),
            [b'>' | b'!', rest @ ..] => (false, true, rest),
            [b'=', rest @ ..] => (false, cfg!(target_endian = "big"), rest),
            [b'@', rest @ ..] => (true, cfg!(target_endian = "big"), rest),
            rest => (true, cfg!(target_endian = "big"), rest),
        };
        let mut codes: Vec<Code> = Vec::new();
        let (mut size, mut len, mut runs) = (0usize, 0usize, 0usize);
        let limit =
            |value: Option<usize>| value.filter(|&value| isize::try_from(value).is_ok()).ok_or_else(too_long);
        while let [char, after @ ..] = rest {
            rest = after;
            if matches!(char, b' ' | b'\t'..=b'\r') {
                continue;
            }
            let mut char = *char;
            let mut count = 1usize;
            if char.is_ascii_digit() {
                count = usize::from(char - b'0');
                loop {
                    let [next, after @ ..] = rest else {
                        return Err(error(format_args!("repeat count given without format specifier")));
                    };
                    rest = after;
                    if !next.is_ascii_digit() {
                        char = *next;
                        break;
                    }
                    let digit = usize::from(next - b'0');
                    count = limit(count.checked_mul(10).and_then(|count| count.checked_add(digit)))?;
                }
            }
            let Some((kind, width, alignment)) = layout(char, native) else {
                return Err(error(format_args!("bad char in struct format")));
            };
            let offset = limit(size.checked_next_multiple_of(alignment))?;
            size = limit(count.checked_mul(width).and_then(|bytes| offset.checked_add(bytes)))?;
            let mut code = Code { char, kind, offset, size: width, count };
            match char {
                b'x' => continue,
                b's' | b'p' => (code.size, code.count) = (count, 1),
                _ => {}
            }
            len = limit(len.checked_add(code.count))?;
            runs += usize::from(code.count != 0);
            match codes.last_mut() {
                _ if code.count == 0 => {}
                // Neighbours of one kind are one run.
                Some(last)
                    if last.char == char
                        && !matches!(char, b's' | b'p')
                        && last.offset + last.size * last.count == offset =>
                {
                    last.count += code.count;
                }
                _ => codes.push(code),
            }
        }
        Ok(Format { text: text.into(), codes: codes.into(), size, len, runs, native, big_endian })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(text: &str) -> (usize, usize, Vec<(u8, usize, usize)>) {
        let format = Format::compile(text.as_bytes()).unwrap_or_else(|_| panic!("{text}"));
        let codes = format.codes.iter().map(|code| (code.char, code.offset, code.count)).collect();
        (format.size, format.len, codes)
    }

    #[test]
    fn layouts() {
        assert_eq!(runs("bi"), (8, 2, vec![(b'b', 0, 1), (b'i', 4, 1)]));
        assert_eq!(runs("<bi"), (5, 2, vec![(b'b', 0, 1), (b'i', 1, 1)]));
        assert_eq!(runs("hhh3h"), (12, 6, vec![(b'h', 0, 6)]));
        assert_eq!(runs("b0q"), (8, 1, vec![(b'b', 0, 1)]));
        assert_eq!(runs("0s2s x p"), (4, 3, vec![(b's', 0, 1), (b's', 0, 1), (b'p', 3, 1)]));
        assert_eq!(runs(" 2 i".replace("2 ", "2").as_str()), (8, 2, vec![(b'i', 0, 2)]));
    }
}
