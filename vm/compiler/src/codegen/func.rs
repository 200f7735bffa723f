//! Functions, lambdas and classes.

use std::rc::Rc;

use bytecode::code::flags::FUTURE_ANNOTATIONS;
use bytecode::code::{Code, Const, kinds};
use bytecode::line_table::Location as Loc;
use bytecode::opcodes::{Opcode, function_attribute, intrinsic};
use syntax::ast::{Arg, Arguments, ClassDef, Expr, ExprContext, ExprKind, FunctionDef, List, Stmt};

use crate::docstring;
use crate::error::{Result, place};
use crate::symtable::{Key, Scope};
use crate::unparse::unparse;
use crate::view::location;

use super::unwind::FrameKind;
use super::{ArgCounts, Compiler, Space, UnitKind, at};

impl<'a> Compiler<'a, '_> {
    /// Makes a function of a code object, with what is on the stack as its attributes.
    pub(super) fn make_closure(&mut self, loc: Loc, code: Rc<Code>, mut attributes: u32) {
        let free: Vec<_> = code.names_of_kind(kinds::FREE).cloned().collect();
        if !free.is_empty() {
            for text in &free {
                let name = self.names.intern(text);
                let space = if self.ref_scope(name) == Scope::Cell { Space::Cells } else { Space::Frees };
                self.name_op(loc, Opcode::LOAD_CLOSURE, name, space);
            }
            attributes |= function_attribute::CLOSURE;
            self.op_i(loc, Opcode::BUILD_TUPLE, free.len() as u32);
        }
        self.load_const(loc, Const::Code(code));
        self.op(loc, Opcode::MAKE_FUNCTION);
        for attribute in [
            function_attribute::CLOSURE,
            function_attribute::ANNOTATIONS,
            function_attribute::KWDEFAULTS,
            function_attribute::DEFAULTS,
        ] {
            if attributes & attribute != 0 {
                self.op_i(loc, Opcode::SET_FUNCTION_ATTRIBUTE, attribute);
            }
        }
    }

    fn apply_decorators(&mut self, decorators: List<'a, &'a Expr<'a>>) {
        for decorator in decorators.iter().rev() {
            self.op_i(at(decorator), Opcode::CALL, 0);
        }
    }

    /// Pushes the defaults; answers which attributes they are.
    fn defaults(&mut self, loc: Loc, args: &'a Arguments<'a>) -> Result<u32> {
        let mut attributes = 0;
        if !args.defaults.is_empty() {
            self.exprs(args.defaults)?;
            self.op_i(loc, Opcode::BUILD_TUPLE, args.defaults.len() as u32);
            attributes |= function_attribute::DEFAULTS;
        }
        let mut keys = Vec::new();
        for (arg, default) in args.kwonlyargs.iter().zip(args.kw_defaults) {
            if let Some(default) = default {
                keys.push(self.mangled_text(arg.arg));
                self.expr(default)?;
            }
        }
        if !keys.is_empty() {
            self.load_names(loc, keys.iter().map(|k| &**k));
            self.op_i(loc, Opcode::BUILD_CONST_KEY_MAP, keys.len() as u32);
            attributes |= function_attribute::KWDEFAULTS;
        }
        Ok(attributes)
    }

    /// An annotation as a string, under `from __future__ import annotations`.
    pub(super) fn annotation_text(&mut self, annotation: &Expr<'a>) {
        let text = unparse(annotation);
        self.load_const(at(annotation), Const::Str(text));
    }

    pub(super) fn future_annotations(&self) -> bool {
        self.flags & FUTURE_ANNOTATIONS != 0
    }

    fn annotation(&mut self, loc: Loc, name: &str, annotation: Option<&'a Expr<'a>>) -> Result<u32> {
        let Some(annotation) = annotation else { return Ok(0) };
        let name = self.mangled_text(name);
        self.load_str(loc, &name);
        if self.future_annotations() {
            self.annotation_text(annotation);
        } else if let ExprKind::Starred { value, .. } = annotation.kind() {
            // *args: *Ts
            self.expr(value)?;
            self.op_i(loc, Opcode::UNPACK_SEQUENCE, 1);
        } else {
            self.expr(annotation)?;
        }
        Ok(2)
    }

    /// Pushes the annotations as a flat tuple; answers the attribute.
    fn annotations(&mut self, loc: Loc, f: &'a FunctionDef<'a>) -> Result<u32> {
        let args = f.args;
        let mut n = 0;
        for list in
            [args.args, args.posonlyargs, optional(args.vararg), args.kwonlyargs, optional(args.kwarg)]
        {
            for arg in list {
                n += self.annotation(loc, arg.arg, arg.annotation)?;
            }
        }
        n += self.annotation(loc, "return", f.returns)?;
        if n == 0 {
            return Ok(0);
        }
        self.op_i(loc, Opcode::BUILD_TUPLE, n);
        Ok(function_attribute::ANNOTATIONS)
    }

    /// Turns StopIteration that leaves a generator into RuntimeError (PEP 479).
    pub(super) fn wrap_in_stopiteration_handler(&mut self) {
        let handler = self.label();
        self.unit().seq.insert_first(Opcode::SETUP_CLEANUP, handler.0, Loc::NONE);
        self.load_const(Loc::NONE, Const::None);
        self.op(Loc::NONE, Opcode::RETURN_VALUE);
        self.here(handler);
        self.op_i(Loc::NONE, Opcode::CALL_INTRINSIC_1, intrinsic::INTRINSIC_STOPITERATION_ERROR);
        self.op_i(Loc::NONE, Opcode::RERAISE, 1);
    }

    fn check_parameters(&mut self, args: &'a Arguments<'a>) {
        let lists =
            [args.posonlyargs, args.args, optional(args.vararg), args.kwonlyargs, optional(args.kwarg)];
        for arg in lists.into_iter().flatten() {
            self.check_target(arg.location, arg.arg, ExprContext::Store);
        }
    }

    pub(super) fn function(&mut self, s: &'a Stmt<'a>, f: &'a FunctionDef<'a>, is_async: bool) -> Result {
        self.check_parameters(f.args);
        self.exprs(f.decorator_list)?;
        let loc = place(s.location);
        let firstlineno = f.decorator_list.first().map_or(s.location.lineno, |d| location(d).lineno);
        let mut attributes = self.defaults(loc, f.args)?;
        let generic = !f.type_params.is_empty();
        let passed = attributes.count_ones();
        if generic {
            if passed == 2 {
                self.op_i(loc, Opcode::SWAP, 2);
            }
            let name = format!("<generic parameters of {}>", f.name);
            let counts = ArgCounts { args: passed, ..ArgCounts::default() };
            let key = Key::type_params(f.type_params);
            self.enter(&name, UnitKind::TypeParams, key, firstlineno, None, counts)?;
            self.type_params(f.type_params)?;
            for i in 0..passed {
                self.op_i(loc, Opcode::LOAD_FAST, i);
            }
        }
        attributes |= self.annotations(loc, f)?;
        self.function_body(loc, f, is_async, attributes, firstlineno)?;
        if generic {
            self.op_i(loc, Opcode::SWAP, 2);
            self.op_i(loc, Opcode::CALL_INTRINSIC_2, intrinsic::INTRINSIC_SET_FUNCTION_TYPE_PARAMS);
            let code = self.finish(false)?;
            self.make_closure(loc, code, 0);
            if passed > 0 {
                self.op_i(loc, Opcode::SWAP, passed + 1);
                self.op_i(loc, Opcode::CALL, passed - 1);
            } else {
                self.op(loc, Opcode::PUSH_NULL);
                self.op_i(loc, Opcode::CALL, 0);
            }
        }
        self.apply_decorators(f.decorator_list);
        self.nameop(loc, f.name, ExprContext::Store);
        Ok(())
    }

    fn function_body(
        &mut self,
        loc: Loc,
        f: &'a FunctionDef<'a>,
        is_async: bool,
        attributes: u32,
        firstlineno: i32,
    ) -> Result {
        let kind = if is_async { UnitKind::AsyncFunction } else { UnitKind::Function };
        self.enter(f.name, kind, Key::body(f), firstlineno, None, counts(f.args))?;
        let (doc, body) = docstring::split(f.body, self.optimize);
        let first = doc.map_or(Const::None, |(text, _)| Const::Str(docstring::clean(text)));
        self.unit().meta.consts.add(first);
        let block = self.block();
        let wrap = block.coroutine || block.generator;
        if wrap {
            self.push_block(FrameKind::StopIteration, Loc::NONE)?;
        }
        self.stmts(body)?;
        if wrap {
            self.wrap_in_stopiteration_handler();
            self.pop_block();
        }
        let code = self.finish(true)?;
        self.make_closure(loc, code, attributes);
        Ok(())
    }

    pub(super) fn lambda(&mut self, e: &'a Expr<'a>, args: &'a Arguments<'a>, body: &'a Expr<'a>) -> Result {
        let loc = place(e.location);
        self.check_parameters(args);
        let attributes = self.defaults(loc, args)?;
        self.enter("<lambda>", UnitKind::Lambda, Key::body(e), e.location.lineno, None, counts(args))?;
        // None as the first constant: a lambda has no docstring.
        self.unit().meta.consts.add(Const::None);
        self.expr(body)?;
        let code = if self.block().generator {
            self.finish(false)?
        } else {
            self.op(at(body), Opcode::RETURN_VALUE);
            self.finish(true)?
        };
        self.make_closure(loc, code, attributes);
        Ok(())
    }

    pub(super) fn class(&mut self, s: &'a Stmt<'a>, c: &'a ClassDef<'a>) -> Result {
        self.exprs(c.decorator_list)?;
        let loc = place(s.location);
        let firstlineno = c.decorator_list.first().map_or(s.location.lineno, |d| location(d).lineno);
        let generic = !c.type_params.is_empty();
        if generic {
            let name = format!("<generic parameters of {}>", c.name);
            let key = Key::type_params(c.type_params);
            self.enter(&name, UnitKind::TypeParams, key, firstlineno, Some(c.name), ArgCounts::default())?;
            self.type_params(c.type_params)?;
            self.nameop(loc, ".type_params", ExprContext::Store);
        }
        self.class_body(loc, c, firstlineno)?;
        if generic {
            self.nameop(loc, ".type_params", ExprContext::Load);
            self.op_i(loc, Opcode::CALL_INTRINSIC_1, intrinsic::INTRINSIC_SUBSCRIPT_GENERIC);
            self.nameop(loc, ".generic_base", ExprContext::Store);
            self.call_with(loc, 2, c.bases, Some(".generic_base"), c.keywords)?;
            let code = self.finish(false)?;
            self.make_closure(loc, code, 0);
            self.op(loc, Opcode::PUSH_NULL);
            self.op_i(loc, Opcode::CALL, 0);
        } else {
            self.call_with(loc, 2, c.bases, None, c.keywords)?;
        }
        self.apply_decorators(c.decorator_list);
        self.nameop(loc, c.name, ExprContext::Store);
        Ok(())
    }

    /// Pushes `__build_class__`, the body as a function, and the name.
    fn class_body(&mut self, class_loc: Loc, c: &'a ClassDef<'a>, firstlineno: i32) -> Result {
        self.enter(c.name, UnitKind::Class, Key::body(c), firstlineno, Some(c.name), ArgCounts::default())?;
        let loc = Loc { line: firstlineno, end_line: firstlineno, column: 0, end_column: 0 };
        self.nameop(loc, "__name__", ExprContext::Load);
        self.nameop(loc, "__module__", ExprContext::Store);
        let qualname = self.unit_ref().meta.qualname.clone();
        self.load_str(loc, &qualname);
        self.nameop(loc, "__qualname__", ExprContext::Store);
        self.load_const(loc, Const::Int(firstlineno.into()));
        self.nameop(loc, "__firstlineno__", ExprContext::Store);
        if !c.type_params.is_empty() {
            self.nameop(loc, ".type_params", ExprContext::Load);
            self.nameop(loc, "__type_params__", ExprContext::Store);
        }
        let needs_classdict = self.block().needs_classdict;
        let classdict = self.names.intern("__classdict__");
        if needs_classdict {
            self.op(loc, Opcode::LOAD_LOCALS);
            self.name_op(loc, Opcode::STORE_DEREF, classdict, Space::Cells);
        }
        self.body(loc, c.body)?;
        let attributes = std::mem::take(&mut self.unit().static_attributes);
        self.load_names(Loc::NONE, attributes.into_iter());
        self.nameop(Loc::NONE, "__static_attributes__", ExprContext::Store);
        if needs_classdict {
            self.name_op(Loc::NONE, Opcode::LOAD_CLOSURE, classdict, Space::Cells);
            self.nameop(Loc::NONE, "__classdictcell__", ExprContext::Store);
        }
        if self.block().needs_class_closure {
            let class = self.names.intern("__class__");
            self.name_op(Loc::NONE, Opcode::LOAD_CLOSURE, class, Space::Cells);
            self.op_i(Loc::NONE, Opcode::COPY, 1);
            self.nameop(Loc::NONE, "__classcell__", ExprContext::Store);
        } else {
            self.load_const(Loc::NONE, Const::None);
        }
        self.op(Loc::NONE, Opcode::RETURN_VALUE);
        let code = self.finish(true)?;

        self.op(class_loc, Opcode::LOAD_BUILD_CLASS);
        self.op(class_loc, Opcode::PUSH_NULL);
        self.make_closure(class_loc, code, 0);
        self.load_str(class_loc, c.name);
        Ok(())
    }

    /// Notes an attribute that a method sets on `self`, for `__static_attributes__`.
    pub(super) fn note_static_attribute(&mut self, value: &Expr<'a>, attr: &'a str, ctx: ExprContext) {
        if ctx != ExprContext::Store || !matches!(value.kind(), ExprKind::Name { id: "self", .. }) {
            return;
        }
        let outer = self.units.len().saturating_sub(1);
        if let Some(class) = self.units[..outer].iter_mut().rev().find(|u| u.kind == UnitKind::Class) {
            class.static_attributes.insert(attr);
        }
    }
}

/// A parameter that may be there as a list of one or none.
fn optional<'a>(arg: Option<&'a Arg<'a>>) -> &'a [Arg<'a>] {
    arg.map_or(&[], std::slice::from_ref)
}

fn counts(args: &Arguments<'_>) -> ArgCounts {
    ArgCounts {
        args: args.args.len() as u32,
        posonly: args.posonlyargs.len() as u32,
        kwonly: args.kwonlyargs.len() as u32,
    }
}
