//! The trace as text, both ways. One grammar for every stage, for dumps and for tests.
//!
//! ```text
//! trace sum
//! callee sqrt(f) -> f nothing
//!   v0 = param p
//!   v1 = ld_i64 [v0 + 8] !3
//!   v2 = phi 0
//!   loop
//!   v4 = ldx_f64 [v0 + v2*8 + 16]
//!   v5 = call_f sqrt(v4)
//!   v6 = addov v2, 1 -> [v2, _, 1.5 @ 7f00:12 | v0] where &0 = 77(v1)
//!   guard_lt v6, v1 -> [v6]
//!   jump v6
//! ```
//!
//! Integers are decimal, pointers start with `0x`, doubles have a `.`, an `e`, or are `inf` or `nan`. A snapshot's
//! frames are divided by `|`; `@ code:pc` (code in hexadecimal) is left out when both are 0. A comment runs from `;` to
//! the end of the line. A printed trace gives each instruction its place in the line as its number.

use crate::ops::{Op, Ty};
use crate::trace::{
    Alias, Arg, Callee, CalleeId, Const, Extra, Frame, Mem, Slot, SnapId, Snapshot, SnapshotRef, Touches,
    Trace, Val, Virtual,
};
use std::collections::HashMap;
use std::fmt;

// ---- printing ----

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Ty::I => "i",
            Ty::P => "p",
            Ty::F => "f",
        })
    }
}

impl fmt::Display for Val {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl fmt::Display for Const {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match *self {
            Const::I(value) => write!(f, "{value}"),
            Const::P(bits) => write!(f, "{bits:#x}"),
            Const::F(bits) => {
                let value = f64::from_bits(bits);
                if bits == f64::NAN.to_bits() {
                    f.write_str("nan")
                } else if value.is_nan() {
                    write!(f, "nan:{bits:x}")
                } else {
                    write!(f, "{value:?}")
                }
            }
        }
    }
}

impl fmt::Display for Arg {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Arg::Val(val) => val.fmt(f),
            Arg::Const(c) => c.fmt(f),
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Slot::Empty => f.write_str("_"),
            Slot::Arg(arg) => arg.fmt(f),
            Slot::Virtual(index) => write!(f, "&{index}"),
        }
    }
}

impl fmt::Display for SnapshotRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("[")?;
        for (n, frame) in self.frames().enumerate() {
            f.write_str(if n > 0 { " | " } else { "" })?;
            list(f, frame.slots)?;
            if (frame.code, frame.pc) != (0, 0) {
                write!(f, " @ {:x}:{}", frame.code, frame.pc)?;
            }
        }
        f.write_str("]")?;
        for (n, (desc, fields)) in self.virtuals().enumerate() {
            write!(f, " where &{n} = {desc}(")?;
            list(f, fields)?;
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Display for Callee {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        list(f, &self.params)?;
        f.write_str(")")?;
        if let Some(ty) = self.result {
            write!(f, " -> {ty}")?;
        }
        f.write_str(match self.touches {
            Touches::Nothing => " nothing",
            Touches::Reads => " reads",
            Touches::Writes => " writes",
        })
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "trace {}", self.name)?;
        for callee in &self.callees {
            writeln!(f, "callee {callee}")?;
        }
        for val in self.vals() {
            writeln!(f, "  {}", self.line(val))?;
        }
        Ok(())
    }
}

impl Trace {
    /// The instruction as its line of text.
    pub fn line(&self, val: Val) -> impl fmt::Display {
        Line(self, val)
    }
}

