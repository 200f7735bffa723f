//! Expressions: operators, displays, comparisons, conditions, formatted strings.

use bytecode::code::Const;
use bytecode::line_table::Location as Loc;
use bytecode::opcodes::{INPLACE, Opcode, intrinsic, resume};
use syntax::ast::{
    BoolOp, CmpOp, Constant, Expr, ExprContext, ExprKind, Int, List, Location, Operator, UnaryOp,
};

use crate::error::{Result, place, with_stack};
use crate::view::{constant, is_starred, to_const, view};

use super::comp::CompKind;
use super::{Compiler, Label, STACK_USE_GUIDELINE, UnitKind, at};

/// The instructions that build a display.
#[derive(Clone, Copy)]
pub(super) struct Display {
    build: Opcode,
    add: Opcode,
    extend: Opcode,
    tuple: bool,
}

const LIST: Display = Display {
    build: Opcode::BUILD_LIST,
    add: Opcode::LIST_APPEND,
    extend: Opcode::LIST_EXTEND,
    tuple: false,
};
const SET: Display =
    Display { build: Opcode::BUILD_SET, add: Opcode::SET_ADD, extend: Opcode::SET_UPDATE, tuple: false };
pub(super) const TUPLE: Display = Display { tuple: true, ..LIST };

impl<'a> Compiler<'a, '_> {
    pub(super) fn exprs(&mut self, list: List<'a, &'a Expr<'a>>) -> Result {
        list.iter().try_for_each(|e| self.expr(e))
    }

    pub(super) fn expr(&mut self, e: &'a Expr<'a>) -> Result {
        with_stack(|| self.expr_inner(e))
    }

    fn expr_inner(&mut self, e: &'a Expr<'a>) -> Result {
        let (kind, location) = view(e);
        let loc = place(location);
        match kind {
            ExprKind::NamedExpr { target, value } => {
                self.expr(value)?;
                self.op_i(loc, Opcode::COPY, 1);
                self.expr(target)?;
            }
            ExprKind::BoolOp { op, values } => self.bool_op(loc, op, values)?,
            ExprKind::BinOp { left, op, right } => {
                self.expr(left)?;
                self.expr(right)?;
                self.op_i(loc, Opcode::BINARY_OP, binary_op(op));
            }
            ExprKind::UnaryOp { op, operand } => {
                self.expr(operand)?;
                match op {
                    UnaryOp::UAdd => {
                        self.op_i(loc, Opcode::CALL_INTRINSIC_1, intrinsic::INTRINSIC_UNARY_POSITIVE);
                    }
                    UnaryOp::Not => {
                        self.op(loc, Opcode::TO_BOOL);
                        self.op(loc, Opcode::UNARY_NOT);
                    }
                    UnaryOp::Invert => self.op(loc, Opcode::UNARY_INVERT),
                    UnaryOp::USub => self.op(loc, Opcode::UNARY_NEGATIVE),
                }
            }
            ExprKind::Lambda { args, body } => self.lambda(e, args, body)?,
            ExprKind::IfExp { test, body, orelse } => {
                let (end, next) = (self.label(), self.label());
                self.jump_if(loc, test, next, false)?;
                self.expr(body)?;
                self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, end);
                self.here(next);
                self.expr(orelse)?;
                self.here(end);
            }
            ExprKind::Dict { keys, values } => self.dict(loc, keys, values)?,
            ExprKind::Set { elts } => self.display(loc, elts, None, 0, SET)?,
            ExprKind::ListComp { elt, generators } => {
                self.comprehension(e, CompKind::List, generators, elt, None)?;
            }
            ExprKind::SetComp { elt, generators } => {
                self.comprehension(e, CompKind::Set, generators, elt, None)?
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension(e, CompKind::Dict, generators, key, Some(value))?;
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension(e, CompKind::Generator, generators, elt, None)?;
            }
            ExprKind::Yield { value } => self.yield_expr(location, value)?,
            ExprKind::YieldFrom { value } => {
                if !self.block().is_function_like() {
                    return self.error(location, "'yield from' outside function");
                }
                if self.unit_ref().kind == UnitKind::AsyncFunction {
                    return self.error(location, "'yield from' inside async function");
                }
                self.expr(value)?;
                self.op(loc, Opcode::GET_YIELD_FROM_ITER);
                self.load_const(loc, Const::None);
                self.yield_from(loc, false);
            }
            ExprKind::Await { value } => {
                self.expr(value)?;
                self.await_value(loc, 0);
            }
            ExprKind::Compare { left, ops, comparators } => self.compare(location, left, ops, comparators)?,
            ExprKind::Call { func, args, keywords } => self.call(e, func, args, keywords)?,
            ExprKind::Constant { value, .. } => self.load_constant(loc, &value),
            ExprKind::JoinedStr { values } => self.joined_str(loc, values)?,
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(loc, value, conversion, format_spec)?;
            }
            ExprKind::Attribute { value, attr, ctx } => self.attribute(e, value, attr, ctx)?,
            ExprKind::Subscript { value, slice, ctx } => self.subscript(location, value, slice, ctx)?,
            ExprKind::Starred { ctx, .. } => {
                let msg = match ctx {
                    ExprContext::Store => "starred assignment target must be in a list or tuple",
                    _ => "can't use starred expression here",
                };
                return self.error(location, msg);
            }
            ExprKind::Slice { lower, upper, step } => self.slice(loc, lower, upper, step)?,
            ExprKind::Name { id, ctx } => self.nameop(loc, id, ctx),
            ExprKind::List { elts, ctx } => self.sequence(location, elts, ctx, LIST)?,
            ExprKind::Tuple { elts, ctx } => self.sequence(location, elts, ctx, TUPLE)?,
        }
        Ok(())
    }

    fn yield_expr(&mut self, location: Location, value: Option<&'a Expr<'a>>) -> Result {
        if !self.block().is_function_like() {
            return self.error(location, "'yield' outside function");
        }
        let loc = place(location);
        match value {
            Some(value) => self.expr(value)?,
            None => self.load_const(loc, Const::None),
        }
        self.yield_value(loc);
        Ok(())
    }

    /// Yields the top of the stack.
    pub(super) fn yield_value(&mut self, loc: Loc) {
        let block = self.block();
        if block.generator && block.coroutine {
            self.op_i(loc, Opcode::CALL_INTRINSIC_1, intrinsic::INTRINSIC_ASYNC_GEN_WRAP);
        }
        self.op_i(loc, Opcode::YIELD_VALUE, 0);
        self.op_i(loc, Opcode::RESUME, resume::AFTER_YIELD);
    }

    fn bool_op(&mut self, loc: Loc, op: BoolOp, values: List<'a, &'a Expr<'a>>) -> Result {
        let Some((last, others)) = values.split_last() else { return Ok(()) };
        let jump = if op == BoolOp::And { Opcode::POP_JUMP_IF_FALSE } else { Opcode::POP_JUMP_IF_TRUE };
        let end = self.label();
        for value in others {
            self.expr(value)?;
            self.op_i(loc, Opcode::COPY, 1);
            self.op(loc, Opcode::TO_BOOL);
            self.jump(loc, jump, end);
            self.op(loc, Opcode::POP_TOP);
        }
        self.expr(last)?;
        self.here(end);
        Ok(())
    }

    // ---------------------------------------------------------------- conditions

    /// Jumps to `next` if the condition's truth is `cond`.
    pub(super) fn jump_if(&mut self, loc: Loc, e: &'a Expr<'a>, next: Label, cond: bool) -> Result {
        with_stack(|| self.jump_if_inner(loc, e, next, cond))
    }

    fn jump_if_inner(&mut self, loc: Loc, e: &'a Expr<'a>, next: Label, cond: bool) -> Result {
        match view(e).0 {
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => {
                return self.jump_if(loc, operand, next, !cond);
            }
            ExprKind::BoolOp { op, values } => {
                let Some((last, others)) = values.split_last() else { return Ok(()) };
                let is_or = op == BoolOp::Or;
                let inner = if is_or == cond { next } else { self.label() };
                for value in others {
                    self.jump_if(loc, value, inner, is_or)?;
                }
                self.jump_if(loc, last, next, cond)?;
                if inner != next {
                    self.here(inner);
                }
                return Ok(());
            }
            ExprKind::IfExp { test, body, orelse } => {
                let (end, otherwise) = (self.label(), self.label());
                self.jump_if(loc, test, otherwise, false)?;
                self.jump_if(loc, body, next, cond)?;
                self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, end);
                self.here(otherwise);
                self.jump_if(loc, orelse, next, cond)?;
                self.here(end);
                return Ok(());
            }
            ExprKind::Compare { left, ops, comparators }
                if ops.len() > 1 && ops.len() == comparators.len() =>
            {
                return self.jump_if_chain(e, (left, ops, comparators), next, cond);
            }
            _ => {}
        }
        self.expr(e)?;
        self.op(at(e), Opcode::TO_BOOL);
        self.jump(at(e), pop_jump_if(cond), next);
        Ok(())
    }

    fn jump_if_chain(
        &mut self,
        e: &'a Expr<'a>,
        (left, ops, comparators): (&'a Expr<'a>, List<'a, CmpOp>, List<'a, &'a Expr<'a>>),
        next: Label,
        cond: bool,
    ) -> Result {
        let loc = at(e);
        self.check_compare(e.location, left, ops, comparators)?;
        let cleanup = self.label();
        self.expr(left)?;
        let last = ops.len() - 1;
        for (op, comparator) in ops.iter().zip(comparators).take(last) {
            self.expr(comparator)?;
            self.op_i(loc, Opcode::SWAP, 2);
            self.op_i(loc, Opcode::COPY, 2);
            self.compare_op(loc, *op);
            self.op(loc, Opcode::TO_BOOL);
            self.jump(loc, Opcode::POP_JUMP_IF_FALSE, cleanup);
        }
        self.expr(comparators[last])?;
        self.compare_op(loc, ops[last]);
        self.op(loc, Opcode::TO_BOOL);
        self.jump(loc, pop_jump_if(cond), next);
        let end = self.label();
        self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, end);
        self.here(cleanup);
        self.op(loc, Opcode::POP_TOP);
        if !cond {
            self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, next);
        }
        self.here(end);
        Ok(())
    }

    // ---------------------------------------------------------------- comparisons

    fn compare(
        &mut self,
        location: Location,
        left: &'a Expr<'a>,
        ops: List<'a, CmpOp>,
        comparators: List<'a, &'a Expr<'a>>,
    ) -> Result {
        let loc = place(location);
        if ops.is_empty() || ops.len() != comparators.len() {
            return self.error(location, "Compare has a different number of comparators and operands");
        }
        self.check_compare(location, left, ops, comparators)?;
        self.expr(left)?;
        let last = ops.len() - 1;
        if last == 0 {
            self.expr(comparators[0])?;
            self.compare_op(loc, ops[0]);
            return Ok(());
        }
        let cleanup = self.label();
        for (op, comparator) in ops.iter().zip(comparators).take(last) {
            self.expr(comparator)?;
            self.op_i(loc, Opcode::SWAP, 2);
            self.op_i(loc, Opcode::COPY, 2);
            self.compare_op(loc, *op);
            self.op_i(loc, Opcode::COPY, 1);
            self.op(loc, Opcode::TO_BOOL);
            self.jump(loc, Opcode::POP_JUMP_IF_FALSE, cleanup);
            self.op(loc, Opcode::POP_TOP);
        }
        self.expr(comparators[last])?;
        self.compare_op(loc, ops[last]);
        let end = self.label();
        self.jump(Loc::NONE, Opcode::JUMP_NO_INTERRUPT, end);
        self.here(cleanup);
        self.op_i(loc, Opcode::SWAP, 2);
        self.op(loc, Opcode::POP_TOP);
        self.here(end);
        Ok(())
    }

    /// COMPARE_OP's operand: the operator above bit 5, and in the low bits the outcomes it accepts
    /// (unordered 1, less 2, greater 4, equal 8), for the specialised forms.
    pub(super) fn compare_op(&mut self, loc: Loc, op: CmpOp) {
        let (number, mask) = match op {
            CmpOp::Is => return self.op_i(loc, Opcode::IS_OP, 0),
            CmpOp::IsNot => return self.op_i(loc, Opcode::IS_OP, 1),
            CmpOp::In => return self.op_i(loc, Opcode::CONTAINS_OP, 0),
            CmpOp::NotIn => return self.op_i(loc, Opcode::CONTAINS_OP, 1),
            CmpOp::Lt => (0, 2),
            CmpOp::LtE => (1, 2 | 8),
            CmpOp::Eq => (2, 8),
            CmpOp::NotEq => (3, 1 | 2 | 4),
            CmpOp::Gt => (4, 4),
            CmpOp::GtE => (5, 4 | 8),
        };
        self.op_i(loc, Opcode::COMPARE_OP, number << 5 | mask);
    }

    /// Warns of `is` with a literal.
    fn check_compare(
        &mut self,
        location: Location,
        left: &Expr<'a>,
        ops: List<'a, CmpOp>,
        comparators: List<'a, &'a Expr<'a>>,
    ) -> Result {
        let mut previous = left;
        for (op, right) in ops.iter().zip(comparators) {
            if matches!(op, CmpOp::Is | CmpOp::IsNot)
                && let Some(literal) = [previous, right].into_iter().find(|e| is_odd_identity(e))
            {
                let (word, instead) = if *op == CmpOp::Is { ("is", "==") } else { ("is not", "!=") };
                let class = super::call::infer_type(literal).unwrap_or("object");
                return self.warn(
                    location,
                    format!("\"{word}\" with '{class}' literal. Did you mean \"{instead}\"?"),
                );
            }
            previous = right;
        }
        Ok(())
    }

    // ---------------------------------------------------------------- displays

    fn sequence(
        &mut self,
        location: Location,
        elts: List<'a, &'a Expr<'a>>,
        ctx: ExprContext,
        display: Display,
    ) -> Result {
        match ctx {
            ExprContext::Load => self.display(place(location), elts, None, 0, display),
            ExprContext::Store => self.unpack(location, elts),
            ExprContext::Del => self.exprs(elts),
        }
    }

    /// Builds a list, set or tuple. `pushed` items are on the stack already; the variable `injected` comes
    /// last.
    pub(super) fn display(
        &mut self,
        loc: Loc,
        elts: List<'a, &'a Expr<'a>>,
        injected: Option<&str>,
        pushed: u32,
        display: Display,
    ) -> Result {
        let Display { build, add, extend, tuple } = display;
        let n = elts.len();
        if injected.is_none() && n > 2 && elts.iter().all(|e| constant(e).is_some()) {
            let items: Vec<Const> = elts.iter().filter_map(|e| constant(e)).map(|c| to_const(&c)).collect();
            if tuple && pushed == 0 {
                self.load_const(loc, Const::Tuple(items.into()));
                return Ok(());
            }
            let folded = if add == Opcode::SET_ADD { frozen_set(items) } else { Const::Tuple(items.into()) };
            self.op_i(loc, build, pushed);
            self.load_const(loc, folded);
            self.op_i(loc, extend, 1);
            if tuple {
                self.op_i(loc, Opcode::CALL_INTRINSIC_1, intrinsic::INTRINSIC_LIST_TO_TUPLE);
            }
            return Ok(());
        }
        let total = n + pushed as usize + usize::from(injected.is_some());
        let big = total > STACK_USE_GUIDELINE;
        if !big && !elts.iter().any(|e| is_starred(e)) {
            self.exprs(elts)?;
            if let Some(name) = injected {
                self.nameop(loc, name, ExprContext::Load);
            }
            self.op_i(loc, if tuple { Opcode::BUILD_TUPLE } else { build }, total as u32);
            return Ok(());
        }
        let mut built = big;
        if big {
            self.op_i(loc, build, pushed);
        }
        for (i, e) in elts.iter().enumerate() {
            if let ExprKind::Starred { value, .. } = e.kind() {
                if !built {
                    self.op_i(loc, build, i as u32 + pushed);
                    built = true;
                }
                self.expr(value)?;
                self.op_i(loc, extend, 1);
            } else {
                self.expr(e)?;
                if built {
                    self.op_i(loc, add, 1);
                }
            }
        }
        if let Some(name) = injected {
            self.nameop(loc, name, ExprContext::Load);
            self.op_i(loc, add, 1);
        }
        if tuple {
            self.op_i(loc, Opcode::CALL_INTRINSIC_1, intrinsic::INTRINSIC_LIST_TO_TUPLE);
        }
        Ok(())
    }

    fn dict(
        &mut self,
        loc: Loc,
        keys: List<'a, Option<&'a Expr<'a>>>,
        values: List<'a, &'a Expr<'a>>,
    ) -> Result {
        // Trees of Python code are validated before; slices below rely on it.
        let n = keys.len().min(values.len());
        let (keys, values) = (&keys[..n], &values[..n]);
        let mut have_dict = false;
        let mut elements = 0;
        for (i, (key, value)) in keys.iter().zip(values).enumerate() {
            let unpacking = key.is_none();
            let full = elements * 2 > STACK_USE_GUIDELINE;
            if (unpacking && elements > 0) || (!unpacking && full) {
                let end = if unpacking { i } else { i + 1 };
                self.sub_dict(loc, &keys[i - elements..end], &values[i - elements..end])?;
                if have_dict {
                    self.op_i(loc, Opcode::DICT_UPDATE, 1);
                }
                have_dict = true;
                elements = 0;
            } else if !unpacking {
                elements += 1;
            }
            if unpacking {
                if !have_dict {
                    self.op_i(loc, Opcode::BUILD_MAP, 0);
                    have_dict = true;
                }
                self.expr(value)?;
                self.op_i(loc, Opcode::DICT_UPDATE, 1);
            }
        }
        if elements > 0 {
            let start = keys.len() - elements;
            self.sub_dict(loc, &keys[start..], &values[start..])?;
            if have_dict {
                self.op_i(loc, Opcode::DICT_UPDATE, 1);
            }
        } else if !have_dict {
            self.op_i(loc, Opcode::BUILD_MAP, 0);
        }
        Ok(())
    }

    fn sub_dict(
        &mut self,
        loc: Loc,
        keys: List<'a, Option<&'a Expr<'a>>>,
        values: List<'a, &'a Expr<'a>>,
    ) -> Result {
        let n = keys.len();
        let big = n * 2 > STACK_USE_GUIDELINE;
        let constants: Option<Vec<Const>> =
            keys.iter().map(|k| k.and_then(|k| constant(k)).map(|c| to_const(&c))).collect();
        if let Some(constants) = constants
            && n > 1
            && !big
        {
            self.exprs(values)?;
            self.load_const(loc, Const::Tuple(constants.into()));
            self.op_i(loc, Opcode::BUILD_CONST_KEY_MAP, n as u32);
            return Ok(());
        }
        if big {
            self.op_i(loc, Opcode::BUILD_MAP, 0);
        }
        for (key, value) in keys.iter().zip(values) {
            if let Some(key) = key {
                self.expr(key)?;
            }
            self.expr(value)?;
            if big {
                self.op_i(loc, Opcode::MAP_ADD, 1);
            }
        }
        if !big {
            self.op_i(loc, Opcode::BUILD_MAP, n as u32);
        }
        Ok(())
    }

    // ---------------------------------------------------------------- formatted strings

    fn joined_str(&mut self, loc: Loc, values: List<'a, &'a Expr<'a>>) -> Result {
        if values.len() > STACK_USE_GUIDELINE {
            self.load_str(loc, "");
            self.attr_op(loc, Opcode::LOAD_METHOD, "join");
            self.op_i(loc, Opcode::BUILD_LIST, 0);
            for value in values {
                self.expr(value)?;
                self.op_i(loc, Opcode::LIST_APPEND, 1);
            }
            self.op_i(loc, Opcode::CALL, 1);
            return Ok(());
        }
        self.exprs(values)?;
        match values.len() {
            0 => self.load_str(loc, ""),
            1 => {}
            n => self.op_i(loc, Opcode::BUILD_STRING, n as u32),
        }
        Ok(())
    }

    fn formatted_value(
        &mut self,
        loc: Loc,
        value: &'a Expr<'a>,
        conversion: i32,
        spec: Option<&'a Expr<'a>>,
    ) -> Result {
        self.expr(value)?;
        if conversion != -1 {
            let kind = match u8::try_from(conversion) {
                Ok(b's') => 1,
                Ok(b'r') => 2,
                Ok(b'a') => 3,
                _ => {
                    let msg = format!("Unrecognized conversion character {conversion}");
                    return self.error(value.location, msg);
                }
            };
            self.op_i(loc, Opcode::CONVERT_VALUE, kind);
        }
        match spec {
            Some(spec) => {
                self.expr(spec)?;
                self.op(loc, Opcode::FORMAT_WITH_SPEC);
            }
            None => self.op(loc, Opcode::FORMAT_SIMPLE),
        }
        Ok(())
    }
}

