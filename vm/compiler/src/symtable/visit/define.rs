//! The visitor on functions, classes and what is generic.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use syntax::ast::{
    Arg, Arguments, ClassDef, Expr, ExprKind, FunctionDef, List, Location, Stmt, TypeParam, TypeParamKind,
};

use crate::error::{Result, syntax_error};
use crate::symtable::flag::*;
use crate::symtable::{BlockKind, Key};

use super::Visitor;

/// What has a type-parameter block, as far as that block depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Generic {
    Class,
    Alias,
    Function { has_kwdefaults: bool },
}

impl<'a> Visitor<'a, '_> {
    pub(super) fn function(&mut self, f: &'a FunctionDef<'a>, at: Location, is_async: bool) -> Result {
        self.add(f.name, DEF_LOCAL, at)?;
        self.defaults(f.args)?;
        self.exprs(f.decorator_list)?;
        let generic = !f.type_params.is_empty();
        if generic {
            let has_kwdefaults = f.args.kw_defaults.iter().any(Option::is_some);
            self.enter_type_params(f.name, f.type_params, Generic::Function { has_kwdefaults }, at)?;
            f.type_params.iter().try_for_each(|p| self.type_param(p))?;
        }
        self.annotations(f, at)?;
        let name = self.names.intern(f.name);
        self.enter(name, BlockKind::Function, Key::body(f), at);
        self.current().coroutine = is_async;
        self.params(f.args)?;
        self.body(f.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    pub(super) fn class(&mut self, c: &'a ClassDef<'a>, at: Location) -> Result {
        self.add(c.name, DEF_LOCAL, at)?;
        self.exprs(c.decorator_list)?;
        let outer_class = self.class;
        let generic = !c.type_params.is_empty();
        if generic {
            self.enter_type_params(c.name, c.type_params, Generic::Class, at)?;
            self.class = Some(c.name);
            self.current().mangled_names = Some(Rc::new(RefCell::new(HashSet::new())));
            c.type_params.iter().try_for_each(|p| self.type_param(p))?;
        }
        self.exprs(c.bases)?;
        self.keywords(c.keywords)?;
        let name = self.names.intern(c.name);
        self.enter(name, BlockKind::Class, Key::body(c), at);
        self.class = Some(c.name);
        if generic {
            self.add("__type_params__", DEF_LOCAL, at)?;
            self.add(".type_params", USE, at)?;
        }
        self.body(c.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        self.class = outer_class;
        Ok(())
    }

    pub(super) fn type_alias(
        &mut self,
        s: &'a Stmt<'a>,
        name: &'a Expr<'a>,
        type_params: List<'a, TypeParam<'a>>,
        value: &'a Expr<'a>,
    ) -> Result {
        self.expr(name)?;
        let ExprKind::Name { id, .. } = name.kind() else {
            return Err(syntax_error(name.location, "type alias name must be a name"));
        };
        let in_class = self.current().kind == BlockKind::Class;
        let generic = !type_params.is_empty();
        if generic {
            self.enter_type_params(id, type_params, Generic::Alias, s.location)?;
            type_params.iter().try_for_each(|p| self.type_param(p))?;
        }
        let block_name = self.names.intern(id);
        self.enter(block_name, BlockKind::TypeAlias, Key::body(s), s.location);
        self.current().can_see_class_scope = in_class;
        if in_class {
            self.add("__classdict__", USE, value.location)?;
        }
        self.expr(value)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    pub(super) fn defaults(&mut self, args: &'a Arguments<'a>) -> Result {
        self.exprs(args.defaults)?;
        args.kw_defaults.iter().try_for_each(|d| self.opt_expr(*d))
    }

    pub(super) fn params(&mut self, args: &'a Arguments<'a>) -> Result {
        for arg in args.posonlyargs.iter().chain(args.args).chain(args.kwonlyargs) {
            self.add(arg.arg, DEF_PARAM, arg.location)?;
        }
        if let Some(arg) = args.vararg {
            self.add(arg.arg, DEF_PARAM, arg.location)?;
            self.current().varargs = true;
        }
        if let Some(arg) = args.kwarg {
            self.add(arg.arg, DEF_PARAM, arg.location)?;
            self.current().varkeywords = true;
        }
        Ok(())
    }

    pub(super) fn annotation(&mut self, annotation: &'a Expr<'a>) -> Result {
        let future = self.future_annotations();
        if future {
            let name = self.names.intern("_annotation");
            self.enter(name, BlockKind::Annotation, Key::body(annotation), annotation.location);
        }
        self.expr(annotation)?;
        if future {
            self.exit();
        }
        Ok(())
    }

    fn annotations(&mut self, f: &'a FunctionDef<'a>, at: Location) -> Result {
        let future = self.future_annotations();
        if future {
            let name = self.names.intern("_annotation");
            self.enter(name, BlockKind::Annotation, Key::body(f), at);
        }
        let args = f.args;
        let of = |list: &'a [Arg<'a>]| list.iter().filter_map(|a| a.annotation);
        let stars = args.vararg.into_iter().chain(args.kwarg).filter_map(|a| a.annotation);
        for annotation in of(args.posonlyargs).chain(of(args.args)).chain(stars).chain(of(args.kwonlyargs)) {
            self.expr(annotation)?;
        }
        if future {
            self.exit();
        }
        f.returns.map_or(Ok(()), |returns| self.annotation(returns))
    }

    fn enter_type_params(
        &mut self,
        name: &'a str,
        list: List<'a, TypeParam<'a>>,
        of: Generic,
        at: Location,
    ) -> Result {
        let in_class = self.current().kind == BlockKind::Class;
        let block_name = self.names.intern(name);
        self.enter(block_name, BlockKind::TypeParameters, Key::type_params(list), at);
        if in_class {
            self.current().can_see_class_scope = true;
            self.add("__classdict__", USE, at)?;
        }
        if of == Generic::Class {
            for name in [".type_params", ".generic_base"] {
                self.add(name, DEF_LOCAL, at)?;
                self.add(name, USE, at)?;
            }
        }
        if let Generic::Function { has_kwdefaults } = of {
            self.add(".defaults", DEF_PARAM, at)?;
            if has_kwdefaults {
                self.add(".kwdefaults", DEF_PARAM, at)?;
            }
        }
        Ok(())
    }

    fn type_param(&mut self, param: &'a TypeParam<'a>) -> Result {
        self.depth.enter()?;
        let (body, default) = (Key::body(param), Key::default_of(param));
        let flags = DEF_TYPE_PARAM | DEF_LOCAL;
        let (TypeParamKind::TypeVar { name, .. }
        | TypeParamKind::TypeVarTuple { name, .. }
        | TypeParamKind::ParamSpec { name, .. }) = param.kind;
        if name == "__classdict__" {
            let msg = format!("reserved name '{name}' cannot be used for type parameter");
            return Err(syntax_error(param.location, msg));
        }
        match param.kind {
            TypeParamKind::TypeVar { name, bound, default_value } => {
                self.add(name, flags, param.location)?;
                let is_tuple = bound.is_some_and(|b| matches!(b.kind(), ExprKind::Tuple { .. }));
                let info = if is_tuple { "a TypeVar constraint" } else { "a TypeVar bound" };
                self.type_variable(bound, name, body, info)?;
                self.type_variable(default_value, name, default, "a TypeVar default")?;
            }
            TypeParamKind::TypeVarTuple { name, default_value } => {
                self.add(name, flags, param.location)?;
                self.type_variable(default_value, name, body, "a TypeVarTuple default")?;
            }
            TypeParamKind::ParamSpec { name, default_value } => {
                self.add(name, flags, param.location)?;
                self.type_variable(default_value, name, body, "a ParamSpec default")?;
            }
        }
        self.depth.leave();
        Ok(())
    }

    fn type_variable(
        &mut self,
        value: Option<&'a Expr<'a>>,
        name: &'a str,
        key: Key,
        info: &'static str,
    ) -> Result {
        let Some(value) = value else { return Ok(()) };
        let in_class = self.current().can_see_class_scope;
        let name = self.names.intern(name);
        self.enter(name, BlockKind::TypeVariable, key, value.location);
        self.current().can_see_class_scope = in_class;
        if in_class {
            self.add("__classdict__", USE, value.location)?;
        }
        self.current().scope_info = info;
        self.expr(value)?;
        self.exit();
        Ok(())
    }
}
