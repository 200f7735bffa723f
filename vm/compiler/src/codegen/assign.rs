//! Unpacking, augmented and annotated assignment, subscripts and slices.

use bytecode::code::Const;
use bytecode::line_table::Location as Loc;
use bytecode::opcodes::Opcode;
use syntax::ast::{Expr, ExprContext, ExprKind, List, Location, Operator, Stmt};

use crate::error::{Result, place};

use super::call::at_attribute;
use super::expr::inplace_op;
use super::{Compiler, at};

impl<'a> Compiler<'a, '_> {
    /// Assigns the top of the stack to the targets of a list or tuple.
    pub(super) fn unpack(&mut self, location: Location, elts: List<'a, &'a Expr<'a>>) -> Result {
        let loc = place(location);
        let mut starred = elts.iter().enumerate().filter(|(_, e)| crate::view::is_starred(e)).map(|(i, _)| i);
        match starred.next() {
            None => self.op_i(loc, Opcode::UNPACK_SEQUENCE, elts.len() as u32),
            Some(i) => {
                let after = elts.len() - i - 1;
                if i >= 1 << 8 || after >= (i32::MAX >> 8) as usize {
                    return self.error(location, "too many expressions in star-unpacking assignment");
                }
                self.op_i(loc, Opcode::UNPACK_EX, (i + (after << 8)) as u32);
                if starred.next().is_some() {
                    return self.error(location, "multiple starred expressions in assignment");
                }
            }
        }
        for e in elts {
            match e.kind() {
                ExprKind::Starred { value, .. } => self.expr(value)?,
                _ => self.expr(e)?,
            }
        }
        Ok(())
    }

    pub(super) fn aug_assign(
        &mut self,
        s: &'a Stmt<'a>,
        target: &'a Expr<'a>,
        op: Operator,
        value: &'a Expr<'a>,
    ) -> Result {
        let loc = at(target);
        match target.kind() {
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value)?;
                self.op_i(loc, Opcode::COPY, 1);
                let loc = place(at_attribute(target.location, target, attr));
                self.attr_op(loc, Opcode::LOAD_ATTR, attr);
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value)?;
                if let Some((lower, upper)) = two_parts(slice) {
                    self.slice_parts(at(slice), lower, upper)?;
                    for _ in 0..3 {
                        self.op_i(loc, Opcode::COPY, 3);
                    }
                    self.op(loc, Opcode::BINARY_SLICE);
                } else {
                    self.expr(slice)?;
                    self.op_i(loc, Opcode::COPY, 2);
                    self.op_i(loc, Opcode::COPY, 2);
                    self.op(loc, Opcode::BINARY_SUBSCR);
                }
            }
            ExprKind::Name { id, .. } => self.nameop(loc, id, ExprContext::Load),
            _ => return self.error(target.location, "invalid node type for augmented assignment"),
        }
        self.expr(value)?;
        self.op_i(place(s.location), Opcode::BINARY_OP, inplace_op(op));
        match target.kind() {
            ExprKind::Attribute { attr, .. } => {
                let loc = place(at_attribute(target.location, target, attr));
                self.op_i(loc, Opcode::SWAP, 2);
                self.attr_op(loc, Opcode::STORE_ATTR, attr);
            }
            ExprKind::Subscript { slice, .. } if two_parts(slice).is_some() => {
                for n in [4, 3, 2] {
                    self.op_i(loc, Opcode::SWAP, n);
                }
                self.op(loc, Opcode::STORE_SLICE);
            }
            ExprKind::Subscript { .. } => {
                self.op_i(loc, Opcode::SWAP, 3);
                self.op_i(loc, Opcode::SWAP, 2);
                self.op(loc, Opcode::STORE_SUBSCR);
            }
            ExprKind::Name { id, .. } => self.nameop(loc, id, ExprContext::Store),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn ann_assign(
        &mut self,
        s: &'a Stmt<'a>,
        target: &'a Expr<'a>,
        annotation: &'a Expr<'a>,
        value: Option<&'a Expr<'a>>,
        simple: bool,
    ) -> Result {
        let loc = place(s.location);
        if let Some(value) = value {
            self.expr(value)?;
            self.expr(target)?;
        }
        if let ExprKind::Name { id: name, .. } | ExprKind::Attribute { attr: name, .. } = target.kind() {
            self.check_target(s.location, name, ExprContext::Store);
        }
        match target.kind() {
            ExprKind::Name { id, .. } if simple && self.stores_annotations() => {
                if self.future_annotations() {
                    self.annotation_text(annotation);
                } else {
                    self.expr(annotation)?;
                }
                self.attr_op(loc, Opcode::LOAD_NAME, "__annotations__");
                let name = self.mangled_text(id);
                self.load_str(loc, &name);
                self.op(loc, Opcode::STORE_SUBSCR);
            }
            ExprKind::Attribute { value: object, .. } if value.is_none() => self.evaluate(object)?,
            ExprKind::Subscript { value: object, slice, .. } if value.is_none() => {
                self.evaluate(object)?;
                self.evaluate_index(slice)?;
            }
            _ => {}
        }
        if !simple && !self.future_annotations() && self.stores_annotations() {
            self.evaluate(annotation)?;
        }
        Ok(())
    }

    /// Evaluates and drops.
    fn evaluate(&mut self, e: &'a Expr<'a>) -> Result {
        self.expr(e)?;
        self.op(at(e), Opcode::POP_TOP);
        Ok(())
    }

    fn evaluate_index(&mut self, e: &'a Expr<'a>) -> Result {
        match e.kind() {
            ExprKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().flatten().try_for_each(|part| self.evaluate(part))
            }
            ExprKind::Tuple { elts, .. } => elts.iter().try_for_each(|e| self.evaluate_index(e)),
            _ => self.evaluate(e),
        }
    }

    pub(super) fn subscript(
        &mut self,
        location: Location,
        value: &'a Expr<'a>,
        slice: &'a Expr<'a>,
        ctx: ExprContext,
    ) -> Result {
        let loc = place(location);
        if ctx == ExprContext::Load {
            self.check_subscripter(value)?;
            self.check_index(value, slice)?;
        }
        self.expr(value)?;
        if ctx != ExprContext::Del
            && let Some((lower, upper)) = two_parts(slice)
        {
            self.slice_parts(at(slice), lower, upper)?;
            let op = if ctx == ExprContext::Load { Opcode::BINARY_SLICE } else { Opcode::STORE_SLICE };
            self.op(loc, op);
            return Ok(());
        }
        self.expr(slice)?;
        self.op(
            loc,
            match ctx {
                ExprContext::Load => Opcode::BINARY_SUBSCR,
                ExprContext::Store => Opcode::STORE_SUBSCR,
                ExprContext::Del => Opcode::DELETE_SUBSCR,
            },
        );
        Ok(())
    }

    pub(super) fn slice(
        &mut self,
        loc: Loc,
        lower: Option<&'a Expr<'a>>,
        upper: Option<&'a Expr<'a>>,
        step: Option<&'a Expr<'a>>,
    ) -> Result {
        self.slice_parts(loc, lower, upper)?;
        if let Some(step) = step {
            self.expr(step)?;
        }
        self.op_i(loc, Opcode::BUILD_SLICE, 2 + u32::from(step.is_some()));
        Ok(())
    }

    fn slice_parts(&mut self, loc: Loc, lower: Option<&'a Expr<'a>>, upper: Option<&'a Expr<'a>>) -> Result {
        for part in [lower, upper] {
            match part {
                Some(e) => self.expr(e)?,
                None => self.load_const(loc, Const::None),
            }
        }
        Ok(())
    }
}

/// The ends of a slice without step.
#[allow(clippy::type_complexity)]
fn two_parts<'a>(slice: &Expr<'a>) -> Option<(Option<&'a Expr<'a>>, Option<&'a Expr<'a>>)> {
    if let ExprKind::Slice { lower, upper, step: None } = slice.kind() { Some((lower, upper)) } else { None }
}
