//! THE NODE TABLE: every class of the `ast` module with its fields, in the terms of [`ast`](crate::ast).
//!
//! `enums` rows read: name of the sum, Rust type, constructors without fields. `sums` rows: name, Rust type, the enum of its kinds, whether
//! nodes have a place in the source, and the constructors; one whose fields sit in a struct of their own names it in parentheses.
//! `singles` rows are sums with one constructor, which has the Rust type's name; `structs` rows are products: name, Rust type, place, fields.
//!
//! A field is `name: how type`: `one`, `opt` (may be None), `seq` (a list), and the type's name in the grammar. A trailing underscore of a
//! field's name is Rust's alone.

/// Calls `$m! { enums { .. } sums { .. } singles { .. } structs { .. } }` with the table's rows.
#[macro_export]
macro_rules! asdl {
    ($m:path) => {
        $m! {
        enums {
            expr_context ExprContext { Load Store Del }
            boolop BoolOp { And Or }
            operator Operator { Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv }
            unaryop UnaryOp { Invert Not UAdd USub }
            cmpop CmpOp { Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn }
        }
        sums {
            r#mod Mod Mod unplaced {
                Module { body: seq stmt, type_ignores: seq type_ignore }
                Interactive { body: seq stmt }
                Expression { body: one expr }
                FunctionType { argtypes: seq expr, returns: one expr }
            }
            stmt Stmt StmtKind placed {
                FunctionDef (FunctionDef) {
                    name: one identifier, args: one arguments, body: seq stmt, decorator_list: seq expr, returns: opt expr,
                    type_comment: opt string, type_params: seq type_param
                }
                AsyncFunctionDef (FunctionDef) {
                    name: one identifier, args: one arguments, body: seq stmt, decorator_list: seq expr, returns: opt expr,
                    type_comment: opt string, type_params: seq type_param
                }
                ClassDef (ClassDef) {
                    name: one identifier, bases: seq expr, keywords: seq keyword, body: seq stmt, decorator_list: seq expr,
                    type_params: seq type_param
                }
                Return { value: opt expr }
                Delete { targets: seq expr }
                Assign { targets: seq expr, value: one expr, type_comment: opt string }
                TypeAlias { name: one expr, type_params: seq type_param, value: one expr }
                AugAssign { target: one expr, op: one operator, value: one expr }
                AnnAssign { target: one expr, annotation: one expr, value: opt expr, simple: one int }
                For { target: one expr, iter: one expr, body: seq stmt, orelse: seq stmt, type_comment: opt string }
                AsyncFor { target: one expr, iter: one expr, body: seq stmt, orelse: seq stmt, type_comment: opt string }
                While { test: one expr, body: seq stmt, orelse: seq stmt }
                If { test: one expr, body: seq stmt, orelse: seq stmt }
                With { items: seq withitem, body: seq stmt, type_comment: opt string }
                AsyncWith { items: seq withitem, body: seq stmt, type_comment: opt string }
                Match { subject: one expr, cases: seq match_case }
                Raise { exc: opt expr, cause: opt expr }
                Try { body: seq stmt, handlers: seq excepthandler, orelse: seq stmt, finalbody: seq stmt }
                TryStar { body: seq stmt, handlers: seq excepthandler, orelse: seq stmt, finalbody: seq stmt }
                Assert { test: one expr, msg: opt expr }
                Import { names: seq alias }
                ImportFrom { module: opt identifier, names: seq alias, level: opt int }
                Global { names: seq identifier }
                Nonlocal { names: seq identifier }
                Expr { value: one expr }
                Pass {}
                Break {}
                Continue {}
            }
            expr Expr ExprKind placed {
                BoolOp { op: one boolop, values: seq expr }
                NamedExpr { target: one expr, value: one expr }
                BinOp { left: one expr, op: one operator, right: one expr }
                UnaryOp { op: one unaryop, operand: one expr }
                Lambda { args: one arguments, body: one expr }
                IfExp { test: one expr, body: one expr, orelse: one expr }
                Dict { keys: seq expr, values: seq expr }
                Set { elts: seq expr }
                ListComp { elt: one expr, generators: seq comprehension }
                SetComp { elt: one expr, generators: seq comprehension }
                DictComp { key: one expr, value: one expr, generators: seq comprehension }
                GeneratorExp { elt: one expr, generators: seq comprehension }
                Await { value: one expr }
                Yield { value: opt expr }
                YieldFrom { value: one expr }
                Compare { left: one expr, ops: seq cmpop, comparators: seq expr }
                Call { func: one expr, args: seq expr, keywords: seq keyword }
                FormattedValue { value: one expr, conversion: one int, format_spec: opt expr }
                JoinedStr { values: seq expr }
                Constant { value: one constant, kind: opt string }
                Attribute { value: one expr, attr: one identifier, ctx: one expr_context }
                Subscript { value: one expr, slice: one expr, ctx: one expr_context }
                Starred { value: one expr, ctx: one expr_context }
                Name { id: one identifier, ctx: one expr_context }
                List { elts: seq expr, ctx: one expr_context }
                Tuple { elts: seq expr, ctx: one expr_context }
                Slice { lower: opt expr, upper: opt expr, step: opt expr }
            }
            pattern Pattern PatternKind placed {
                MatchValue { value: one expr }
                MatchSingleton { value: one constant }
                MatchSequence { patterns: seq pattern }
                MatchMapping { keys: seq expr, patterns: seq pattern, rest: opt identifier }
                MatchClass { cls: one expr, patterns: seq pattern, kwd_attrs: seq identifier, kwd_patterns: seq pattern }
                MatchStar { name: opt identifier }
                MatchAs { pattern: opt pattern, name: opt identifier }
                MatchOr { patterns: seq pattern }
            }
            type_param TypeParam TypeParamKind placed {
                TypeVar { name: one identifier, bound: opt expr, default_value: opt expr }
                ParamSpec { name: one identifier, default_value: opt expr }
                TypeVarTuple { name: one identifier, default_value: opt expr }
            }
        }
        singles {
            excepthandler ExceptHandler placed { type_: opt expr, name: opt identifier, body: seq stmt }
            type_ignore TypeIgnore unplaced { lineno: one int, tag: one string }
        }
        structs {
            comprehension Comprehension unplaced { target: one expr, iter: one expr, ifs: seq expr, is_async: one int }
            arguments Arguments unplaced {
                posonlyargs: seq arg, args: seq arg, vararg: opt arg, kwonlyargs: seq arg, kw_defaults: seq expr, kwarg: opt arg,
                defaults: seq expr
            }
            arg Arg placed { arg: one identifier, annotation: opt expr, type_comment: opt string }
            keyword Keyword placed { arg: opt identifier, value: one expr }
            alias Alias placed { name: one identifier, asname: opt identifier }
            withitem WithItem unplaced { context_expr: one expr, optional_vars: opt expr }
            match_case MatchCase unplaced { pattern: one pattern, guard: opt expr, body: seq stmt }
        }
        }
    };
}
