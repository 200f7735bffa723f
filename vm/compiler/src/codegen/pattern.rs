//! `match`: structural patterns (PEP 634).
//!
//! A pattern consumes the subject on top of the stack. When it does not match, it jumps to the place in `fail_pop`
//! that pops what the pattern has left on the stack so far: `on_top` items in use, and the captured values, which
//! stay *below* those until the whole pattern has matched and they are stored.

use bytecode::code::Const;
use bytecode::line_table::Location as Loc;
use bytecode::opcodes::Opcode;
use syntax::ast::{
    CmpOp, Expr, ExprContext, ExprKind, List, Location, MatchCase, Operator, Pattern, PatternKind,
};

use crate::error::{Result, place, with_stack};
use crate::fold::{python_equal, repr};
use crate::view::{constant, to_const};

use super::expr::{binary_op, int};
use super::{Compiler, Label};

/// The state of one `case`.
#[derive(Default)]
struct Context<'a> {
    /// Names captured so far, in the order of their values on the stack.
    stores: Vec<&'a str>,
    allow_irrefutable: bool,
    /// Where to jump to pop 0, 1, 2, … items on failure.
    fail_pop: Vec<Label>,
    on_top: usize,
}

impl<'a> Compiler<'a, '_> {
    pub(super) fn match_stmt(&mut self, subject: &'a Expr<'a>, cases: List<'a, MatchCase<'a>>) -> Result {
        self.expr(subject)?;
        let end = self.label();
        let Some((last, others)) = cases.split_last() else { return Ok(()) };
        let has_default = is_wildcard(last.pattern) && !others.is_empty();
        let tried = if has_default { others } else { cases };
        for (i, case) in tried.iter().enumerate() {
            let loc = place(case.pattern.location);
            let is_last = i + 1 == tried.len();
            if !is_last {
                self.op_i(loc, Opcode::COPY, 1);
            }
            let allow_irrefutable = case.guard.is_some() || i + 1 == cases.len();
            let mut pc = Context { allow_irrefutable, ..Context::default() };
            self.pattern(case.pattern, &mut pc)?;
            for name in std::mem::take(&mut pc.stores) {
                self.nameop(loc, name, ExprContext::Store);
            }
            if let Some(guard) = case.guard {
                let fail = self.fail_label(&mut pc, 0);
                self.jump_if(loc, guard, fail, false)?;
            }
            if !is_last {
                self.op(loc, Opcode::POP_TOP);
            }
            self.stmts(case.body)?;
            self.jump(Loc::NONE, Opcode::JUMP, end);
            self.emit_fail_pops(loc, &mut pc);
        }
        if has_default {
            // Shows the line of the default case, which has no code of its own.
            let loc = place(last.pattern.location);
            self.op(loc, Opcode::NOP);
            if let Some(guard) = last.guard {
                self.jump_if(loc, guard, end, false)?;
            }
            self.stmts(last.body)?;
        }
        self.here(end);
        Ok(())
    }

    fn fail_label(&mut self, pc: &mut Context<'a>, pops: usize) -> Label {
        while pc.fail_pop.len() <= pops {
            let label = self.label();
            pc.fail_pop.push(label);
        }
        pc.fail_pop[pops]
    }

    fn jump_to_fail(&mut self, loc: Loc, pc: &mut Context<'a>, op: Opcode) {
        let label = self.fail_label(pc, pc.on_top + pc.stores.len());
        self.jump(loc, op, label);
    }

    fn emit_fail_pops(&mut self, loc: Loc, pc: &mut Context<'a>) {
        let labels = std::mem::take(&mut pc.fail_pop);
        for (i, &label) in labels.iter().enumerate().rev() {
            self.here(label);
            if i > 0 {
                self.op(loc, Opcode::POP_TOP);
            }
        }
    }

    /// Moves the top of the stack below `count - 1` others.
    fn rotate(&mut self, loc: Loc, count: usize) {
        for n in (2..=count).rev() {
            self.op_i(loc, Opcode::SWAP, n as u32);
        }
    }

    fn capture(&mut self, location: Location, name: Option<&'a str>, pc: &mut Context<'a>) -> Result {
        let loc = place(location);
        let Some(name) = name else {
            self.op(loc, Opcode::POP_TOP);
            return Ok(());
        };
        self.check_target(location, name, ExprContext::Store);
        if pc.stores.contains(&name) {
            return self.error(location, format!("multiple assignments to name '{name}' in pattern"));
        }
        self.rotate(loc, pc.on_top + pc.stores.len() + 1);
        pc.stores.push(name);
        Ok(())
    }

    fn pattern(&mut self, p: &'a Pattern<'a>, pc: &mut Context<'a>) -> Result {
        with_stack(|| self.pattern_inner(p, pc))
    }

    /// A pattern inside another may match anything.
    fn subpattern(&mut self, p: &'a Pattern<'a>, pc: &mut Context<'a>) -> Result {
        let allow = std::mem::replace(&mut pc.allow_irrefutable, true);
        self.pattern(p, pc)?;
        pc.allow_irrefutable = allow;
        Ok(())
    }

    fn pattern_inner(&mut self, p: &'a Pattern<'a>, pc: &mut Context<'a>) -> Result {
        let loc = place(p.location);
        match p.kind {
            PatternKind::MatchValue { value } => {
                if !matches!(value.kind(), ExprKind::Constant { .. } | ExprKind::Attribute { .. }) {
                    return self.error(p.location, "patterns may only match literals and attribute lookups");
                }
                self.expr(value)?;
                self.compare_op(loc, CmpOp::Eq);
                self.op(loc, Opcode::TO_BOOL);
                self.jump_to_fail(loc, pc, Opcode::POP_JUMP_IF_FALSE);
                Ok(())
            }
            PatternKind::MatchSingleton { value } => {
                self.load_constant(loc, &value);
                self.compare_op(loc, CmpOp::Is);
                self.jump_to_fail(loc, pc, Opcode::POP_JUMP_IF_FALSE);
                Ok(())
            }
            PatternKind::MatchSequence { patterns } => self.match_sequence(p.location, patterns, pc),
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.match_mapping(p.location, keys, patterns, rest, pc)
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.match_class(p.location, cls, patterns, kwd_attrs, kwd_patterns, pc)
            }
            PatternKind::MatchStar { name } => self.capture(p.location, name, pc),
            PatternKind::MatchAs { pattern: None, name } => {
                if !pc.allow_irrefutable {
                    let msg = match name {
                        Some(name) => format!("name capture '{name}' makes remaining patterns unreachable"),
                        None => "wildcard makes remaining patterns unreachable".into(),
                    };
                    return self.error(p.location, msg);
                }
                self.capture(p.location, name, pc)
            }
            PatternKind::MatchAs { pattern: Some(pattern), name } => {
                pc.on_top += 1;
                self.op_i(loc, Opcode::COPY, 1);
                self.pattern(pattern, pc)?;
                pc.on_top -= 1;
                self.capture(p.location, name, pc)
            }
            PatternKind::MatchOr { patterns } => self.match_or(p.location, patterns, pc),
        }
    }

    // ---------------------------------------------------------------- sequences

    fn match_sequence(
        &mut self,
        location: Location,
        patterns: List<'a, Pattern<'a>>,
        pc: &mut Context<'a>,
    ) -> Result {
        let loc = place(location);
        let mut stars = patterns.iter().enumerate().filter(|(_, p)| is_star(p)).map(|(i, _)| i);
        let star = stars.next();
        if stars.next().is_some() {
            return self.error(location, "multiple starred names in sequence pattern");
        }
        let star_is_wildcard =
            star.is_some_and(|i| matches!(patterns[i].kind, PatternKind::MatchStar { name: None }));
        let only_wildcard = patterns
            .iter()
            .enumerate()
            .all(|(i, p)| if star == Some(i) { star_is_wildcard } else { is_wildcard(p) });
        let size = patterns.len();
        pc.on_top += 1;
        self.op(loc, Opcode::MATCH_SEQUENCE);
        self.jump_to_fail(loc, pc, Opcode::POP_JUMP_IF_FALSE);
        let length = match star {
            None => Some((size, CmpOp::Eq)),
            Some(_) if size > 1 => Some((size - 1, CmpOp::GtE)),
            Some(_) => None,
        };
        if let Some((n, op)) = length {
            self.op(loc, Opcode::GET_LEN);
            self.load_constant(loc, &int(n));
            self.compare_op(loc, op);
            self.jump_to_fail(loc, pc, Opcode::POP_JUMP_IF_FALSE);
        }
        pc.on_top -= 1;
        if only_wildcard {
            self.op(loc, Opcode::POP_TOP);
            Ok(())
        } else if star_is_wildcard {
            self.match_by_index(loc, patterns, star.unwrap_or(0), pc)
        } else {
            self.match_by_unpacking(location, patterns, star, pc)
        }
    }

    fn match_by_unpacking(
        &mut self,
        location: Location,
        patterns: List<'a, Pattern<'a>>,
        star: Option<usize>,
        pc: &mut Context<'a>,
    ) -> Result {
        let loc = place(location);
        let size = patterns.len();
        match star {
            None => self.op_i(loc, Opcode::UNPACK_SEQUENCE, size as u32),
            Some(i) => {
                let after = size - i - 1;
                if i >= 1 << 8 || after >= (i32::MAX >> 8) as usize {
                    return self.error(location, "too many expressions in star-unpacking sequence pattern");
                }
                self.op_i(loc, Opcode::UNPACK_EX, (i + (after << 8)) as u32);
            }
        }
        pc.on_top += size;
        for pattern in patterns {
            pc.on_top -= 1;
            self.subpattern(pattern, pc)?;
        }
        Ok(())
    }

    /// `[first, *_, last]`: reads only the items that matter.
    fn match_by_index(
        &mut self,
        loc: Loc,
        patterns: List<'a, Pattern<'a>>,
        star: usize,
        pc: &mut Context<'a>,
    ) -> Result {
        pc.on_top += 1;
        for (i, pattern) in patterns.iter().enumerate() {
            if is_wildcard(pattern) || i == star {
                continue;
            }
            self.op_i(loc, Opcode::COPY, 1);
            if i < star {
                self.load_constant(loc, &int(i));
            } else {
                // The subject may not know negative indices.
                self.op(loc, Opcode::GET_LEN);
                self.load_constant(loc, &int(patterns.len() - i));
                self.op_i(loc, Opcode::BINARY_OP, binary_op(Operator::Sub));
            }
            self.op(loc, Opcode::BINARY_SUBSCR);
            self.subpattern(pattern, pc)?;
        }
        pc.on_top -= 1;
        self.op(loc, Opcode::POP_TOP);
        Ok(())
    }

    // ---------------------------------------------------------------- classes and mappings

    fn match_class(
        &mut self,
        location: Location,
        class: &'a Expr<'a>,
        patterns: List<'a, Pattern<'a>>,
        attrs: List<'a, &'a str>,
        kwd_patterns: List<'a, Pattern<'a>>,
        pc: &mut Context<'a>,
    ) -> Result {
        let loc = place(location);
        if attrs.len() != kwd_patterns.len() {
            let (n, m) = (attrs.len(), kwd_patterns.len());
            let msg = format!("kwd_attrs ({n}) / kwd_patterns ({m}) length mismatch in class pattern");
            return self.error(location, msg);
        }
        for (i, attr) in attrs.iter().enumerate() {
            self.check_target(kwd_patterns[i].location, attr, ExprContext::Store);
            if let Some(j) = attrs.iter().skip(i + 1).position(|other| other == attr) {
                let at = kwd_patterns[i + 1 + j].location;
                return self.error(at, format!("attribute name repeated in class pattern: {attr}"));
            }
        }
        self.expr(class)?;
        self.load_names(loc, attrs.iter().copied());
        self.op_i(loc, Opcode::MATCH_CLASS, patterns.len() as u32);
        self.op_i(loc, Opcode::COPY, 1);
        self.load_const(loc, Const::None);
        self.op_i(loc, Opcode::IS_OP, 1);
        pc.on_top += 1;
        self.jump_to_fail(loc, pc, Opcode::POP_JUMP_IF_FALSE);
        let total = patterns.len() + attrs.len();
        self.op_i(loc, Opcode::UNPACK_SEQUENCE, total as u32);
        pc.on_top = pc.on_top + total - 1;
        for pattern in patterns.iter().chain(kwd_patterns) {
            pc.on_top -= 1;
            if is_wildcard(pattern) {
                self.op(loc, Opcode::POP_TOP);
            } else {
                self.subpattern(pattern, pc)?;
            }
        }
        Ok(())
    }

    fn match_mapping(
        &mut self,
        location: Location,
        keys: List<'a, &'a Expr<'a>>,
        patterns: List<'a, Pattern<'a>>,
        rest: Option<&'a str>,
        pc: &mut Context<'a>,
    ) -> Result {
        let loc = place(location);
        let size = keys.len();
        if size != patterns.len() {
            let msg =
                format!("keys ({size}) / patterns ({}) length mismatch in mapping pattern", patterns.len());
            return self.error(location, msg);
        }
        pc.on_top += 1;
        self.op(loc, Opcode::MATCH_MAPPING);
        self.jump_to_fail(loc, pc, Opcode::POP_JUMP_IF_FALSE);
        if size == 0 && rest.is_none() {
            pc.on_top -= 1;
            self.op(loc, Opcode::POP_TOP);
            return Ok(());
        }
        if size > 0 {
            self.op(loc, Opcode::GET_LEN);
            self.load_constant(loc, &int(size));
            self.compare_op(loc, CmpOp::GtE);
            self.jump_to_fail(loc, pc, Opcode::POP_JUMP_IF_FALSE);
        }
        self.mapping_keys(location, keys)?;
        self.op_i(loc, Opcode::BUILD_TUPLE, size as u32);
        self.op(loc, Opcode::MATCH_KEYS);
        pc.on_top += 2;
        self.op_i(loc, Opcode::COPY, 1);
        self.load_const(loc, Const::None);
        self.op_i(loc, Opcode::IS_OP, 1);
        self.jump_to_fail(loc, pc, Opcode::POP_JUMP_IF_FALSE);
        self.op_i(loc, Opcode::UNPACK_SEQUENCE, size as u32);
        pc.on_top = pc.on_top + size - 1;
        for pattern in patterns {
            pc.on_top -= 1;
            self.subpattern(pattern, pc)?;
        }
        pc.on_top -= 2;
        let Some(rest) = rest else {
            self.op(loc, Opcode::POP_TOP);
            self.op(loc, Opcode::POP_TOP);
            return Ok(());
        };
        // rest = dict(subject), less the keys
        self.op_i(loc, Opcode::BUILD_MAP, 0);
        self.op_i(loc, Opcode::SWAP, 3);
        self.op_i(loc, Opcode::DICT_UPDATE, 2);
        self.op_i(loc, Opcode::UNPACK_SEQUENCE, size as u32);
        for n in (1..=size).rev() {
            self.op_i(loc, Opcode::COPY, n as u32 + 1);
            self.op_i(loc, Opcode::SWAP, 2);
            self.op(loc, Opcode::DELETE_SUBSCR);
        }
        self.capture(location, Some(rest), pc)
    }

    fn mapping_keys(&mut self, location: Location, keys: List<'a, &'a Expr<'a>>) -> Result {
        let mut seen: Vec<Const> = Vec::new();
        for key in keys {
            if let Some(value) = constant(key) {
                let value = to_const(&value);
                if seen.iter().any(|known| python_equal(known, &value)) {
                    let msg = format!("mapping pattern checks duplicate key ({})", repr(&value));
                    return self.error(location, msg);
                }
                seen.push(value);
            } else if !matches!(key.kind(), ExprKind::Attribute { .. }) {
                let msg = "mapping pattern keys may only match literals and attribute lookups";
                return self.error(location, msg);
            }
            self.expr(key)?;
        }
        Ok(())
    }

    // ---------------------------------------------------------------- alternatives

    fn match_or(
        &mut self,
        location: Location,
        patterns: List<'a, Pattern<'a>>,
        pc: &mut Context<'a>,
    ) -> Result {
        let end = self.label();
        let outer = std::mem::take(pc);
        // The names that the first alternative binds: the others must bind the same.
        let mut control: Vec<&'a str> = Vec::new();
        for (i, alternative) in patterns.iter().enumerate() {
            let loc = place(alternative.location);
            *pc = Context {
                allow_irrefutable: i + 1 == patterns.len() && outer.allow_irrefutable,
                ..Context::default()
            };
            self.op_i(loc, Opcode::COPY, 1);
            self.pattern(alternative, pc)?;
            if i == 0 {
                control.clone_from(&pc.stores);
            } else if pc.stores.len() != control.len() {
                return self.error(location, "alternative patterns bind different names");
            } else {
                self.reorder(location, loc, &control, &mut pc.stores)?;
            }
            self.jump(loc, Opcode::JUMP, end);
            self.emit_fail_pops(loc, pc);
        }
        *pc = outer;
        let loc = place(location);
        self.op(loc, Opcode::POP_TOP);
        self.jump_to_fail(loc, pc, Opcode::JUMP);
        self.here(end);
        let rotations = control.len() + 1 + pc.on_top + pc.stores.len();
        for name in control {
            self.rotate(loc, rotations);
            if pc.stores.contains(&name) {
                return self.error(location, format!("multiple assignments to name '{name}' in pattern"));
            }
            pc.stores.push(name);
        }
        self.op(loc, Opcode::POP_TOP);
        Ok(())
    }

    /// Brings the values on the stack in the order of the first alternative's names.
    fn reorder(
        &mut self,
        location: Location,
        loc: Loc,
        control: &[&'a str],
        stores: &mut Vec<&'a str>,
    ) -> Result {
        for (wanted, name) in control.iter().enumerate().rev() {
            let Some(found) = stores.iter().position(|n| n == name) else {
                return self.error(location, "alternative patterns bind different names");
            };
            if found == wanted {
                continue;
            }
            let rotations = found + 1;
            let rotated: Vec<_> = stores.drain(..rotations).collect();
            let to = wanted - found;
            stores.splice(to..to, rotated);
            for _ in 0..rotations {
                self.rotate(loc, wanted + 1);
            }
        }
        Ok(())
    }
}

fn is_wildcard(p: &Pattern<'_>) -> bool {
    matches!(p.kind, PatternKind::MatchAs { name: None, .. })
}

fn is_star(p: &Pattern<'_>) -> bool {
    matches!(p.kind, PatternKind::MatchStar { .. })
}
