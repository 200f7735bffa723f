//! Folding: constants, identities, and comparisons that become part of the guard that asks for them.
//!
//! Identities are rules, `rule!(name: [op x 0] => x)`, over trees of ops in prefix form. A name that begins with `c` stands for a
//! constant, any other for anything; a right side whose operands are all constants is computed. Every rule is checked by
//! evaluating both sides on random values, so to add one is to write its line.

use super::cse::Computed;
use super::few::Few;
use crate::interp::{Did, eval};
use crate::ops::{ALL, Effect, Level, Op, Result as OpResult};
use crate::trace::{Arg, Const, Extra, Trace};
use std::sync::LazyLock;

/// A side of a rule.
#[derive(Debug)]
enum Tree {
    Var(&'static str),
    Int(i64),
    Op(Op, &'static [Tree]),
}

/// An identity.
#[derive(Debug)]
struct Rule {
    /// For messages.
    #[cfg_attr(not(test), allow(dead_code, reason = "names are for those who read and test"))]
    name: &'static str,
    left: Tree,
    right: Tree,
}

macro_rules! tree {
    ([$op:ident $($operand:tt)*]) => { Tree::Op(Op::$op, &[$(tree!($operand)),*]) };
    (($int:expr)) => { Tree::Int($int) };
    ($name:ident) => { Tree::Var(stringify!($name)) };
    ($int:literal) => { Tree::Int($int) };
}

macro_rules! rule {
    ($name:ident: $left:tt => $right:tt) => {
        Rule { name: stringify!($name), left: tree!($left), right: tree!($right) }
    };
}

const RULES: &[Rule] = &[
    rule!(add_zero: [add x 0] => x),
    rule!(add_twice: [add [add x c1] c2] => [add x [add c1 c2]]),
    rule!(add_neg: [add x [neg y]] => [sub x y]),
    rule!(sub_zero: [sub x 0] => x),
    rule!(sub_self: [sub x x] => 0),
    rule!(sub_constant: [sub x c] => [add x [neg c]]),
    rule!(sub_from_zero: [sub 0 x] => [neg x]),
    rule!(add_sub: [add [sub x y] y] => x),
    rule!(sub_add: [sub [add x y] y] => x),
    rule!(sub_add_first: [sub [add x y] x] => y),
    rule!(neg_neg: [neg [neg x]] => x),
    rule!(not_not: [not [not x]] => x),
    rule!(mul_zero: [mul x 0] => 0),
    rule!(mul_one: [mul x 1] => x),
    rule!(mul_minus_one: [mul x (-1)] => [neg x]),
    rule!(mul_2: [mul x 2] => [shl x 1]),
    rule!(mul_4: [mul x 4] => [shl x 2]),
    rule!(mul_8: [mul x 8] => [shl x 3]),
    rule!(mul_16: [mul x 16] => [shl x 4]),
    rule!(mul_twice: [mul [mul x c1] c2] => [mul x [mul c1 c2]]),
    rule!(and_zero: [and x 0] => 0),
    rule!(and_ones: [and x (-1)] => x),
    rule!(and_self: [and x x] => x),
    rule!(and_twice: [and [and x c1] c2] => [and x [and c1 c2]]),
    rule!(and_byte: [and x 255] => [zext8 x]),
    rule!(and_half: [and x 65535] => [zext16 x]),
    rule!(and_word: [and x 4294967295] => [zext32 x]),
    rule!(or_zero: [or x 0] => x),
    rule!(or_ones: [or x (-1)] => (-1)),
    rule!(or_self: [or x x] => x),
    rule!(xor_zero: [xor x 0] => x),
    rule!(xor_ones: [xor x (-1)] => [not x]),
    rule!(xor_self: [xor x x] => 0),
    rule!(shl_zero: [shl x 0] => x),
    rule!(shr_zero: [shr x 0] => x),
    rule!(sar_zero: [sar x 0] => x),
    rule!(zero_shl: [shl 0 x] => 0),
    rule!(zero_shr: [shr 0 x] => 0),
    rule!(sdiv_one: [sdiv x 1] => x),
    rule!(srem_one: [srem x 1] => 0),
    rule!(addov_zero: [addov x 0] => x),
    rule!(subov_zero: [subov x 0] => x),
    rule!(subov_self: [subov x x] => 0),
    rule!(mulov_one: [mulov x 1] => x),
    rule!(mulov_zero: [mulov x 0] => 0),
    rule!(eq_self: [eq x x] => 1),
    rule!(ne_self: [ne x x] => 0),
    rule!(lt_self: [lt x x] => 0),
    rule!(le_self: [le x x] => 1),
    rule!(ult_self: [ult x x] => 0),
    rule!(ule_self: [ule x x] => 1),
    rule!(select_same: [select x y y] => y),
    rule!(select_yes: [select 1 x y] => x),
    rule!(select_no: [select 0 x y] => y),
    rule!(zext8_twice: [zext8 [zext8 x]] => [zext8 x]),
    rule!(zext16_twice: [zext16 [zext16 x]] => [zext16 x]),
    rule!(zext32_twice: [zext32 [zext32 x]] => [zext32 x]),
    rule!(sext32_twice: [sext32 [sext32 x]] => [sext32 x]),
    rule!(offset_zero: [as_int [as_ptr x]] => x),
    rule!(pointer_back: [as_ptr [as_int x]] => x),
    rule!(fneg_fneg: [fneg [fneg x]] => x),
    rule!(fabs_fabs: [fabs [fabs x]] => [fabs x]),
    rule!(fabs_fneg: [fabs [fneg x]] => [fabs x]),
    rule!(bits_back: [bits2f [f2bits x]] => x),
    rule!(float_back: [f2bits [bits2f x]] => x),
];

/// The rules by the op at the left side's root.
static BY_ROOT: LazyLock<Vec<Vec<&'static Rule>>> = LazyLock::new(|| {
    let of = |op| RULES.iter().filter(move |rule| matches!(rule.left, Tree::Op(root, _) if root == op));
    ALL.iter().map(|&op| of(op).collect()).collect()
});

