//! Calls, method calls, `super()`, and the warnings about things that cannot be called.

use bytecode::code::Const;
use bytecode::line_table::Location as Loc;
use bytecode::opcodes::Opcode;
use syntax::ast::{Constant, Expr, ExprContext, ExprKind, Keyword, List, Location};

use crate::error::{Result, place};
use crate::symtable::{BlockId, Scope, flag};
use crate::view::{is_starred, location};

use super::expr::TUPLE;
use super::{Compiler, STACK_USE_GUIDELINE, at};

impl<'a> Compiler<'a, '_> {
    pub(super) fn call(
        &mut self,
        e: &'a Expr<'a>,
        func: &'a Expr<'a>,
        args: List<'a, &'a Expr<'a>>,
        keywords: List<'a, Keyword<'a>>,
    ) -> Result {
        self.validate_keywords(keywords)?;
        if self.method_call(e, func, args, keywords)? {
            return Ok(());
        }
        self.check_caller(func)?;
        self.expr(func)?;
        self.op(at(func), Opcode::PUSH_NULL);
        self.call_with(place(e.location), 0, args, None, keywords)
    }

    fn validate_keywords(&mut self, keywords: List<'a, Keyword<'a>>) -> Result {
        for (i, keyword) in keywords.iter().enumerate() {
            self.check_target(keyword.location, keyword.arg.unwrap_or_default(), ExprContext::Store);
            let repeated =
                keywords[i + 1..].iter().find(|other| keyword.arg.is_some() && other.arg == keyword.arg);
            if let (Some(other), Some(name)) = (repeated, keyword.arg) {
                return self.error(other.location, format!("keyword argument repeated: {name}"));
            }
        }
        Ok(())
    }

    /// Compiles `a.b(…)` without making the bound method, where that is possible.
    fn method_call(
        &mut self,
        e: &'a Expr<'a>,
        func: &'a Expr<'a>,
        args: List<'a, &'a Expr<'a>>,
        keywords: List<'a, Keyword<'a>>,
    ) -> Result<bool> {
        let ExprKind::Attribute { value, attr, ctx: ExprContext::Load } = func.kind() else {
            return Ok(false);
        };
        let operands = args.len() + keywords.len() + usize::from(!keywords.is_empty());
        if self.is_import(value)
            || operands >= STACK_USE_GUIDELINE
            || args.iter().any(|a| is_starred(a))
            || keywords.iter().any(|k| k.arg.is_none())
        {
            return Ok(false);
        }
        let loc = if let Some(two_args) = self.super_call(value, attr) {
            self.super_args(value)?;
            let op = if two_args { Opcode::LOAD_SUPER_METHOD } else { Opcode::LOAD_ZERO_SUPER_METHOD };
            self.attr_op(place(func.location), op, attr);
            let loc = place(at_attribute(func.location, func, attr));
            self.op(loc, Opcode::NOP);
            loc
        } else {
            self.expr(value)?;
            let loc = place(at_attribute(func.location, func, attr));
            self.attr_op(loc, Opcode::LOAD_METHOD, attr);
            loc
        };
        self.exprs(args)?;
        let call_loc = place(at_attribute(e.location, func, attr));
        let n = (args.len() + keywords.len()) as u32;
        if keywords.is_empty() {
            self.op_i(call_loc, Opcode::CALL, n);
        } else {
            keywords.iter().try_for_each(|k| self.expr(k.value))?;
            self.load_names(loc, keywords.iter().filter_map(|k| k.arg));
            self.op_i(call_loc, Opcode::CALL_KW, n);
        }
        Ok(true)
    }

    /// The name is imported by the module: most likely a module, whose functions are no methods.
    fn is_import(&mut self, e: &Expr<'a>) -> bool {
        let ExprKind::Name { id, .. } = e.kind() else { return false };
        let name = self.names.find(id);
        name.is_some_and(|name| self.table.block(BlockId::TOP).symbol(name).has(flag::DEF_IMPORT))
    }

    /// Whether `e.attr` is an attribute of a `super()` whose call can be left out; if so, whether it has two
    /// arguments.
    fn super_call(&mut self, e: &Expr<'a>, attr: &str) -> Option<bool> {
        let ExprKind::Call { func, args, keywords: [] } = e.kind() else { return None };
        let ExprKind::Name { id: "super", .. } = func.kind() else { return None };
        if attr == "__class__" {
            return None;
        }
        let name = self.names.intern("super");
        let shadowed = self.block().scope(name) != Scope::GlobalImplicit
            || self.table.block(BlockId::TOP).scope(name) != Scope::Unknown;
        if shadowed {
            return None;
        }
        if args.len() == 2 {
            return (!args.iter().any(|a| is_starred(a))).then_some(true);
        }
        let counts = self.unit_ref().meta.counts;
        if !args.is_empty() || counts.args + counts.posonly == 0 {
            return None;
        }
        let class = self.names.intern("__class__");
        (self.ref_scope(class) == Scope::Free).then_some(false)
    }

    fn super_args(&mut self, e: &'a Expr<'a>) -> Result {
        let ExprKind::Call { func, args, .. } = e.kind() else { return Ok(()) };
        self.nameop(at(func), "super", ExprContext::Load);
        if let [class, instance] = args {
            self.expr(class)?;
            return self.expr(instance);
        }
        let loc = place(e.location);
        self.nameop(loc, "__class__", ExprContext::Load);
        let first = self.unit_ref().meta.varnames.names().next();
        if let Some(first) = first {
            let first = self.names.text(first).clone();
            self.nameop(loc, &first, ExprContext::Load);
        }
        Ok(())
    }

    pub(super) fn attribute(
        &mut self,
        e: &'a Expr<'a>,
        value: &'a Expr<'a>,
        attr: &'a str,
        ctx: ExprContext,
    ) -> Result {
        let loc = place(e.location);
        if ctx == ExprContext::Load
            && let Some(two_args) = self.super_call(value, attr)
        {
            self.super_args(value)?;
            let op = if two_args { Opcode::LOAD_SUPER_ATTR } else { Opcode::LOAD_ZERO_SUPER_ATTR };
            self.attr_op(loc, op, attr);
            self.op(place(at_attribute(e.location, e, attr)), Opcode::NOP);
            return Ok(());
        }
        self.note_static_attribute(value, attr, ctx);
        self.expr(value)?;
        let location = at_attribute(e.location, e, attr);
        let loc = place(location);
        if ctx == ExprContext::Store {
            self.check_target(location, attr, ctx);
        }
        let op = match ctx {
            ExprContext::Load => Opcode::LOAD_ATTR,
            ExprContext::Store => Opcode::STORE_ATTR,
            ExprContext::Del => Opcode::DELETE_ATTR,
        };
        self.attr_op(loc, op, attr);
        Ok(())
    }

    /// The arguments and the call itself. `pushed` arguments are on the stack already; the variable `injected`
    /// is the last positional one.
    pub(super) fn call_with(
        &mut self,
        loc: Loc,
        pushed: u32,
        args: List<'a, &'a Expr<'a>>,
        injected: Option<&str>,
        keywords: List<'a, Keyword<'a>>,
    ) -> Result {
        self.validate_keywords(keywords)?;
        let unpacks = args.len() + keywords.len() * 2 > STACK_USE_GUIDELINE
            || args.iter().any(|a| is_starred(a))
            || keywords.iter().any(|k| k.arg.is_none());
        if unpacks {
            return self.call_unpacked(loc, pushed, args, injected, keywords);
        }
        self.exprs(args)?;
        let mut n = pushed + args.len() as u32 + keywords.len() as u32;
        if let Some(name) = injected {
            self.nameop(loc, name, ExprContext::Load);
            n += 1;
        }
        if keywords.is_empty() {
            self.op_i(loc, Opcode::CALL, n);
        } else {
            keywords.iter().try_for_each(|k| self.expr(k.value))?;
            self.load_names(loc, keywords.iter().filter_map(|k| k.arg));
            self.op_i(loc, Opcode::CALL_KW, n);
        }
        Ok(())
    }

    fn call_unpacked(
        &mut self,
        loc: Loc,
        pushed: u32,
        args: List<'a, &'a Expr<'a>>,
        injected: Option<&str>,
        keywords: List<'a, Keyword<'a>>,
    ) -> Result {
        let only_starred = match args {
            [one] if pushed == 0 => match one.kind() {
                ExprKind::Starred { value, .. } => Some(value),
                _ => None,
            },
            _ => None,
        };
        match only_starred {
            Some(value) => self.expr(value)?,
            None => self.display(loc, args, injected, pushed, TUPLE)?,
        }
        let mut have_dict = false;
        let mut seen = 0;
        for (i, keyword) in keywords.iter().enumerate() {
            if keyword.arg.is_some() {
                seen += 1;
                continue;
            }
            if seen > 0 {
                self.keyword_dict(loc, &keywords[i - seen..i])?;
                if have_dict {
                    self.op_i(loc, Opcode::DICT_MERGE, 1);
                }
                have_dict = true;
                seen = 0;
            }
            if !have_dict {
                self.op_i(loc, Opcode::BUILD_MAP, 0);
                have_dict = true;
            }
            self.expr(keyword.value)?;
            self.op_i(loc, Opcode::DICT_MERGE, 1);
        }
        if seen > 0 {
            self.keyword_dict(loc, &keywords[keywords.len() - seen..])?;
            if have_dict {
                self.op_i(loc, Opcode::DICT_MERGE, 1);
            }
        }
        self.op_i(loc, Opcode::CALL_FUNCTION_EX, u32::from(!keywords.is_empty()));
        Ok(())
    }

    fn keyword_dict(&mut self, loc: Loc, keywords: List<'a, Keyword<'a>>) -> Result {
        let n = keywords.len();
        let big = n * 2 > STACK_USE_GUIDELINE;
        if n > 1 && !big {
            keywords.iter().try_for_each(|k| self.expr(k.value))?;
            self.load_names(loc, keywords.iter().filter_map(|k| k.arg));
            self.op_i(loc, Opcode::BUILD_CONST_KEY_MAP, n as u32);
            return Ok(());
        }
        if big {
            self.op_i(Loc::NONE, Opcode::BUILD_MAP, 0);
        }
        for keyword in keywords {
            self.load_const(loc, Const::str(keyword.arg.unwrap_or_default()));
            self.expr(keyword.value)?;
            if big {
                self.op_i(Loc::NONE, Opcode::MAP_ADD, 1);
            }
        }
        if !big {
            self.op_i(loc, Opcode::BUILD_MAP, n as u32);
        }
        Ok(())
    }

    // ---------------------------------------------------------------- warnings

    fn check_caller(&mut self, func: &Expr<'a>) -> Result {
        if matches!(func.kind(), ExprKind::Lambda { .. }) {
            return Ok(());
        }
        let Some(class) = infer_type(func) else { return Ok(()) };
        let msg = format!("'{class}' object is not callable; perhaps you missed a comma?");
        self.warn(location(func), msg)
    }

    pub(super) fn check_subscripter(&mut self, value: &Expr<'a>) -> Result {
        let odd = match value.kind() {
            ExprKind::Constant { value, .. } => matches!(
                value,
                Constant::None
                    | Constant::True
                    | Constant::False
                    | Constant::Ellipsis
                    | Constant::Int(_)
                    | Constant::Float(_)
                    | Constant::Complex { .. }
                    | Constant::FrozenSet(_)
            ),
            ExprKind::Set { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::GeneratorExp { .. }
            | ExprKind::Lambda { .. } => true,
            _ => false,
        };
        if !odd {
            return Ok(());
        }
        let class = infer_type(value).unwrap_or("object");
        let msg = format!("'{class}' object is not subscriptable; perhaps you missed a comma?");
        self.warn(location(value), msg)
    }

    pub(super) fn check_index(&mut self, value: &Expr<'a>, index: &Expr<'a>) -> Result {
        let Some(index_class) = infer_type(index) else { return Ok(()) };
        if matches!(index_class, "int" | "bool") {
            return Ok(());
        }
        let indexable = match value.kind() {
            ExprKind::Constant { value, .. } => {
                matches!(value, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_))
            }
            ExprKind::Tuple { .. }
            | ExprKind::List { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::JoinedStr { .. }
            | ExprKind::FormattedValue { .. } => true,
            _ => false,
        };
        if !indexable {
            return Ok(());
        }
        let class = infer_type(value).unwrap_or("object");
        let msg = format!(
            "{class} indices must be integers or slices, not {index_class}; perhaps you missed a comma?"
        );
        self.warn(location(value), msg)
    }
}

