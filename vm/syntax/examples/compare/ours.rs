//! What this parser makes of a source, in the oracle's words.

use crate::dump::dump;
use std::fmt::Write;
use std::time::Instant;
use syntax::ast::{Constant, Expr, ExprKind, Location, Mod, Stmt, StmtKind, Wtf8};
use syntax::source::{NoCodecs, decode};
use syntax::tokenize::TokenizerIter;
use syntax::unparse::unparse;
use syntax::{Arena, Mode, NO_POSITION, Options, SyntaxError, parse};

/// How to parse a source.
struct Request {
    name: String,
    mode: Mode,
    is_text: bool,
    options: Options,
}

fn request(text: &str) -> Request {
    let mut parts = text.split(':');
    let name = parts.next().unwrap_or_default();
    let flags = parts.next().and_then(|flags| u32::from_str_radix(flags.trim_start_matches("0x"), 16).ok());
    let flags = flags.unwrap_or_default();
    let version = parts.next().and_then(|version| version.parse().ok());
    let mode = match name.strip_suffix("-text").unwrap_or(name) {
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        "func_type" => Mode::FuncType,
        _ => Mode::Exec,
    };
    let options = Options {
        type_comments: flags & 0x1000 != 0,
        allow_incomplete_input: flags & 0x4000 != 0,
        dont_imply_dedent: flags & 0x200 != 0,
        feature_version: version.unwrap_or(13),
        ..Options::default()
    };
    Request { name: name.to_owned(), mode, is_text: name.ends_with("-text"), options }
}

/// The seconds that parsing takes.
pub fn time(mode: &str, source: &[u8]) -> f64 {
    let Request { mode, is_text, options, .. } = request(mode);
    let start = Instant::now();
    let arena = Arena::new();
    if is_text {
        let _ = parse(&arena, source, mode, &options);
    } else if let Ok(decoded) = decode(source, true, &NoCodecs) {
        let _ = parse(&arena, &decoded.text, mode, &options);
    }
    start.elapsed().as_secs_f64()
}

/// The tree or the error, and the warnings.
pub fn answer(mode: &str, source: &[u8]) -> String {
    let Request { name, mode, is_text, options } = request(mode);
    if source.contains(&0) {
        return "SyntaxError: 'source code string cannot contain null bytes' (None, None, None, None, None)"
            .to_owned();
    }
    let arena = Arena::new();
    match name.as_str() {
        "tokens-text" => return tokens(&arena, source),
        "unparse-text" => return annotation(&arena, source),
        _ => {}
    }
    let parsed = if is_text {
        parse(&arena, source, mode, &options)
    } else {
        match decode(source, true, &NoCodecs) {
            Ok(decoded) => parse(&arena, &decoded.text, mode, &options),
            Err(error) => return error_text(&error),
        }
    };
    let mut text = match &parsed.result {
        Ok(tree) => dump(tree),
        Err(error) => error_text(error),
    };
    for warning in &parsed.warnings {
        let _ = write!(text, "\n{:?}: {} {}", warning.kind, ascii(&warning.error.msg), warning.error.lineno);
    }
    text
}

fn tokens(arena: &Arena, source: &[u8]) -> String {
    let mut lines = Vec::new();
    let mut tokens = TokenizerIter::new(arena, source, true);
    for token in tokens.by_ref() {
        match token {
            Ok(token) => lines.push(format!(
                "({}, {}, {:?}, {:?}, {})",
                token.kind,
                ascii(&token.text),
                token.start,
                token.end,
                ascii(&token.line)
            )),
            Err(error) => return error_text(&error),
        }
    }
    let mut text = lines.join("\n");
    for warning in tokens.take_warnings() {
        let _ = write!(text, "\n{:?}: {} {}", warning.kind, ascii(&warning.error.msg), warning.error.lineno);
    }
    text
}

fn annotation(arena: &Arena, source: &[u8]) -> String {
    let text = [b"x: (\n", source, b"\n)"].concat();
    match parse(arena, &text, Mode::Exec, &Options::default()).result {
        Ok(Mod::Module { body: [Stmt { kind: StmtKind::AnnAssign { annotation, .. }, .. }], .. }) => {
            ascii(&unparse(annotation, 1000).unwrap_or_default())
        }
        Ok(_) => "no annotation".to_owned(),
        Err(error) => error_text(&error),
    }
}

fn error_text(error: &SyntaxError) -> String {
    if !error.kind.is_syntax_error() {
        return format!("{}: {}", error.kind.name(), ascii(&error.msg));
    }
    if error.offset == -1 {
        return format!("{}: {} (0, -1, None, None, None)", error.kind.name(), ascii(&error.msg));
    }
    format!(
        "{}: {} ({}, {}, {}, {}, {})",
        error.kind.name(),
        ascii(&error.msg),
        error.lineno,
        error.offset,
        position(error.end_lineno),
        position(error.end_offset),
        error.text.as_deref().map_or("None".to_owned(), ascii)
    )
}

fn position(value: i32) -> String {
    if value == NO_POSITION { "None".to_owned() } else { value.to_string() }
}

/// The `ascii` of a string, taken from the dump of a tree that holds it.
fn ascii(text: &str) -> String {
    let kind = ExprKind::Constant { value: Constant::Str(Wtf8::from(text)), kind: None };
    let expr = Expr::new(kind, Location::default());
    let body = [Stmt { kind: StmtKind::Expr { value: &expr }, location: Location::default() }];
    let text = dump(&Mod::Interactive { body: &body });
    let start = text.find("value=Constant(value=").map_or(0, |at| at + "value=Constant(value=".len());
    let end =
        text.rfind(", lineno=0, col_offset=0, end_lineno=0, end_col_offset=0), lineno").unwrap_or(text.len());
    text.get(start..end).unwrap_or_default().to_owned()
}
