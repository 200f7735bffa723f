//! The header of `.pyc` files (PEP 552) and the hash of sources in them.

/// The first four bytes of a `.pyc` file of CPython 3.13: 3571 and CR LF.
pub const MAGIC: [u8; 4] = [0xF3, 0x0D, 0x0D, 0x0A];

/// The magic number as an int, which hashes of sources are keyed with.
pub const MAGIC_TOKEN: u32 = u32::from_le_bytes(MAGIC);

/// Bytes before the marshalled code object.
pub const HEADER_SIZE: usize = 16;

/// How a `.pyc` file is matched with its source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Validity {
    /// Seconds since the epoch and size in bytes, both modulo 2**32.
    Timestamp { mtime: u32, size: u32 },
    /// [`source_hash`]; unchecked files are trusted.
    Hash { hash: [u8; 8], check_source: bool },
}

/// Why a header was not accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadHeader {
    Magic,
    Short,
    Flags(u32),
}

/// Writes a header.
pub fn header(validity: Validity) -> [u8; HEADER_SIZE] {
    let mut out = [0; HEADER_SIZE];
    out[..4].copy_from_slice(&MAGIC);
    match validity {
        Validity::Timestamp { mtime, size } => {
            out[8..12].copy_from_slice(&mtime.to_le_bytes());
            out[12..].copy_from_slice(&size.to_le_bytes());
        }
        Validity::Hash { hash, check_source } => {
            out[4] = 1 | u8::from(check_source) << 1;
            out[8..].copy_from_slice(&hash);
        }
    }
    out
}

/// Reads a header.
pub fn parse_header(data: &[u8]) -> Result<Validity, BadHeader> {
    let magic: [u8; 4] = field(data, 0).ok_or(BadHeader::Magic)?;
    if magic != MAGIC {
        return Err(BadHeader::Magic);
    }
    let flags = u32::from_le_bytes(field(data, 4).ok_or(BadHeader::Short)?);
    match flags {
        0 => Ok(Validity::Timestamp {
            mtime: u32::from_le_bytes(field(data, 8).ok_or(BadHeader::Short)?),
            size: u32::from_le_bytes(field(data, 12).ok_or(BadHeader::Short)?),
        }),
        1 | 3 => {
            Ok(Validity::Hash { hash: field(data, 8).ok_or(BadHeader::Short)?, check_source: flags == 3 })
        }
        _ => Err(BadHeader::Flags(flags)),
    }
}

fn field<const N: usize>(data: &[u8], at: usize) -> Option<[u8; N]> {
    data.get(at..at + N)?.try_into().ok()
}

/// `_imp.source_hash`: SipHash-1-3 of the source with the key as `k0` and 0 as `k1`, little-endian.
pub fn source_hash(key: u64, source: &[u8]) -> [u8; 8] {
    siphash13(key, 0, source).to_le_bytes()
}

/// SipHash with one compression round and three finalisation rounds.
pub fn siphash13(k0: u64, k1: u64, data: &[u8]) -> u64 {
    let mut v = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    let mut chunks = data.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().unwrap_or_default());
        v[3] ^= word;
        round(&mut v);
        v[0] ^= word;
    }
    let mut last = [0; 8];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    last[7] = data.len() as u8;
    let word = u64::from_le_bytes(last);
    v[3] ^= word;
    round(&mut v);
    v[0] ^= word;
    v[2] ^= 0xFF;
    (0..3).for_each(|_| round(&mut v));
    v[0] ^ v[1] ^ v[2] ^ v[3]
}

fn round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[2] = v[2].rotate_left(32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_the_reference() {
        // _imp.source_hash(importlib.util._RAW_MAGIC_NUMBER, b"hello world")
        assert_eq!(source_hash(MAGIC_TOKEN.into(), b"hello world"), EXPECTED);
    }

    #[test]
    fn headers_read_back() {
        for validity in [
            Validity::Timestamp { mtime: 7, size: 1 << 31 },
            Validity::Hash { hash: *b"abcdefgh", check_source: true },
            Validity::Hash { hash: *b"abcdefgh", check_source: false },
        ] {
            assert_eq!(parse_header(&header(validity)), Ok(validity));
        }
        assert_eq!(parse_header(b"\x00"), Err(BadHeader::Magic));
    }

    const EXPECTED: [u8; 8] = [111, 163, 138, 128, 21, 78, 72, 228];
}
