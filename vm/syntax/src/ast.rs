//! The abstract syntax tree of Python 3.13: `Parser/Python.asdl` in Rust.
//!
//! Names and field order are the ASDL's. Every node lives in an [`Arena`](crate::arena::Arena) and refers to its
//! children with `&'a`, so every type here except [`Expr`] is `Copy`, and an `Expr` is handed around as
//! `&'a Expr<'a>`. Lists are slices. An expression's kind sits in a cell: constant folding replaces it in place
//! with [`Expr::set_kind`] while the rest of the tree stays shared.
//!
//! The left-recursive operators (`a+a+…`, `a.b.b…`) make trees as deep as the source is long: whoever recurses
//! over a tree counts the depth and raises RecursionError, as CPython's passes do.

use std::cell::Cell;
use std::fmt;

/// An identifier, NFKC-normalised.
pub type Identifier<'a> = &'a str;

/// A list of children.
pub type List<'a, T> = &'a [T];

/// A required expression child.
pub type ExprRef<'a> = &'a Expr<'a>;

/// Where a node stands in the source.
///
/// Lines count from 1, columns from 0 in bytes of the UTF-8 form of the line; the end is exclusive.
/// CPython keeps these as C ints, and trees built by Python code may hold anything that fits one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Location {
    /// First line.
    pub lineno: i32,
    /// First column.
    pub col_offset: i32,
    /// Last line.
    pub end_lineno: i32,
    /// The column after the last one.
    pub end_col_offset: i32,
}

impl Location {
    /// From the start of `self` to the end of `end`.
    #[inline]
    pub fn to(self, end: Location) -> Location {
        Location { end_lineno: end.end_lineno, end_col_offset: end.end_col_offset, ..self }
    }
}

/// What a parse produces: the ASDL's `mod`.
#[derive(Clone, Copy, Debug)]
pub enum Mod<'a> {
    /// A file.
    Module { body: List<'a, Stmt<'a>>, type_ignores: List<'a, TypeIgnore<'a>> },
    /// One interactive statement.
    Interactive { body: List<'a, Stmt<'a>> },
    /// The argument of `eval`.
    Expression { body: ExprRef<'a> },
    /// A signature type comment, `(int, str) -> bool`.
    FunctionType { argtypes: List<'a, ExprRef<'a>>, returns: ExprRef<'a> },
}

/// A statement.
#[derive(Clone, Copy, Debug)]
pub struct Stmt<'a> {
    /// What it is.
    pub kind: StmtKind<'a>,
    /// Where it is.
    pub location: Location,
}

/// The body shared by `def` and `async def`.
#[derive(Clone, Copy, Debug)]
pub struct FunctionDef<'a> {
    pub name: Identifier<'a>,
    pub args: &'a Arguments<'a>,
    pub body: List<'a, Stmt<'a>>,
    pub decorator_list: List<'a, ExprRef<'a>>,
    pub returns: Option<ExprRef<'a>>,
    pub type_comment: Option<&'a str>,
    pub type_params: List<'a, TypeParam<'a>>,
}

/// A class statement.
#[derive(Clone, Copy, Debug)]
pub struct ClassDef<'a> {
    pub name: Identifier<'a>,
    pub bases: List<'a, ExprRef<'a>>,
    pub keywords: List<'a, Keyword<'a>>,
    pub body: List<'a, Stmt<'a>>,
    pub decorator_list: List<'a, ExprRef<'a>>,
    pub type_params: List<'a, TypeParam<'a>>,
}