struct Line<'a>(&'a Trace, Val);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Line(trace, val) = *self;
        let inst = trace.inst(val);
        if inst.ty.is_some() {
            write!(f, "{val} = ")?;
        }
        f.write_str(inst.op.name())?;
        let args = trace.args(val);
        match (inst.extra, inst.ty) {
            (Extra::None, Some(ty)) if inst.op == Op::param => write!(f, " {ty}")?,
            (Extra::Mem(mem), _) => {
                let index = inst.op.info().carries.index;
                write!(f, " [{}", args[0])?;
                if index {
                    write!(f, " + {}*{}", args[1], mem.scale)?;
                }
                let sign = if mem.offset < 0 { '-' } else { '+' };
                write!(f, " {sign} {}]", mem.offset.unsigned_abs())?;
                for arg in &args[1 + usize::from(index)..] {
                    write!(f, ", {arg}")?;
                }
                match mem.alias {
                    Alias::ANY => {}
                    Alias::CONSTANT => f.write_str(" !const")?,
                    Alias(class) => write!(f, " !{class}")?,
                }
            }
            (Extra::Callee(id), _) => {
                let (lead, rest) = args.split_at(inst.op.info().operands.len());
                f.write_str(" ")?;
                for arg in lead {
                    write!(f, "{arg}, ")?;
                }
                write!(f, "{}(", trace.callees[id.0 as usize].name)?;
                list(f, rest)?;
                f.write_str(")")?;
            }
            _ => {
                f.write_str(if args.is_empty() { "" } else { " " })?;
                list(f, args)?;
            }
        }
        if let Extra::Desc(desc) = inst.extra {
            write!(f, " #{desc}")?;
        }
        match trace.snapshot(val) {
            Some(snapshot) => write!(f, " -> {snapshot}"),
            None => Ok(()),
        }
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter, items: &[T]) -> fmt::Result {
    for (n, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if n > 0 { ", " } else { "" })?;
    }
    Ok(())
}

// ---- parsing ----

/// Why a text is no trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseError {
    /// From 1.
    pub line: usize,
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

/// Reads a trace; `address` tells where a callee of that name is.
pub fn parse(text: &str, address: &dyn Fn(&str) -> Option<u64>) -> Result<Trace, ParseError> {
    let mut parser = Parser { trace: Trace::default(), names: HashMap::new(), tokens: Vec::new(), at: 0 };
    for (n, line) in text.lines().enumerate() {
        let line = line.split(';').next().unwrap_or_default();
        parser.tokens = tokens(line);
        parser.at = 0;
        if !parser.tokens.is_empty() {
            parser.line(address).map_err(|message| ParseError { line: n + 1, message })?;
        }
    }
    Ok(parser.trace)
}

/// Reads a constant as it is printed.
pub fn parse_const(text: &str) -> Option<Const> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if let Some(hex) = text.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).ok().map(Const::P);
    }
    if let Some(hex) = text.strip_prefix("nan:") {
        return u64::from_str_radix(hex, 16).ok().map(Const::F);
    }
    match digits {
        "nan" => Some(Const::F(f64::NAN.to_bits())),
        "inf" => text.parse::<f64>().ok().map(|value| Const::F(value.to_bits())),
        _ if !digits.starts_with(|c: char| c.is_ascii_digit()) => None,
        _ if digits.contains(['.', 'e']) => text.parse::<f64>().ok().map(|value| Const::F(value.to_bits())),
        _ => text.parse().ok().map(Const::I),
    }
}

type Parsed<T> = Result<T, String>;

struct Parser<'t> {
    trace: Trace,
    names: HashMap<&'t str, Val>,
    tokens: Vec<&'t str>,
    at: usize,
}

/// Words (which may hold `.`, `:` and a leading `-`), the arrow, and single marks.
fn tokens(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':');
        let number = first == '-' && rest[1..].starts_with(|c: char| c.is_ascii_digit() || c == 'i');
        let length = if rest.starts_with("->") {
            2
        } else if word(first) || number {
            let mut end = rest[1..].find(|c| !word(c)).map_or(rest.len(), |n| n + 1);
            // The exponent's sign.
            if rest[..end].ends_with('e') && rest[..end].contains(|c: char| c.is_ascii_digit() || c == '.') {
                let tail = &rest[end..];
                let digits = tail.strip_prefix(['-', '+']).unwrap_or("");
                let count = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
                end += if count > 0 { count + 1 } else { 0 };
            }
            end
        } else {
            first.len_utf8()
        };
        found.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    found
}

