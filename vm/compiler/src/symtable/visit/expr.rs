//! The visitor on expressions.

use syntax::ast::{Comprehension, Expr, ExprContext, ExprKind, Keyword, List, Location};

use crate::error::{Result, syntax_error, with_stack};
use crate::symtable::flag::*;
use crate::symtable::{Block, BlockKind, ComprehensionKind, Key};

use super::Visitor;

impl<'a> Visitor<'a, '_> {
    pub(super) fn exprs(&mut self, list: List<'a, &'a Expr<'a>>) -> Result {
        list.iter().try_for_each(|e| self.expr(e))
    }

    pub(super) fn opt_expr(&mut self, e: Option<&'a Expr<'a>>) -> Result {
        e.map_or(Ok(()), |e| self.expr(e))
    }

    pub(super) fn expr(&mut self, e: &'a Expr<'a>) -> Result {
        self.depth.enter()?;
        with_stack(|| self.expr_inner(e))?;
        self.depth.leave();
        Ok(())
    }

    fn expr_inner(&mut self, e: &'a Expr<'a>) -> Result {
        let at = e.location;
        match e.kind() {
            ExprKind::NamedExpr { target, value } => {
                self.not_in_annotation("named expression", at)?;
                self.named_expr(target, value, at)
            }
            ExprKind::BoolOp { values, .. } | ExprKind::JoinedStr { values } => self.exprs(values),
            ExprKind::BinOp { left, right, .. } => {
                self.expr(left)?;
                self.expr(right)
            }
            ExprKind::UnaryOp { operand, .. } => self.expr(operand),
            ExprKind::Lambda { args, body } => {
                self.defaults(args)?;
                let name = self.names.intern("lambda");
                self.enter(name, BlockKind::Function, Key::body(e), at);
                self.params(args)?;
                self.expr(body)?;
                self.exit();
                Ok(())
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(test)?;
                self.expr(body)?;
                self.expr(orelse)
            }
            ExprKind::Dict { keys, values } => {
                keys.iter().try_for_each(|k| self.opt_expr(*k))?;
                self.exprs(values)
            }
            ExprKind::Set { elts } | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
                self.exprs(elts)
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension(e, ComprehensionKind::Generator, generators, elt, None)
            }
            ExprKind::ListComp { elt, generators } => {
                self.comprehension(e, ComprehensionKind::List, generators, elt, None)
            }
            ExprKind::SetComp { elt, generators } => {
                self.comprehension(e, ComprehensionKind::Set, generators, elt, None)
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension(e, ComprehensionKind::Dict, generators, key, Some(value))
            }
            ExprKind::Yield { value } => {
                self.not_in_annotation("yield expression", at)?;
                self.opt_expr(value)?;
                self.yields(at)
            }
            ExprKind::YieldFrom { value } => {
                self.not_in_annotation("yield expression", at)?;
                self.expr(value)?;
                self.yields(at)
            }
            ExprKind::Await { value } => {
                self.not_in_annotation("await expression", at)?;
                self.check_await(at)?;
                self.expr(value)?;
                self.current().coroutine = true;
                Ok(())
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expr(left)?;
                self.exprs(comparators)
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr(func)?;
                self.exprs(args)?;
                self.keywords(keywords)
            }
            ExprKind::FormattedValue { value, format_spec, .. } => {
                self.expr(value)?;
                self.opt_expr(format_spec)
            }
            ExprKind::Constant { .. } => Ok(()),
            ExprKind::Attribute { value, .. } => self.expr(value),
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value)?;
                self.expr(slice)
            }
            ExprKind::Starred { value, .. } => self.expr(value),
            ExprKind::Slice { lower, upper, step } => {
                self.opt_expr(lower)?;
                self.opt_expr(upper)?;
                self.opt_expr(step)
            }
            ExprKind::Name { id, ctx } => {
                let flags = if ctx == ExprContext::Load { USE } else { DEF_LOCAL };
                self.add(id, flags, at)?;
                // super() uses the cell of the class it stands in.
                if ctx == ExprContext::Load && id == "super" && self.current().is_function_like() {
                    self.add("__class__", USE, at)?;
                }
                Ok(())
            }
        }
    }

    pub(super) fn keywords(&mut self, keywords: List<'a, Keyword<'a>>) -> Result {
        keywords.iter().try_for_each(|k| self.expr(k.value))
    }

    fn check_await(&mut self, at: Location) -> Result {
        if self.allows_top_level_await() {
            return Ok(());
        }
        let block = self.current();
        if !block.is_function_like() {
            return Err(syntax_error(at, "'await' outside function"));
        }
        if !is_async_def(block) && block.comprehension == ComprehensionKind::None {
            return Err(syntax_error(at, "'await' outside async function"));
        }
        Ok(())
    }

    fn yields(&mut self, at: Location) -> Result {
        self.current().generator = true;
        let place = match self.current().comprehension {
            ComprehensionKind::None => return Ok(()),
            ComprehensionKind::List => "list comprehension",
            ComprehensionKind::Set => "set comprehension",
            ComprehensionKind::Dict => "dict comprehension",
            ComprehensionKind::Generator => "generator expression",
        };
        Err(syntax_error(at, format!("'yield' inside {place}")))
    }

    fn not_in_annotation(&mut self, what: &str, at: Location) -> Result {
        let block = self.current();
        let msg = match block.kind {
            BlockKind::Annotation => format!("{what} cannot be used within an annotation"),
            BlockKind::TypeVariable => format!("{what} cannot be used within {}", block.scope_info),
            BlockKind::TypeAlias => format!("{what} cannot be used within a type alias"),
            BlockKind::TypeParameters => format!("{what} cannot be used within the definition of a generic"),
            BlockKind::Function | BlockKind::Class | BlockKind::Module => return Ok(()),
        };
        Err(syntax_error(at, msg))
    }

    fn named_expr(&mut self, target: &'a Expr<'a>, value: &'a Expr<'a>, at: Location) -> Result {
        if self.current().comp_iter_expr > 0 {
            let msg = "assignment expression cannot be used in a comprehension iterable expression";
            return Err(syntax_error(at, msg));
        }
        if self.current().comprehension != ComprehensionKind::None
            && let ExprKind::Name { id, .. } = target.kind()
        {
            self.bind_outside_comprehension(id, target.location)?;
        }
        self.expr(value)?;
        self.expr(target)
    }

    /// The target of an assignment expression in a comprehension belongs to the nearest block around it that
    /// is no comprehension (PEP 572).
    fn bind_outside_comprehension(&mut self, id: &'a str, at: Location) -> Result {
        for i in (0..self.stack.len()).rev() {
            let block = self.stack[i];
            let symbol = self.lookup(block, id);
            let entry = self.table.block(block);
            if entry.comprehension != ComprehensionKind::None {
                if symbol.has(DEF_COMP_ITER) && symbol.has(DEF_LOCAL) {
                    let msg = format!(
                        "assignment expression cannot rebind comprehension iteration variable '{id}'"
                    );
                    return Err(syntax_error(at, msg));
                }
                continue;
            }
            let place = match entry.kind {
                BlockKind::Function => {
                    let flags = if symbol.has(DEF_GLOBAL) { DEF_GLOBAL } else { DEF_NONLOCAL };
                    self.add(id, flags, at)?;
                    self.record_directive(id, at);
                    return self.add_to(block, id, DEF_LOCAL, at);
                }
                BlockKind::Module => {
                    self.add(id, DEF_GLOBAL, at)?;
                    self.record_directive(id, at);
                    return self.add_to(block, id, DEF_GLOBAL, at);
                }
                BlockKind::Class => "in a class body",
                BlockKind::TypeParameters => "within the definition of a generic",
                BlockKind::TypeAlias => "in a type alias",
                BlockKind::TypeVariable => "in a TypeVar bound",
                BlockKind::Annotation => continue,
            };
            let msg = format!("assignment expression within a comprehension cannot be used {place}");
            return Err(syntax_error(at, msg));
        }
        Ok(())
    }

    fn comprehension(
        &mut self,
        e: &'a Expr<'a>,
        kind: ComprehensionKind,
        generators: List<'a, Comprehension<'a>>,
        elt: &'a Expr<'a>,
        value: Option<&'a Expr<'a>>,
    ) -> Result {
        let Some((outermost, rest)) = generators.split_first() else { return Ok(()) };
        // The outermost iterable is evaluated in the enclosing block.
        self.current().comp_iter_expr += 1;
        self.expr(outermost.iter)?;
        self.current().comp_iter_expr -= 1;
        let name = self.names.intern(match kind {
            ComprehensionKind::List => "listcomp",
            ComprehensionKind::Set => "setcomp",
            ComprehensionKind::Dict => "dictcomp",
            ComprehensionKind::Generator | ComprehensionKind::None => "genexpr",
        });
        self.enter(name, BlockKind::Function, Key::body(e), e.location);
        self.current().comprehension = kind;
        self.current().coroutine |= outermost.is_async;
        self.add(".0", DEF_PARAM, e.location)?;
        self.current().comp_iter_target = true;
        self.expr(outermost.target)?;
        self.current().comp_iter_target = false;
        self.exprs(outermost.ifs)?;
        for inner in rest {
            self.current().comp_iter_target = true;
            self.expr(inner.target)?;
            self.current().comp_iter_target = false;
            self.current().comp_iter_expr += 1;
            self.expr(inner.iter)?;
            self.current().comp_iter_expr -= 1;
            self.exprs(inner.ifs)?;
            self.current().coroutine |= inner.is_async;
        }
        self.opt_expr(value)?;
        self.expr(elt)?;
        let is_generator = kind == ComprehensionKind::Generator;
        self.current().generator = is_generator;
        let is_async = self.current().coroutine && !is_generator;
        self.exit();
        if is_async {
            let allowed = self.allows_top_level_await();
            let block = self.current();
            if !is_async_def(block) && block.comprehension == ComprehensionKind::None && !allowed {
                let msg = "asynchronous comprehension outside of an asynchronous function";
                return Err(syntax_error(e.location, msg));
            }
            block.coroutine = true;
        }
        Ok(())
    }
}

fn is_async_def(block: &Block) -> bool {
    block.kind == BlockKind::Function && block.coroutine
}