/// The ASDL's `stmt`.
#[derive(Clone, Copy, Debug)]
pub enum StmtKind<'a> {
    FunctionDef(&'a FunctionDef<'a>),
    AsyncFunctionDef(&'a FunctionDef<'a>),
    ClassDef(&'a ClassDef<'a>),
    Return {
        value: Option<ExprRef<'a>>,
    },
    Delete {
        targets: List<'a, ExprRef<'a>>,
    },
    Assign {
        targets: List<'a, ExprRef<'a>>,
        value: ExprRef<'a>,
        type_comment: Option<&'a str>,
    },
    TypeAlias {
        name: ExprRef<'a>,
        type_params: List<'a, TypeParam<'a>>,
        value: ExprRef<'a>,
    },
    AugAssign {
        target: ExprRef<'a>,
        op: Operator,
        value: ExprRef<'a>,
    },
    /// `simple` is whether the target is a bare name without parentheses.
    AnnAssign {
        target: ExprRef<'a>,
        annotation: ExprRef<'a>,
        value: Option<ExprRef<'a>>,
        simple: bool,
    },
    For {
        target: ExprRef<'a>,
        iter: ExprRef<'a>,
        body: List<'a, Stmt<'a>>,
        orelse: List<'a, Stmt<'a>>,
        type_comment: Option<&'a str>,
    },
    AsyncFor {
        target: ExprRef<'a>,
        iter: ExprRef<'a>,
        body: List<'a, Stmt<'a>>,
        orelse: List<'a, Stmt<'a>>,
        type_comment: Option<&'a str>,
    },
    While {
        test: ExprRef<'a>,
        body: List<'a, Stmt<'a>>,
        orelse: List<'a, Stmt<'a>>,
    },
    If {
        test: ExprRef<'a>,
        body: List<'a, Stmt<'a>>,
        orelse: List<'a, Stmt<'a>>,
    },
    With {
        items: List<'a, WithItem<'a>>,
        body: List<'a, Stmt<'a>>,
        type_comment: Option<&'a str>,
    },
    AsyncWith {
        items: List<'a, WithItem<'a>>,
        body: List<'a, Stmt<'a>>,
        type_comment: Option<&'a str>,
    },
    Match {
        subject: ExprRef<'a>,
        cases: List<'a, MatchCase<'a>>,
    },
    Raise {
        exc: Option<ExprRef<'a>>,
        cause: Option<ExprRef<'a>>,
    },
    Try {
        body: List<'a, Stmt<'a>>,
        handlers: List<'a, ExceptHandler<'a>>,
        orelse: List<'a, Stmt<'a>>,
        finalbody: List<'a, Stmt<'a>>,
    },
    TryStar {
        body: List<'a, Stmt<'a>>,
        handlers: List<'a, ExceptHandler<'a>>,
        orelse: List<'a, Stmt<'a>>,
        finalbody: List<'a, Stmt<'a>>,
    },
    Assert {
        test: ExprRef<'a>,
        msg: Option<ExprRef<'a>>,
    },
    Import {
        names: List<'a, Alias<'a>>,
    },
    ImportFrom {
        module: Option<Identifier<'a>>,
        names: List<'a, Alias<'a>>,
        level: i32,
    },
    Global {
        names: List<'a, Identifier<'a>>,
    },
    Nonlocal {
        names: List<'a, Identifier<'a>>,
    },
    Expr {
        value: ExprRef<'a>,
    },
    Pass,
    Break,
    Continue,
}

/// An expression.
pub struct Expr<'a> {
    kind: Cell<ExprKind<'a>>,
    /// Where it is.
    pub location: Location,
}

impl<'a> Expr<'a> {
    /// A node that is not in an arena yet.
    #[inline]
    pub fn new(kind: ExprKind<'a>, location: Location) -> Self {
        Self { kind: Cell::new(kind), location }
    }

    /// What it is: a copy of a few words, whose children are the tree's own.
    #[inline]
    pub fn kind(&self) -> ExprKind<'a> {
        self.kind.get()
    }

    /// Makes this node another expression, at the same place in the source.
    #[inline]
    pub fn set_kind(&self, kind: ExprKind<'a>) {
        self.kind.set(kind);
    }
}

impl fmt::Debug for Expr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind().fmt(f)
    }
}