impl<'t> Parser<'t> {
    fn peek(&self) -> &'t str {
        self.tokens.get(self.at).copied().unwrap_or("")
    }

    fn next(&mut self) -> &'t str {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.peek() == token;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) -> Parsed<()> {
        match self.next() {
            found if found == token => Ok(()),
            found => Err(format!("expected `{token}`, found `{found}`")),
        }
    }

    fn line(&mut self, address: &dyn Fn(&str) -> Option<u64>) -> Parsed<()> {
        match self.peek() {
            "trace" => {
                self.next();
                self.trace.name = self.next().to_string();
            }
            "callee" => {
                self.next();
                let callee = self.callee(address)?;
                self.trace.declare(callee);
            }
            _ => self.inst()?,
        }
        match self.peek() {
            "" => Ok(()),
            extra => Err(format!("`{extra}` is too much")),
        }
    }

    fn callee(&mut self, address: &dyn Fn(&str) -> Option<u64>) -> Parsed<Callee> {
        let name = self.next().to_string();
        self.expect("(")?;
        let mut params = Vec::new();
        while !self.take(")") {
            params.push(self.ty()?);
            self.take(",");
        }
        let result = if self.take("->") { Some(self.ty()?) } else { None };
        let touches = match self.next() {
            "nothing" => Touches::Nothing,
            "reads" => Touches::Reads,
            "writes" => Touches::Writes,
            word => return Err(format!("`{word}` says not what the callee touches")),
        };
        let address = address(&name).ok_or_else(|| format!("no callee `{name}`"))?;
        Ok(Callee { name, address, params, result, touches })
    }

    fn ty(&mut self) -> Parsed<Ty> {
        match self.next() {
            "i" => Ok(Ty::I),
            "p" => Ok(Ty::P),
            "f" => Ok(Ty::F),
            word => Err(format!("`{word}` is no type")),
        }
    }

    fn inst(&mut self) -> Parsed<()> {
        let name = if self.tokens.get(self.at + 1) == Some(&"=") {
            let name = self.next();
            self.expect("=")?;
            Some(name)
        } else {
            None
        };
        let word = self.next();
        let op = Op::by_name(word).ok_or_else(|| format!("no op `{word}`"))?;
        let carries = op.info().carries;
        let mut args = Vec::new();
        let mut extra = Extra::None;
        if op == Op::param {
            let ty = self.ty()?;
            let val = self.trace.param(ty);
            return self.name(name, val, Some(ty));
        }
        if carries.mem {
            extra = Extra::Mem(self.mem(carries.index, &mut args)?);
        } else if carries.callee {
            extra = Extra::Callee(self.call(op, &mut args)?);
        } else {
            while !matches!(self.peek(), "" | "#" | "->") {
                args.push(self.arg()?);
                self.take(",");
            }
        }
        if self.take("#") {
            let word = self.next();
            extra = Extra::Desc(word.parse().map_err(|_| format!("`{word}` is no number"))?);
        }
        let snap = if self.take("->") { Some(self.snapshot()?) } else { None };
        let val = self.trace.push_with(op, &args, snap, extra);
        self.name(name, val, self.trace.inst(val).ty)
    }

    fn name(&mut self, name: Option<&'t str>, val: Val, ty: Option<Ty>) -> Parsed<()> {
        match (name, ty) {
            (Some(name), Some(_)) if self.names.insert(name, val).is_some() => Err(format!("`{name}` again")),
            (Some(_), Some(_)) | (None, None) => Ok(()),
            (Some(name), None) => Err(format!("nothing to call `{name}`")),
            (None, Some(_)) => Err("the result has no name".into()),
        }
    }

    fn arg(&mut self) -> Parsed<Arg> {
        let word = self.next();
        if let Some(&val) = self.names.get(word) {
            return Ok(val.into());
        }
        parse_const(word).map(Arg::Const).ok_or_else(|| format!("`{word}` is no value"))
    }

    fn mem(&mut self, index: bool, args: &mut Vec<Arg>) -> Parsed<Mem> {
        let mut mem = Mem::at(0, Alias::ANY);
        self.expect("[")?;
        args.push(self.arg()?);
        if index {
            self.expect("+")?;
            args.push(self.arg()?);
            self.expect("*")?;
            let word = self.next();
            mem.scale = word.parse().map_err(|_| format!("`{word}` is no scale"))?;
        }
        let negative = self.peek() == "-";
        if self.take("+") || self.take("-") {
            let word = self.next();
            let offset: i64 = word.parse().map_err(|_| format!("`{word}` is no offset"))?;
            let offset = if negative { -offset } else { offset };
            mem.offset = i32::try_from(offset).map_err(|_| format!("offset {offset} is too far"))?;
        }
        self.expect("]")?;
        while self.take(",") {
            args.push(self.arg()?);
        }
        if self.take("!") {
            mem.alias = match self.next() {
                "const" => Alias::CONSTANT,
                word => Alias(word.parse().map_err(|_| format!("`{word}` is no alias class"))?),
            };
        }
        Ok(mem)
    }

    fn call(&mut self, op: Op, args: &mut Vec<Arg>) -> Parsed<CalleeId> {
        for _ in op.info().operands {
            args.push(self.arg()?);
            self.expect(",")?;
        }
        let name = self.next();
        let at = self.trace.callees.iter().position(|callee| callee.name == name);
        let at = at.ok_or_else(|| format!("callee `{name}` is not declared"))?;
        self.expect("(")?;
        while !self.take(")") {
            args.push(self.arg()?);
            self.take(",");
        }
        Ok(CalleeId(at as u32))
    }

    fn snapshot(&mut self) -> Parsed<SnapId> {
        let mut snapshot = Snapshot::default();
        self.expect("[")?;
        loop {
            let mut frame = Frame::default();
            while !matches!(self.peek(), "]" | "|" | "@" | "") {
                frame.slots.push(self.slot()?);
                self.take(",");
            }
            if self.take("@") {
                let word = self.next();
                let (code, pc) = word.split_once(':').ok_or_else(|| format!("`{word}` is no place"))?;
                frame.code = u64::from_str_radix(code, 16).map_err(|_| format!("`{code}` is no code"))?;
                frame.pc = pc.parse().map_err(|_| format!("`{pc}` is no pc"))?;
            }
            snapshot.frames.push(frame);
            if !self.take("|") {
                break;
            }
        }
        self.expect("]")?;
        while self.take("where") {
            self.expect("&")?;
            let index = self.next();
            if index.parse() != Ok(snapshot.virtuals.len()) {
                return Err(format!("`&{index}` is out of order"));
            }
            self.expect("=")?;
            let desc = self.next();
            let desc = desc.parse().map_err(|_| format!("`{desc}` is no number"))?;
            self.expect("(")?;
            let mut fields = Vec::new();
            while !self.take(")") {
                fields.push(self.slot()?);
                self.take(",");
            }
            snapshot.virtuals.push(Virtual { desc, fields });
        }
        Ok(self.trace.snap(snapshot))
    }

    fn slot(&mut self) -> Parsed<Slot> {
        if self.take("_") {
            return Ok(Slot::Empty);
        }
        if self.take("&") {
            let word = self.next();
            return word.parse().map(Slot::Virtual).map_err(|_| format!("`&{word}` is no object"));
        }
        self.arg().map(Slot::Arg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Trace, ParseError> {
        parse(text, &|name| (name == "sqrt").then_some(0x1000))
    }

    #[test]
    fn prints_what_it_read() {
        let text = "\
trace sum
callee sqrt(f) -> f nothing
  v0 = param p
  v1 = ld_i64 [v0 + 8] !3
  v2 = phi 0
  v3 = phi -1.5e-300
  loop
  v5 = ldx_f64 [v0 + v2*8 - 16] !const
  v6 = call_f sqrt(v5)
  v7 = addov v2, -1 -> [v2, _, &0, inf @ 7f00:12 | 0x10] where &0 = 77(v1, -nan)
  guard_type v0 #9 -> [v7]
  stx_f64 [v0 + v7*8 + 0], v6
  jump v7, v6
";
        let text = text.replace("-nan", "nan");
        assert_eq!(read(&text).expect("it is a trace").to_string(), text);
    }

    #[test]
    fn errors_say_where() {
        let error = |text| read(text).expect_err("it is no trace").to_string();
        assert_eq!(error("trace t\n  v0 = frob 1"), "line 2: no op `frob`");
        assert_eq!(error("v0 = add v1, 2"), "line 1: `v1` is no value");
        assert_eq!(error("v0 = param i\nv0 = param i"), "line 2: `v0` again");
        assert_eq!(error("add 1, 2"), "line 1: the result has no name");
        assert_eq!(error("callee f() nothing"), "line 1: no callee `f`");
    }
}