/// The place of an attribute access that spans lines starts at the attribute's name.
pub(super) fn at_attribute(mut at: Location, attribute: &Expr<'_>, attr: &str) -> Location {
    let end = attribute.location;
    if at.lineno != end.end_lineno {
        at.lineno = end.end_lineno;
        let width = attr.chars().count() as i32;
        if width <= end.end_col_offset {
            at.col_offset = end.end_col_offset - width;
        } else {
            // A tree that Python code made: no columns then.
            at.col_offset = -1;
            at.end_col_offset = -1;
        }
        at.end_lineno = at.lineno.max(at.end_lineno);
        if at.lineno == at.end_lineno {
            at.end_col_offset = at.col_offset.max(at.end_col_offset);
        }
    }
    at
}

/// The class that an expression's value has for certain.
pub(super) fn infer_type(e: &Expr<'_>) -> Option<&'static str> {
    Some(match e.kind() {
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::List { .. } | ExprKind::ListComp { .. } => "list",
        ExprKind::Dict { .. } | ExprKind::DictComp { .. } => "dict",
        ExprKind::Set { .. } | ExprKind::SetComp { .. } => "set",
        ExprKind::GeneratorExp { .. } => "generator",
        ExprKind::Lambda { .. } => "function",
        ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "str",
        ExprKind::Constant { value, .. } => match value {
            Constant::None => "NoneType",
            Constant::True | Constant::False => "bool",
            Constant::Ellipsis => "ellipsis",
            Constant::Str(_) => "str",
            Constant::Bytes(_) => "bytes",
            Constant::Int(_) => "int",
            Constant::Float(_) => "float",
            Constant::Complex { .. } => "complex",
            Constant::Tuple(_) => "tuple",
            Constant::FrozenSet(_) => "frozenset",
        },
        _ => return None,
    })
}