/// The ASDL's `expr`.
#[derive(Clone, Copy, Debug)]
pub enum ExprKind<'a> {
    BoolOp {
        op: BoolOp,
        values: List<'a, ExprRef<'a>>,
    },
    NamedExpr {
        target: ExprRef<'a>,
        value: ExprRef<'a>,
    },
    BinOp {
        left: ExprRef<'a>,
        op: Operator,
        right: ExprRef<'a>,
    },
    UnaryOp {
        op: UnaryOp,
        operand: ExprRef<'a>,
    },
    Lambda {
        args: &'a Arguments<'a>,
        body: ExprRef<'a>,
    },
    IfExp {
        test: ExprRef<'a>,
        body: ExprRef<'a>,
        orelse: ExprRef<'a>,
    },
    /// A key is `None` for `**mapping`.
    Dict {
        keys: List<'a, Option<ExprRef<'a>>>,
        values: List<'a, ExprRef<'a>>,
    },
    Set {
        elts: List<'a, ExprRef<'a>>,
    },
    ListComp {
        elt: ExprRef<'a>,
        generators: List<'a, Comprehension<'a>>,
    },
    SetComp {
        elt: ExprRef<'a>,
        generators: List<'a, Comprehension<'a>>,
    },
    DictComp {
        key: ExprRef<'a>,
        value: ExprRef<'a>,
        generators: List<'a, Comprehension<'a>>,
    },
    GeneratorExp {
        elt: ExprRef<'a>,
        generators: List<'a, Comprehension<'a>>,
    },
    Await {
        value: ExprRef<'a>,
    },
    Yield {
        value: Option<ExprRef<'a>>,
    },
    YieldFrom {
        value: ExprRef<'a>,
    },
    Compare {
        left: ExprRef<'a>,
        ops: List<'a, CmpOp>,
        comparators: List<'a, ExprRef<'a>>,
    },
    Call {
        func: ExprRef<'a>,
        args: List<'a, ExprRef<'a>>,
        keywords: List<'a, Keyword<'a>>,
    },
    /// `conversion` is -1, or the character after `!`: `s`, `r` or `a`.
    FormattedValue {
        value: ExprRef<'a>,
        conversion: i32,
        format_spec: Option<ExprRef<'a>>,
    },
    JoinedStr {
        values: List<'a, ExprRef<'a>>,
    },
    /// `kind` is `Some("u")` for a literal written `u"…"`.
    Constant {
        value: Constant<'a>,
        kind: Option<&'a str>,
    },
    Attribute {
        value: ExprRef<'a>,
        attr: Identifier<'a>,
        ctx: ExprContext,
    },
    Subscript {
        value: ExprRef<'a>,
        slice: ExprRef<'a>,
        ctx: ExprContext,
    },
    Starred {
        value: ExprRef<'a>,
        ctx: ExprContext,
    },
    Name {
        id: Identifier<'a>,
        ctx: ExprContext,
    },
    List {
        elts: List<'a, ExprRef<'a>>,
        ctx: ExprContext,
    },
    Tuple {
        elts: List<'a, ExprRef<'a>>,
        ctx: ExprContext,
    },
    Slice {
        lower: Option<ExprRef<'a>>,
        upper: Option<ExprRef<'a>>,
        step: Option<ExprRef<'a>>,
    },
}

/// The value of a constant. Tuples and frozensets come from folding and from trees built by Python code.
#[derive(Clone, Copy, Debug)]
pub enum Constant<'a> {
    None,
    True,
    False,
    Ellipsis,
    Str(Wtf8<'a>),
    Bytes(&'a [u8]),
    Int(Int<'a>),
    Float(f64),
    Complex { real: f64, imag: f64 },
    Tuple(List<'a, Constant<'a>>),
    FrozenSet(List<'a, Constant<'a>>),
}

/// The text of a Python string: UTF-8 that may also hold lone surrogates, each in its three-byte form.
///
/// A high surrogate directly followed by a low one stays two code points, as in Python
/// (so this is generalised UTF-8 rather than strict WTF-8).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Wtf8<'a> {
    bytes: &'a [u8],
}

impl<'a> Wtf8<'a> {
    /// Takes bytes that the caller knows to be generalised UTF-8.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// The encoded form.
    pub fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The text, if it holds no surrogate.
    pub fn as_str(self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes).ok()
    }

    /// Whether there is no text.
    pub fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// The code points, surrogates among them.
    pub fn code_points(self) -> impl Iterator<Item = u32> + 'a {
        let mut rest = self.bytes;
        std::iter::from_fn(move || {
            let (&first, tail) = rest.split_first()?;
            let (more, lead) = match first {
                0..=0x7f => (0, u32::from(first)),
                0xc0..=0xdf => (1, u32::from(first & 0x1f)),
                0xe0..=0xef => (2, u32::from(first & 0x0f)),
                _ => (3, u32::from(first & 0x07)),
            };
            let (continuation, tail) = tail.split_at_checked(more)?;
            rest = tail;
            Some(continuation.iter().fold(lead, |point, byte| point << 6 | u32::from(byte & 0x3f)))
        })
    }
}

impl<'a> From<&'a str> for Wtf8<'a> {
    fn from(text: &'a str) -> Self {
        Self { bytes: text.as_bytes() }
    }
}

impl fmt::Debug for Wtf8<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(self.bytes))
    }
}

/// An integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Int<'a> {
    /// Fits 64 bits.
    Small(i64),
    /// Does not. `digits` are in base 2**30, least significant first, the last one not zero: a Python int's own.
    Big { negative: bool, digits: &'a [u32] },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExprContext {
    Load,
    Store,
    Del,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BoolOp {
    And,
    Or,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    Add,
    Sub,
    Mult,
    MatMult,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    Invert,
    Not,
    UAdd,
    USub,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CmpOp {
    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}

/// One `for … in … if …` of a comprehension.
#[derive(Clone, Copy, Debug)]
pub struct Comprehension<'a> {
    pub target: ExprRef<'a>,
    pub iter: ExprRef<'a>,
    pub ifs: List<'a, ExprRef<'a>>,
    pub is_async: bool,
}

/// The ASDL's `excepthandler`, which has one kind.
#[derive(Clone, Copy, Debug)]
pub struct ExceptHandler<'a> {
    pub type_: Option<ExprRef<'a>>,
    pub name: Option<Identifier<'a>>,
    pub body: List<'a, Stmt<'a>>,
    pub location: Location,
}