/// How deep rules are applied to what rules have made.
const DEPTH: u32 = 4;

/// A guard that asks for a comparison's result compares itself; `None` if it is known to hold.
pub(super) fn guard(out: &Trace, mut op: Op, mut args: Few) -> Option<(Op, Few)> {
    if let (Op::guard_true | Op::guard_false, Some(asked)) = (op, args.first().and_then(|arg| arg.val())) {
        let compare = out.inst(asked).op;
        let merged = compare
            .as_guard()
            .and_then(|guard| if op == Op::guard_true { Some(guard) } else { guard.opposite() });
        if let (Some(merged), Some(compared)) = (merged, Few::of(out.args(asked))) {
            (op, args) = (merged, compared);
        }
    }
    if let (Some(reversed), [Arg::Const(_), Arg::Val(_)]) = (op.reversed(), &args[..]) {
        op = reversed;
        args.swap();
    }
    // SAFETY: a guard touches no memory.
    let holds = op.opposite().is_some()
        && bits(&args).is_some_and(|(bits, count)| unsafe {
            eval(op, Extra::None, None, &bits[..count]) == Did::Nothing
        });
    (!holds).then_some((op, args))
}

pub(super) enum Simpler {
    Arg(Arg),
    Op(Op, Few),
}

/// The simplest form of a pure op that the rules lead to. What the right sides need in between is added to `out`, unless it has been
/// computed.
pub(super) fn simplify(out: &mut Trace, computed: &mut Computed, op: Op, args: Few) -> Simpler {
    simplify_to(out, computed, op, args, DEPTH)
}

fn simplify_to(out: &mut Trace, computed: &mut Computed, op: Op, mut args: Few, depth: u32) -> Simpler {
    if op.info().commutes && matches!(args[..], [Arg::Const(_), Arg::Val(_)]) {
        args.swap();
    }
    if let Some(c) = constant(op, &args) {
        return Simpler::Arg(Arg::Const(c));
    }
    if depth == 0 {
        return Simpler::Op(op, args);
    }
    for rule in &BY_ROOT[op as usize] {
        let Tree::Op(_, operands) = rule.left else { continue };
        let mut bound = Vec::new();
        if operands.iter().zip(&args[..]).all(|(tree, &arg)| matches(out, tree, arg, &mut bound)) {
            return match &rule.right {
                Tree::Op(op, operands) => match build_all(out, computed, operands, &bound, depth - 1) {
                    Some(args) => simplify_to(out, computed, *op, args, depth - 1),
                    None => continue,
                },
                leaf => Simpler::Arg(build(out, computed, leaf, &bound, depth - 1)),
            };
        }
    }
    Simpler::Op(op, args)
}

/// The operands' bits, if all are constants.
fn bits(args: &[Arg]) -> Option<([u64; 3], usize)> {
    let mut bits = [0; 3];
    for (place, arg) in bits.iter_mut().zip(args) {
        *place = arg.konst()?.bits();
    }
    Some((bits, args.len()))
}

/// What a pure op gives for constants.
fn constant(op: Op, args: &[Arg]) -> Option<Const> {
    let OpResult::Of(ty) = op.info().result else { return None };
    let (bits, count) = bits(args)?;
    let undefined = op.info().effect == Effect::Trap && matches!(bits[1], 0 | u64::MAX);
    if undefined || op.info().level != Level::Lo {
        return None;
    }
    // SAFETY: a pure op touches no memory.
    match unsafe { eval(op, Extra::None, None, &bits[..count]) } {
        Did::Value(bits) => Some(Const::of(ty, bits)),
        _ => None,
    }
}

