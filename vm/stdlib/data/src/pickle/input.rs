//! Where an unpickler reads: bytes in memory, or a file, of which no more is taken than was used.

use super::state::unpickling_error;
use objects::protocol::buffer::BytesLike;
use objects::protocol::call;
use objects::raise::Catch;
use objects::types::exceptions as exc;
use objects::types::int::Int;
use objects::{Object, Raised, Ref, Result};

/// How much is looked at in advance in a file that can show it.
const PREFETCH: usize = 128 * 1024;

/// The methods of a file.
#[derive(Clone)]
pub struct File {
    pub read: Ref,
    pub readline: Ref,
    pub peek: Option<Ref>,
}

/// The input and how far it was read.
pub struct Input<'a> {
    data: Data<'a>,
    at: usize,
    file: Option<File>,
    /// From here on the data was only looked at: the file has not moved past it.
    looked_at: usize,
}

enum Data<'a> {
    Borrowed(&'a [u8]),
    Owned(Vec<u8>),
}

impl Data<'_> {
    #[inline]
    fn bytes(&self) -> &[u8] {
        match self {
            Data::Borrowed(bytes) => bytes,
            Data::Owned(bytes) => bytes,
        }
    }
}

#[cold]
fn truncated() -> Raised {
    unpickling_error("pickle data was truncated")
}

impl<'a> Input<'a> {
    pub fn of_bytes(bytes: &'a [u8]) -> Input<'a> {
        Input { data: Data::Borrowed(bytes), at: 0, file: None, looked_at: bytes.len() }
    }

    pub fn of_file(file: File) -> Input<'static> {
        Input { data: Data::Owned(Vec::new()), at: 0, file: Some(file), looked_at: 0 }
    }

    #[inline]
    fn rest(&self) -> &[u8] {
        self.data.bytes().get(self.at..).unwrap_or_default()
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// UnpicklingError at the end; what the file raises.
    #[inline]
    pub fn take(&mut self, count: usize) -> Result<&[u8]> {
        if self.rest().len() < count {
            self.fetch(count)?;
        }
        let start = self.at;
        self.at += count;
        Ok(&self.data.bytes()[start..start + count])
    }

    /// The next bytes as an array.
    ///
    /// # Errors
    /// As [`Input::take`].
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// Sees to it that `count` bytes are there, without taking them.
    ///
    /// # Errors
    /// As [`Input::take`].
    pub fn require(&mut self, count: usize) -> Result<()> {
        if self.rest().len() < count { self.fetch(count) } else { Ok(()) }
    }

    /// Whether nothing is left; for a file that is known only after a failed read.
    #[inline]
    pub fn next_opcode(&mut self) -> Result<Option<u8>> {
        if self.rest().is_empty() {
            match self.fetch(1).catch_truncated()? {
                Some(()) => {}
                None => return Ok(None),
            }
        }
        let opcode = self.rest().first().copied();
        self.at += 1;
        Ok(opcode)
    }

    #[cold]
    fn fetch(&mut self, count: usize) -> Result<()> {
        let Some(file) = self.file.clone() else { return Err(truncated()) };
        // What is left was only looked at, or nothing is left.
        let kept = match self.at < self.looked_at {
            true => self.rest()[..self.looked_at - self.at].to_vec(),
            false => Vec::new(),
        };
        self.skip_used(&file)?;
        if let Some(peek) = file.peek.clone().filter(|_| kept.is_empty() && count < PREFETCH) {
            let length = Int::from_usize(PREFETCH)?;
            match call::call_one_arg(&peek, &length).catch(&exc::NotImplementedError)? {
                None => {
                    if let Some(file) = &mut self.file {
                        file.peek = None;
                    }
                }
                Some(shown) => {
                    let shown = BytesLike::of(&shown)?;
                    let enough = shown.len() >= count;
                    if enough {
                        self.set(shown.to_vec(), 0);
                        return Ok(());
                    }
                }
            }
        }
        let missing = count - kept.len();
        let mut bytes = kept;
        let read = call::call_one_arg(&file.read, &*Int::from_usize(missing)?)?;
        bytes.extend_from_slice(&BytesLike::of(&read)?);
        let length = bytes.len();
        self.set(bytes, length);
        if length < count { Err(truncated()) } else { Ok(()) }
    }

    fn set(&mut self, bytes: Vec<u8>, looked_at: usize) {
        self.data = Data::Owned(bytes);
        self.at = 0;
        self.looked_at = looked_at;
    }

    /// Moves the file past what was looked at and used.
    fn skip_used(&mut self, file: &File) -> Result<()> {
        let used = self.at.saturating_sub(self.looked_at);
        if used > 0 {
            call::call_one_arg(&file.read, &*Int::from_usize(used)?)?;
            self.looked_at = self.at;
        }
        Ok(())
    }

    /// The end: moves the file to where reading stopped.
    ///
    /// # Errors
    /// What the file raises.
    pub fn finish(&mut self) -> Result<()> {
        match self.file.clone() {
            Some(file) => self.skip_used(&file),
            None => Ok(()),
        }
    }

    /// The next line, with its end.
    ///
    /// # Errors
    /// UnpicklingError at the end; what the file raises.
    pub fn line(&mut self) -> Result<&[u8]> {
        let end = self.rest().iter().position(|&byte| byte == b'\n');
        let length = match end {
            Some(end) => end + 1,
            None => {
                let Some(file) = self.file.clone() else { return Err(truncated()) };
                let kept = match self.at < self.looked_at {
                    true => self.rest().to_vec(),
                    false => Vec::new(),
                };
                self.skip_used(&file)?;
                let line = call::call_no_args(&file.readline)?;
                let mut bytes = kept;
                bytes.extend_from_slice(&BytesLike::of(&line)?);
                let length = bytes.len();
                let complete = bytes.last() == Some(&b'\n');
                self.set(bytes, length);
                if !complete {
                    return Err(truncated());
                }
                length
            }
        };
        let start = self.at;
        self.at += length;
        Ok(&self.data.bytes()[start..start + length])
    }
}

/// The end of the input in front of an instruction, as against inside one.
trait CatchTruncated {
    fn catch_truncated(self) -> Result<Option<()>>;
}

impl CatchTruncated for Result<()> {
    fn catch_truncated(self) -> Result<Option<()>> {
        let is_unpickling_error = |exception: &Object| {
            let class = super::state::STATE.unpickling_error.get();
            class
                .and_then(|class| class.downcast::<objects::TypeObject>().ok())
                .is_some_and(|class| exception.class().is_subtype(&class))
        };
        match self {
            Ok(()) => Ok(Some(())),
            Err(raised) => {
                let exception = raised.take();
                match is_unpickling_error(&exception) {
                    true => Ok(None),
                    false => Err(objects::raise::restore(exception)),
                }
            }
        }
    }
}
