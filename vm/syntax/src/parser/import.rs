//! Import statements.

use super::Parser;
use crate::ast::{Alias, Identifier, List, Stmt, StmtKind};
use crate::token::TokenKind;

impl<'a> Parser<'a> {
    pub(super) fn import_stmt(&mut self) -> Option<Stmt<'a>> {
        self.invalid(Self::invalid_import);
        if self.peek() == TokenKind::Import { self.import_name() } else { self.import_from() }
    }

    fn import_name(&mut self) -> Option<Stmt<'a>> {
        let start = self.expect(TokenKind::Import)?;
        let names = self.comma_separated(Self::dotted_as_name)?;
        Some(self.stmt(StmtKind::Import { names: self.arena.list(&names) }, start))
    }

    fn dotted_as_name(&mut self) -> Option<Alias<'a>> {
        let start = self.mark;
        let name = self.dotted_name()?;
        let asname = self.as_name();
        Some(Alias { name, asname, location: self.span(start) })
    }

    /// An `as` and a name, if they are next.
    pub(super) fn as_name(&mut self) -> Option<Identifier<'a>> {
        self.alt(|p| {
            p.expect(TokenKind::As)?;
            p.name_token().map(|(id, _)| id)
        })
    }

    pub(super) fn dotted_name(&mut self) -> Option<Identifier<'a>> {
        let (first, _) = self.name_token()?;
        let rest = self.many0(|p| {
            p.expect(TokenKind::Dot)?;
            p.name_token().map(|(id, _)| id)
        });
        if rest.is_empty() {
            return Some(first);
        }
        Some(self.arena.text(&format!("{first}.{}", rest.join("."))))
    }

    fn import_from(&mut self) -> Option<Stmt<'a>> {
        let start = self.expect(TokenKind::From)?;
        let mut level = 0;
        loop {
            match self.peek() {
                TokenKind::Dot => level += 1,
                TokenKind::Ellipsis => level += 3,
                _ => break,
            }
            self.mark += 1;
        }
        let module = self.dotted_name();
        if module.is_none() && level == 0 {
            return None;
        }
        self.expect(TokenKind::Import)?;
        let names = self.import_from_targets()?;
        let is_future = level == 0 && module == Some("__future__");
        if is_future && names.iter().any(|alias| alias.name == "barry_as_FLUFL") {
            self.options.barry_as_bdfl = true;
        }
        Some(self.stmt(StmtKind::ImportFrom { module, names, level }, start))
    }

    fn import_from_targets(&mut self) -> Option<List<'a, Alias<'a>>> {
        let targets = match self.peek() {
            TokenKind::LPar => self.alt(|p| {
                p.expect(TokenKind::LPar)?;
                let names = p.import_from_as_names()?;
                p.accept(TokenKind::Comma);
                p.expect(TokenKind::RPar)?;
                Some(names)
            }),
            TokenKind::Star => {
                let start = self.mark;
                self.mark += 1;
                Some(self.arena.list(&[Alias { name: "*", asname: None, location: self.span(start) }]))
            }
            _ => self.alt(|p| {
                let names = p.import_from_as_names()?;
                (p.peek() != TokenKind::Comma && !p.failed).then_some(names)
            }),
        };
        if targets.is_none() {
            self.invalid(Self::invalid_import_from_targets);
        }
        targets
    }

    pub(super) fn import_from_as_names(&mut self) -> Option<List<'a, Alias<'a>>> {
        let names = self.comma_separated(|p| {
            let (name, start) = p.name_token()?;
            let asname = p.as_name();
            Some(Alias { name, asname, location: p.span(start) })
        })?;
        Some(self.arena.list(&names))
    }
}
