//! Type parameters and type aliases (PEP 695, PEP 696).

use bytecode::code::Const;
use bytecode::opcodes::{Opcode, intrinsic};
use syntax::ast::{Expr, ExprContext, ExprKind, List, Stmt, TypeParam, TypeParamKind};

use crate::error::{Result, place};
use crate::symtable::Key;

use super::{ArgCounts, Compiler, UnitKind, at};

impl<'a> Compiler<'a, '_> {
    /// Makes the type variables, binds them, and pushes a tuple of them.
    pub(super) fn type_params(&mut self, list: List<'a, TypeParam<'a>>) -> Result {
        let mut seen_default = false;
        for param in list {
            let loc = place(param.location);
            let (name, default) = match param.kind {
                TypeParamKind::TypeVar { name, bound, default_value } => {
                    self.load_str(loc, name);
                    if let Some(bound) = bound {
                        self.type_variable(bound, name, Key::body(param), false)?;
                        let is_tuple = matches!(bound.kind(), ExprKind::Tuple { .. });
                        let function = if is_tuple {
                            intrinsic::INTRINSIC_TYPEVAR_WITH_CONSTRAINTS
                        } else {
                            intrinsic::INTRINSIC_TYPEVAR_WITH_BOUND
                        };
                        self.op_i(loc, Opcode::CALL_INTRINSIC_2, function);
                    } else {
                        self.op_i(loc, Opcode::CALL_INTRINSIC_1, intrinsic::INTRINSIC_TYPEVAR);
                    }
                    if let Some(default) = default_value {
                        self.type_variable(default, name, Key::default_of(param), false)?;
                    }
                    (name, default_value)
                }
                TypeParamKind::TypeVarTuple { name, default_value } => {
                    self.load_str(loc, name);
                    self.op_i(loc, Opcode::CALL_INTRINSIC_1, intrinsic::INTRINSIC_TYPEVARTUPLE);
                    if let Some(default) = default_value {
                        self.type_variable(default, name, Key::body(param), true)?;
                    }
                    (name, default_value)
                }
                TypeParamKind::ParamSpec { name, default_value } => {
                    self.load_str(loc, name);
                    self.op_i(loc, Opcode::CALL_INTRINSIC_1, intrinsic::INTRINSIC_PARAMSPEC);
                    if let Some(default) = default_value {
                        self.type_variable(default, name, Key::body(param), false)?;
                    }
                    (name, default_value)
                }
            };
            if default.is_some() {
                self.op_i(loc, Opcode::CALL_INTRINSIC_2, intrinsic::INTRINSIC_SET_TYPEPARAM_DEFAULT);
                seen_default = true;
            } else if seen_default {
                let msg = format!("non-default type parameter '{name}' follows default type parameter");
                return self.error(param.location, msg);
            }
            self.op_i(loc, Opcode::COPY, 1);
            self.nameop(loc, name, ExprContext::Store);
        }
        if let Some(first) = list.first() {
            self.op_i(place(first.location), Opcode::BUILD_TUPLE, list.len() as u32);
        }
        Ok(())
    }

    /// A bound, constraint or default: evaluated when asked for.
    fn type_variable(&mut self, e: &'a Expr<'a>, name: &str, key: Key, allow_starred: bool) -> Result {
        let loc = at(e);
        self.enter(name, UnitKind::TypeParams, key, loc.line, None, ArgCounts::default())?;
        match e.kind() {
            ExprKind::Starred { value, .. } if allow_starred => {
                self.expr(value)?;
                self.op_i(loc, Opcode::UNPACK_SEQUENCE, 1);
            }
            _ => self.expr(e)?,
        }
        self.op(loc, Opcode::RETURN_VALUE);
        let code = self.finish(true)?;
        self.make_closure(loc, code, 0);
        Ok(())
    }

    pub(super) fn type_alias(
        &mut self,
        s: &'a Stmt<'a>,
        target: &'a Expr<'a>,
        params: List<'a, TypeParam<'a>>,
        value: &'a Expr<'a>,
    ) -> Result {
        let ExprKind::Name { id: name, .. } = target.kind() else {
            return self.error(target.location, "type alias name must be a name");
        };
        let loc = place(s.location);
        if params.is_empty() {
            self.load_str(loc, name);
            self.load_const(loc, Const::None);
        } else {
            let unit_name = format!("<generic parameters of {name}>");
            let key = Key::type_params(params);
            self.enter(&unit_name, UnitKind::TypeParams, key, loc.line, None, ArgCounts::default())?;
            self.load_str(loc, name);
            self.type_params(params)?;
        }
        self.enter(name, UnitKind::Function, Key::body(s), loc.line, None, ArgCounts::default())?;
        // None as the first constant: the evaluating function has no docstring.
        self.unit().meta.consts.add(Const::None);
        self.expr(value)?;
        self.op(loc, Opcode::RETURN_VALUE);
        let code = self.finish(false)?;
        self.make_closure(loc, code, 0);
        self.op_i(loc, Opcode::BUILD_TUPLE, 3);
        self.op_i(loc, Opcode::CALL_INTRINSIC_1, intrinsic::INTRINSIC_TYPEALIAS);
        if !params.is_empty() {
            let code = self.finish(false)?;
            self.make_closure(loc, code, 0);
            self.op(loc, Opcode::PUSH_NULL);
            self.op_i(loc, Opcode::CALL, 0);
        }
        self.nameop(loc, name, ExprContext::Store);
        Ok(())
    }
}