type Bound = Vec<(&'static str, Arg)>;

fn matches(out: &Trace, tree: &Tree, arg: Arg, bound: &mut Bound) -> bool {
    match tree {
        Tree::Int(int) => arg.int() == Some(*int),
        Tree::Var(name) => {
            if let Some(&(_, known)) = bound.iter().find(|entry| entry.0 == *name) {
                return known == arg;
            }
            bound.push((name, arg));
            arg.konst().is_some() || !is_constant(name)
        }
        Tree::Op(op, operands) => {
            let Some(val) = arg.val().filter(|&val| out.inst(val).op == *op) else { return false };
            operands.iter().zip(out.args(val)).all(|(tree, &arg)| matches(out, tree, arg, bound))
        }
    }
}

fn build(out: &mut Trace, computed: &mut Computed, tree: &Tree, bound: &Bound, depth: u32) -> Arg {
    match tree {
        Tree::Int(int) => (*int).into(),
        // Every name of a right side occurs on the left.
        Tree::Var(name) => bound.iter().find(|entry| entry.0 == *name).map_or(Arg::from(0), |entry| entry.1),
        Tree::Op(op, operands) => match build_all(out, computed, operands, bound, depth) {
            Some(args) => match simplify_to(out, computed, *op, args, depth) {
                Simpler::Arg(arg) => arg,
                Simpler::Op(op, args) => computed.push(out, op, &args).into(),
            },
            // No row of the table has so many operands.
            None => Arg::from(0),
        },
    }
}

fn build_all(
    out: &mut Trace,
    computed: &mut Computed,
    trees: &[Tree],
    bound: &Bound,
    depth: u32,
) -> Option<Few> {
    let mut args = [Arg::from(0); 3];
    for (arg, tree) in args.iter_mut().zip(trees) {
        *arg = build(out, computed, tree, bound, depth);
    }
    Few::of(args.get(..trees.len())?)
}

fn is_constant(name: &str) -> bool {
    name.starts_with('c')
}

#[cfg(test)]
mod tests {
    use super::super::forward::Passes;
    use super::super::tests::after;
    use super::*;
    use crate::check::same_bits;
    use crate::fuzz::Random;
    use crate::ops::{Class, Ty};
    use std::collections::HashMap;

    /// The type of a value that stands for an operand.
    fn operand_type(op: Op, n: usize) -> Ty {
        match op.info().operands[n] {
            Class::F => Ty::F,
            Class::P => Ty::P,
            _ => Ty::I,
        }
    }

    fn value(tree: &Tree, ty: Ty, names: &mut HashMap<&str, u64>, random: &mut Random) -> Option<u64> {
        match tree {
            Tree::Int(int) => Some(int.cast_unsigned()),
            Tree::Var(name) => Some(*names.entry(name).or_insert_with(|| {
                let small = random.bits().cast_signed() >> random.below(64);
                if ty == Ty::F { (small as f64 / 8.0).to_bits() } else { small.cast_unsigned() }
            })),
            Tree::Op(op, operands) => {
                let args: Option<Vec<u64>> = operands
                    .iter()
                    .enumerate()
                    .map(|(n, tree)| value(tree, operand_type(*op, n), names, random))
                    .collect();
                // SAFETY: rules are about pure ops.
                match unsafe { eval(*op, Extra::None, None, &args?) } {
                    Did::Value(bits) => Some(bits),
                    _ => None,
                }
            }
        }
    }

    #[test]
    fn rules_hold() {
        let mut random = Random::new(7);
        for rule in RULES {
            for _ in 0..2000 {
                let mut names = HashMap::new();
                // A left side that would leave the trace says nothing.
                if let Some(left) = value(&rule.left, Ty::I, &mut names, &mut random) {
                    let right = value(&rule.right, Ty::I, &mut names, &mut random)
                        .expect("the right side has a value");
                    assert!(same_bits(left, right, false), "{}: {names:?}", rule.name);
                }
            }
        }
    }

    #[test]
    fn constants_and_identities() {
        assert_eq!(
            after(
                |trace| Passes::FOLD.run(trace),
                "v0 = param i
                v1 = add 2, 3
                v2 = add v0, 0
                v3 = add v1, v2
                v4 = add v3, 7
                v5 = mul v4, 8
                v6 = fadd 1.5, 2.0
                exit -> [v5, v6]"
            ),
            "v0 = param i\nv1 = add v0, 5\nv2 = add v0, 12\nv3 = shl v2, 3\nexit -> [v3, 3.5]\n"
        );
    }

    #[test]
    fn comparisons_merge_into_guards() {
        assert_eq!(
            after(
                |trace| Passes::FOLD.run(trace),
                "v0 = param i
                v1 = param f
                v2 = lt v0, 10
                guard_true v2 -> [v0]
                v4 = flt v1, 1.0
                guard_false v4 -> [v0]
                guard_gt 3, v0 -> [v0]
                guard_eq 3, 3 -> [v0]
                exit -> []"
            ),
            "v0 = param i\nv1 = param f\nv2 = lt v0, 10\nguard_lt v0, 10 -> [v0]\nv4 = flt v1, 1.0\n\
             guard_fnlt v1, 1.0 -> [v0]\nguard_lt v0, 3 -> [v0]\nexit -> []\n"
        );
    }

    #[test]
    fn what_fails_is_kept() {
        let text = "v0 = addov 9223372036854775807, 1 -> [1]\nguard_lt 3, 3 -> []\nexit -> [v0]\n";
        assert_eq!(after(|trace| Passes::FOLD.run(trace), text), text);
    }
}