/// The parameters of a function. `defaults` belong to the last of `posonlyargs` and `args`;
/// `kw_defaults` go with `kwonlyargs` one to one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arguments<'a> {
    pub posonlyargs: List<'a, Arg<'a>>,
    pub args: List<'a, Arg<'a>>,
    pub vararg: Option<&'a Arg<'a>>,
    pub kwonlyargs: List<'a, Arg<'a>>,
    pub kw_defaults: List<'a, Option<ExprRef<'a>>>,
    pub kwarg: Option<&'a Arg<'a>>,
    pub defaults: List<'a, ExprRef<'a>>,
}

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub struct Arg<'a> {
    pub arg: Identifier<'a>,
    pub annotation: Option<ExprRef<'a>>,
    pub type_comment: Option<&'a str>,
    pub location: Location,
}

/// A keyword argument; `arg` is `None` for `**mapping`.
#[derive(Clone, Copy, Debug)]
pub struct Keyword<'a> {
    pub arg: Option<Identifier<'a>>,
    pub value: ExprRef<'a>,
    pub location: Location,
}

/// An imported name, dotted in `import`, `*` in `from … import *`.
#[derive(Clone, Copy, Debug)]
pub struct Alias<'a> {
    pub name: Identifier<'a>,
    pub asname: Option<Identifier<'a>>,
    pub location: Location,
}

/// One context manager of a `with`.
#[derive(Clone, Copy, Debug)]
pub struct WithItem<'a> {
    pub context_expr: ExprRef<'a>,
    pub optional_vars: Option<ExprRef<'a>>,
}

/// One `case`.
#[derive(Clone, Copy, Debug)]
pub struct MatchCase<'a> {
    pub pattern: &'a Pattern<'a>,
    pub guard: Option<ExprRef<'a>>,
    pub body: List<'a, Stmt<'a>>,
}

/// A pattern.
#[derive(Clone, Copy, Debug)]
pub struct Pattern<'a> {
    pub kind: PatternKind<'a>,
    pub location: Location,
}

/// The ASDL's `pattern`.
#[derive(Clone, Copy, Debug)]
pub enum PatternKind<'a> {
    MatchValue {
        value: ExprRef<'a>,
    },
    MatchSingleton {
        value: Constant<'a>,
    },
    MatchSequence {
        patterns: List<'a, Pattern<'a>>,
    },
    MatchMapping {
        keys: List<'a, ExprRef<'a>>,
        patterns: List<'a, Pattern<'a>>,
        rest: Option<Identifier<'a>>,
    },
    MatchClass {
        cls: ExprRef<'a>,
        patterns: List<'a, Pattern<'a>>,
        kwd_attrs: List<'a, Identifier<'a>>,
        kwd_patterns: List<'a, Pattern<'a>>,
    },
    MatchStar {
        name: Option<Identifier<'a>>,
    },
    MatchAs {
        pattern: Option<&'a Pattern<'a>>,
        name: Option<Identifier<'a>>,
    },
    MatchOr {
        patterns: List<'a, Pattern<'a>>,
    },
}

/// A `# type: ignore` comment; `tag` is what follows `ignore`.
#[derive(Clone, Copy, Debug)]
pub struct TypeIgnore<'a> {
    pub lineno: i32,
    pub tag: &'a str,
}

/// A type parameter (PEP 695, with PEP 696's defaults).
#[derive(Clone, Copy, Debug)]
pub struct TypeParam<'a> {
    pub kind: TypeParamKind<'a>,
    pub location: Location,
}

/// The ASDL's `type_param`.
#[derive(Clone, Copy, Debug)]
pub enum TypeParamKind<'a> {
    TypeVar { name: Identifier<'a>, bound: Option<ExprRef<'a>>, default_value: Option<ExprRef<'a>> },
    ParamSpec { name: Identifier<'a>, default_value: Option<ExprRef<'a>> },
    TypeVarTuple { name: Identifier<'a>, default_value: Option<ExprRef<'a>> },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_stay_small() {
        assert!(size_of::<Expr>() <= 64);
        assert!(size_of::<Stmt>() <= 88);
    }

    #[test]
    fn surrogates_are_code_points() {
        let text = Wtf8::new(b"a\xed\xa0\x80\xf0\x9f\x98\x80");
        assert_eq!(text.code_points().collect::<Vec<_>>(), [0x61, 0xd800, 0x1f600]);
        assert_eq!(text.as_str(), None);
    }
}
