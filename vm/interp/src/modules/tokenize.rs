//! `_tokenize`: the lexer's tokens for `tokenize`.
//!
//! The lines are read when the first token is asked for; what reading them raises comes after the tokens of the lines before.

use crate::compile::error::{issue, raise_syntax_error};
use core::cell::{Cell, RefCell};
use core::ptr::NonNull;
use objects::args::IntoPy;
use objects::protocol::call;
use objects::raise::Catch;
use objects::types::bytes::Bytes;
use objects::types::exceptions as exc;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, codecs, raise};
use syntax::Arena;
use syntax::tokenize::TokenizerIter as Tokens;

/// Warnings and errors name no file.
const FILENAME: &str = "<string>";

/// A lexer with the arena that it borrows from.
struct Lexing {
    /// Dropped before the arena, as fields are dropped in order.
    tokens: Tokens<'static>,
    _arena: OwnArena,
}

impl Lexing {
    fn new(text: &[u8], extra_tokens: bool) -> Box<Lexing> {
        let arena = NonNull::from(Box::leak(Box::new(Arena::with_capacity(text.len()))));
        // SAFETY: the arena lives as long as the struct, and nothing borrowed from it leaves that.
        let tokens = Tokens::new(unsafe { arena.as_ref() }, text, extra_tokens);
        Box::new(Lexing { tokens, _arena: OwnArena(arena) })
    }
}

/// An arena behind a pointer, so that moving the owner does not touch what is borrowed.
struct OwnArena(NonNull<Arena>);

impl Drop for OwnArena {
    fn drop(&mut self) {
        // SAFETY: made by `Box::leak` in `Lexing::new`; whoever borrowed from it is gone.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// `tokenizeriterobject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct TokenizerIter {
    ob_base: Object,
    readline: Slot,
    encoding: Slot<Str>,
    extra_tokens: Cell<bool>,
    /// What reading the lines raised.
    read_error: Slot,
    /// The text of the line that the last token was on, which most tokens share.
    line: Slot<Str>,
    #[trace(skip)]
    lexing: RefCell<Option<Box<Lexing>>>,
    started: Cell<bool>,
}

#[macros::pytype(name = "TokenizerIter", module = "_tokenize", static_name = TOKENIZER_ITER, gc, iter = objects::slots::self_iter,
    getattro = objects::attrs::generic_getattro)]
impl TokenizerIter {
    #[new("tokenizeriter(readline, /, *, encoding=None, extra_tokens)")]
    fn new(
        class: &TypeObject,
        readline: &Object,
        encoding: Option<&Str>,
        extra_tokens: bool,
    ) -> Result<Ref<TokenizerIter>> {
        let iter = TokenizerIter {
            ob_base: Object::HEAD,
            readline: Slot::new(readline.to_ref()),
            encoding: Slot::from_option(encoding.map(Instance::to_ref)),
            extra_tokens: Cell::new(extra_tokens),
            read_error: Slot::empty(),
            line: Slot::empty(),
            lexing: RefCell::new(None),
            started: Cell::new(false),
        };
        Ref::new_in(class, iter)
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        if !self.started.replace(true) {
            let mut text = Vec::new();
            if let Err(raised) = self.read_lines(&mut text) {
                self.read_error.set(Some(raised.take()));
            }
            let lexing = Lexing::new(&text, self.extra_tokens.get());
            self.lexing.replace(Some(lexing));
        }
        // Taken out: a warning runs Python code that could come here again.
        let Some(mut lexing) = self.lexing.take() else { return Err(end()) };
        let token = lexing.tokens.next();
        for warning in lexing.tokens.take_warnings() {
            issue(&warning, FILENAME)?;
        }
        let at_end = lexing.tokens.at_end();
        if at_end && let Some(exception) = self.read_error.take() {
            return Err(raise::restore(exception));
        }
        let token = match token {
            None => return Err(end()),
            Some(Err(error)) => return Err(raise_syntax_error(&error, FILENAME, None)),
            Some(Ok(token)) => token,
        };
        self.lexing.replace(Some(lexing));
        let line = match self.line.get() {
            Some(line) if line.equals_text(&token.line) => line,
            _ => {
                let line = Str::new(&token.line)?;
                self.line.set(Some(line.clone()));
                line
            }
        };
        (i32::from(token.kind), token.text, token.start, token.end, line).into_py().map(Some)
    }

    /// All lines, in UTF-8.
    fn read_lines(&self, text: &mut Vec<u8>) -> Result<()> {
        let Some(readline) = self.readline.get() else { return Ok(()) };
        let encoding = self.encoding.get();
        while let Some(line) = call::call_no_args(&readline).catch(&exc::StopIteration)? {
            let line = match &encoding {
                None => line
                    .downcast::<Str>()
                    .map_err(|_| raise!(TypeError, "readline() returned a non-string object"))?,
                Some(encoding) => {
                    if line.cast::<Bytes>().is_none() {
                        return Err(raise!(TypeError, "readline() returned a non-bytes object"));
                    }
                    codecs::decode(&line, Some(encoding.to_str()?), Some("replace"))?
                }
            };
            let line = line.to_str()?;
            if line.is_empty() {
                break;
            }
            text.extend_from_slice(line.as_bytes());
        }
        Ok(())
    }
}

/// The end of the iteration, which carries a text.
#[cold]
fn end() -> objects::Raised {
    raise!(StopIteration, "EOF")
}

#[macros::pymodule(name = "_tokenize", classes(super::TokenizerIter))]
pub mod module {}