/// A frozenset of these values: equal ones once, the first of them.
pub(super) fn frozen_set(items: Vec<Const>) -> Const {
    let mut unique: Vec<Const> = Vec::with_capacity(items.len());
    for item in items {
        if !unique.iter().any(|known| crate::fold::python_equal(known, &item)) {
            unique.push(item);
        }
    }
    Const::FrozenSet(unique.into())
}

fn pop_jump_if(cond: bool) -> Opcode {
    if cond { Opcode::POP_JUMP_IF_TRUE } else { Opcode::POP_JUMP_IF_FALSE }
}

/// BINARY_OP's operand.
pub(super) fn binary_op(op: Operator) -> u32 {
    match op {
        Operator::Add => 0,
        Operator::BitAnd => 1,
        Operator::FloorDiv => 2,
        Operator::LShift => 3,
        Operator::MatMult => 4,
        Operator::Mult => 5,
        Operator::Mod => 6,
        Operator::BitOr => 7,
        Operator::Pow => 8,
        Operator::RShift => 9,
        Operator::Sub => 10,
        Operator::Div => 11,
        Operator::BitXor => 12,
    }
}

/// BINARY_OP's operand for the in-place form.
pub(super) fn inplace_op(op: Operator) -> u32 {
    binary_op(op) + INPLACE
}

/// A constant for which `is` is a mistake.
fn is_odd_identity(e: &Expr<'_>) -> bool {
    constant(e).is_some_and(|value| {
        !matches!(value, Constant::None | Constant::True | Constant::False | Constant::Ellipsis)
    })
}

/// A small integer constant.
pub(super) fn int(n: usize) -> Constant<'static> {
    Constant::Int(Int::Small(n as i64))
}
