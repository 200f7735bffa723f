//! THE OP TABLE: every operation of the trace IR, one row each.
//!
//! To add a row: write it here, give it its meaning in `interp.rs` if its level is `lo` (the compiler will point
//! there), a rule in each backend's `forms.rs` and an arm in each `emit.rs` (it points there too), or its lowering if
//! its level is `hi`. Parser, printer, verifier, builder, optimiser and fuzzer read the row.
//!
//! A row is `name (operands) -> result, level, effect [marks];`
//!
//! - Operands and results: `i` a 64-bit integer, `p` a pointer to a counted object, `f` a double, `w` a word (`i` or
//!   `p`), `x` anything; `..` any number of `x`; `-` no result. A result `x` has the type of the last operand, or
//!   says its own (`param`).
//! - Level: `lo` ops are machine meaning, `hi` ops are what a language means by an operation and must be lowered
//!   before placement.
//! - Effect: `pure` depends on the operands alone; `trap` is pure but defined only behind its guards, so it may not
//!   move up; `load` and `store` touch the memory of their alias class; `alloc` makes something fresh; `call` does
//!   what its callee says; `guard` leaves the trace or has no effect; `count` changes a reference count;
//!   `flow` is the trace's own structure.
//! - Marks: `commutes`; `guard` carries a snapshot and may leave; `mem` carries offset and alias class, `memx` also a
//!   scale for the operand after the base; `callee`; `desc` carries a number that means something to whoever lowers it;
//!   and ownership, for the pass that inserts counts: `own` the result is a new reference, `borrow` the
//!   result is kept alive by an operand, `steals(n)` operand `n` is given away.

/// Calls the macro `$m` with all rows of the op table.
#[macro_export]
macro_rules! for_each_op {
    ($m:ident) => {
        $m! {
            // ---- structure ----
            param       ()       -> x, lo, flow [];
            phi         (x)      -> x, lo, flow [];
            loop_       ()       -> -, lo, flow [];
            jump        (..)     -> -, lo, flow [];
            link        (..)     -> -, lo, flow [desc];
            exit        ()       -> -, lo, flow [guard];

            // ---- integers: wrapping, shift counts taken modulo 64 ----
            add         (i i)    -> i, lo, pure [commutes];
            sub         (i i)    -> i, lo, pure [];
            mul         (i i)    -> i, lo, pure [commutes];
            and         (i i)    -> i, lo, pure [commutes];
            or          (i i)    -> i, lo, pure [commutes];
            xor         (i i)    -> i, lo, pure [commutes];
            shl         (i i)    -> i, lo, pure [];
            shr         (i i)    -> i, lo, pure [];
            sar         (i i)    -> i, lo, pure [];
            neg         (i)      -> i, lo, pure [];
            not         (i)      -> i, lo, pure [];
            sext8       (i)      -> i, lo, pure [];
            sext16      (i)      -> i, lo, pure [];
            sext32      (i)      -> i, lo, pure [];
            zext8       (i)      -> i, lo, pure [];
            zext16      (i)      -> i, lo, pure [];
            zext32      (i)      -> i, lo, pure [];
            // Rounding towards zero. The divisor is not 0, and not -1 with the least integer.
            sdiv        (i i)    -> i, lo, trap [];
            srem        (i i)    -> i, lo, trap [];
            // The result, or leave if it does not fit.
            addov       (i i)    -> i, lo, pure [commutes guard];
            subov       (i i)    -> i, lo, pure [guard];
            mulov       (i i)    -> i, lo, pure [commutes guard];
            // 1 or 0.
            eq          (w w)    -> i, lo, pure [commutes];
            ne          (w w)    -> i, lo, pure [commutes];
            lt          (i i)    -> i, lo, pure [];
            le          (i i)    -> i, lo, pure [];
            ult         (w w)    -> i, lo, pure [];
            ule         (w w)    -> i, lo, pure [];
            // The second operand if the first is not 0, else the third.
            select      (i i i)  -> i, lo, pure [];
            // A word seen as the other kind of word; no code.
            as_int      (p)      -> i, lo, pure [];
            as_ptr      (i)      -> p, lo, pure [borrow];
            // Address arithmetic on a pointer, which the result keeps no hold of.
            offset      (p i)    -> i, lo, pure [];

            // ---- doubles: IEEE 754, to nearest even; a NaN's payload and sign are unspecified ----
            fadd        (f f)    -> f, lo, pure [commutes];
            fsub        (f f)    -> f, lo, pure [];
            fmul        (f f)    -> f, lo, pure [commutes];
            fdiv        (f f)    -> f, lo, pure [];
            fneg        (f)      -> f, lo, pure [];
            fabs        (f)      -> f, lo, pure [];
            fsqrt       (f)      -> f, lo, pure [];
            ffloor      (f)      -> f, lo, pure [];
            fceil       (f)      -> f, lo, pure [];
            ftrunc      (f)      -> f, lo, pure [];
            fround      (f)      -> f, lo, pure [];
            feq         (f f)    -> i, lo, pure [commutes];
            fne         (f f)    -> i, lo, pure [commutes];
            flt         (f f)    -> i, lo, pure [];
            fle         (f f)    -> i, lo, pure [];
            i2f         (i)      -> f, lo, pure [];
            // Rounds towards zero; leaves unless the operand's magnitude is below 2**63.
            f2iov       (f)      -> i, lo, pure [guard];
            // The bits, unchanged.
            f2bits      (f)      -> i, lo, pure [];
            bits2f      (i)      -> f, lo, pure [];

            // ---- memory: [base + offset], [base + index * scale + offset] ----
            ld_i8       (w)      -> i, lo, load [mem];
            ld_u8       (w)      -> i, lo, load [mem];
            ld_i16      (w)      -> i, lo, load [mem];
            ld_u16      (w)      -> i, lo, load [mem];
            ld_i32      (w)      -> i, lo, load [mem];
            ld_u32      (w)      -> i, lo, load [mem];
            ld_i64      (w)      -> i, lo, load [mem];
            ld_p        (w)      -> p, lo, load [mem borrow];
            ld_f64      (w)      -> f, lo, load [mem];
            ldx_i8      (w i)    -> i, lo, load [memx];
            ldx_u8      (w i)    -> i, lo, load [memx];
            ldx_i16     (w i)    -> i, lo, load [memx];
            ldx_u16     (w i)    -> i, lo, load [memx];
            ldx_i32     (w i)    -> i, lo, load [memx];
            ldx_u32     (w i)    -> i, lo, load [memx];
            ldx_i64     (w i)    -> i, lo, load [memx];
            ldx_p       (w i)    -> p, lo, load [memx borrow];
            ldx_f64     (w i)    -> f, lo, load [memx];
            st_8        (w i)    -> -, lo, store [mem];
            st_16       (w i)    -> -, lo, store [mem];
            st_32       (w i)    -> -, lo, store [mem];
            st_64       (w w)    -> -, lo, store [mem];
            st_f64      (w f)    -> -, lo, store [mem];
            stx_8       (w i i)  -> -, lo, store [memx];
            stx_16      (w i i)  -> -, lo, store [memx];
            stx_32      (w i i)  -> -, lo, store [memx];
            stx_64      (w i w)  -> -, lo, store [memx];
            stx_f64     (w i f)  -> -, lo, store [memx];

            // ---- guards: go on if it holds, leave if not; `n` forms hold for NaN ----
            guard_true  (w)      -> -, lo, guard [guard];
            guard_false (w)      -> -, lo, guard [guard];
            guard_eq    (w w)    -> -, lo, guard [guard commutes];
            guard_ne    (w w)    -> -, lo, guard [guard commutes];
            guard_lt    (i i)    -> -, lo, guard [guard];
            guard_le    (i i)    -> -, lo, guard [guard];
            guard_gt    (i i)    -> -, lo, guard [guard];
            guard_ge    (i i)    -> -, lo, guard [guard];
            guard_ult   (w w)    -> -, lo, guard [guard];
            guard_ule   (w w)    -> -, lo, guard [guard];
            guard_ugt   (w w)    -> -, lo, guard [guard];
            guard_uge   (w w)    -> -, lo, guard [guard];
            guard_feq   (f f)    -> -, lo, guard [guard commutes];
            guard_fne   (f f)    -> -, lo, guard [guard commutes];
            guard_flt   (f f)    -> -, lo, guard [guard];
            guard_fle   (f f)    -> -, lo, guard [guard];
            guard_fnlt  (f f)    -> -, lo, guard [guard];
            guard_fnle  (f f)    -> -, lo, guard [guard];

            // ---- calls by the platform's C convention, arguments in registers ----
            call        (..)     -> -, lo, call [callee];
            call_i      (..)     -> i, lo, call [callee];
            call_p      (..)     -> p, lo, call [callee own];
            call_f      (..)     -> f, lo, call [callee];
            // Calls with the operands after the first if the first is not 0; out of line, for what is rare.
            call_if     (i ..)   -> -, lo, call [callee];

            // ---- counts: the low 32 bits at [p]; negative as a signed number means immortal ----
            rc_inc      (p)      -> -, lo, count [];
            // Calls the callee with the operand, out of line, when the 64-bit count becomes 0.
            rc_dec      (p)      -> -, lo, call [callee];

            // ---- hi: objects ----
            guard_type  (p)      -> -, hi, guard [guard desc];
            guard_shape (p)      -> -, hi, guard [guard desc];
            guard_value (w w)    -> -, hi, guard [guard];
            guard_watch ()       -> -, hi, guard [guard desc];
            get_field   (p)      -> p, hi, load [mem borrow];
            get_field_i (p)      -> i, hi, load [mem];
            get_field_f (p)      -> f, hi, load [mem];
            set_field   (p p)    -> -, hi, store [mem steals(1)];
            set_field_i (p i)    -> -, hi, store [mem];
            set_field_f (p f)    -> -, hi, store [mem];
            new_obj     ()       -> p, hi, alloc [desc own];
            incref      (p)      -> -, hi, count [];
            decref      (p)      -> -, hi, call [callee];
            // The operand with a reference of its own.
            take        (p)      -> p, hi, count [own];
            box_int     (i)      -> p, hi, alloc [own];
            box_float   (f)      -> p, hi, alloc [own];
            box_bool    (i)      -> p, hi, pure [borrow];
            // An exact int that fits a word, or leave.
            unbox_int   (p)      -> i, hi, pure [guard];
            unbox_float (p)      -> f, hi, pure [];
            list_len    (p)      -> i, hi, load [mem];
            list_get    (p i)    -> p, hi, load [mem borrow];
            list_set    (p i p)  -> -, hi, store [mem steals(2)];
            list_append (p p)    -> -, hi, store [mem steals(1)];
            tuple_len   (p)      -> i, hi, pure [];
            tuple_get   (p i)    -> p, hi, pure [borrow];
            new_tuple   (..)     -> p, hi, alloc [own];
            dict_get    (p p)    -> p, hi, load [mem borrow guard];
            str_len     (p)      -> i, hi, pure [];
        }
    };
}

/// The type of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ty {
    /// A 64-bit integer.
    I,
    /// A pointer to a counted object; lives in the same registers as an integer.
    P,
    /// A double.
    F,
}

/// What an operand may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    I,
    P,
    F,
    /// An integer or a pointer.
    W,
    X,
}

impl Class {
    /// Whether a value of type `ty` may stand here.
    pub fn admits(self, ty: Ty) -> bool {
        match self {
            Class::I => ty == Ty::I,
            Class::P => ty == Ty::P,
            Class::F => ty == Ty::F,
            Class::W => ty != Ty::F,
            Class::X => true,
        }
    }
}

/// What an op's row says about its result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Result {
    None,
    Of(Ty),
    /// The type of the operand, or stated by the instruction.
    Any,
}

/// Which stage of compilation may hold the op.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    Hi,
    Lo,
}

/// What an op does besides giving its result; see the head of this file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    Pure,
    Trap,
    Load,
    Store,
    Alloc,
    Call,
    Guard,
    Count,
    Flow,
}

/// Who holds the reference that a result is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Own {
    /// Not a reference.
    No,
    /// The trace: it must give it away or drop it.
    Own,
    /// Somebody else: it lasts as long as what it came from.
    Borrow,
}

/// What an instruction of the op carries besides its operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Carries {
    /// An offset and an alias class.
    pub mem: bool,
    /// A scale for operand 1, with `mem`.
    pub index: bool,
    pub callee: bool,
    pub desc: bool,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    pub name: &'static str,
    /// The fixed operands.
    pub operands: &'static [Class],
    /// Whether any number of further operands follows.
    pub variadic: bool,
    pub result: Result,
    pub level: Level,
    pub effect: Effect,
    pub commutes: bool,
    /// Whether an instruction has a snapshot and may leave the trace.
    pub guard: bool,
    pub own: Own,
    /// The operand that is given away.
    pub steals: Option<u8>,
    pub carries: Carries,
}

macro_rules! define {
    ($($name:ident ($($operand:tt)*) -> $result:tt, $level:ident, $effect:ident [$($marks:tt)*];)*) => {
        /// An operation; the table above says what each is.
        #[allow(non_camel_case_types, reason = "ops are spelt as they are printed")]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        pub enum Op { $($name),* }

        /// All operations, in the table's order.
        pub const ALL: &[Op] = &[$(Op::$name),*];

        const INFO: &[Info] = &[$(marks!(
            Info {
                name: strip(stringify!($name)),
                operands: operands!([] $($operand)*),
                variadic: variadic!($($operand)*),
                result: result!($result),
                level: level!($level),
                effect: effect!($effect),
                commutes: false,
                guard: false,
                own: Own::No,
                steals: None,
                carries: Carries { mem: false, index: false, callee: false, desc: false },
            }; $($marks)*
        )),*];
    };
}

macro_rules! class {
    (i) => {
        Class::I
    };
    (p) => {
        Class::P
    };
    (f) => {
        Class::F
    };
    (w) => {
        Class::W
    };
    (x) => {
        Class::X
    };
}

macro_rules! operands {
    ([$($done:expr,)*]) => { &[$($done),*] };
    ([$($done:expr,)*] ..) => { &[$($done),*] };
    ([$($done:expr,)*] $next:ident $($rest:tt)*) => { operands!([$($done,)* class!($next),] $($rest)*) };
}

macro_rules! variadic {
    () => { false };
    (..) => { true };
    ($next:ident $($rest:tt)*) => { variadic!($($rest)*) };
}

macro_rules! result {
    (-) => {
        Result::None
    };
    (i) => {
        Result::Of(Ty::I)
    };
    (p) => {
        Result::Of(Ty::P)
    };
    (f) => {
        Result::Of(Ty::F)
    };
    (x) => {
        Result::Any
    };
}

macro_rules! level {
    (hi) => {
        Level::Hi
    };
    (lo) => {
        Level::Lo
    };
}

macro_rules! effect {
    (pure) => {
        Effect::Pure
    };
    (trap) => {
        Effect::Trap
    };
    (load) => {
        Effect::Load
    };
    (store) => {
        Effect::Store
    };
    (alloc) => {
        Effect::Alloc
    };
    (call) => {
        Effect::Call
    };
    (guard) => {
        Effect::Guard
    };
    (count) => {
        Effect::Count
    };
    (flow) => {
        Effect::Flow
    };
}

macro_rules! marks {
    ($info:expr;) => { $info };
    ($info:expr; commutes $($rest:tt)*) => { marks!(Info { commutes: true, ..$info }; $($rest)*) };
    ($info:expr; guard $($rest:tt)*) => { marks!(Info { guard: true, ..$info }; $($rest)*) };
    ($info:expr; own $($rest:tt)*) => { marks!(Info { own: Own::Own, ..$info }; $($rest)*) };
    ($info:expr; borrow $($rest:tt)*) => { marks!(Info { own: Own::Borrow, ..$info }; $($rest)*) };
    ($info:expr; steals($n:literal) $($rest:tt)*) => { marks!(Info { steals: Some($n), ..$info }; $($rest)*) };
    ($info:expr; mem $($rest:tt)*) => {
        marks!(Info { carries: Carries { mem: true, ..$info.carries }, ..$info }; $($rest)*)
    };
    ($info:expr; memx $($rest:tt)*) => {
        marks!(Info { carries: Carries { mem: true, index: true, ..$info.carries }, ..$info }; $($rest)*)
    };
    ($info:expr; callee $($rest:tt)*) => {
        marks!(Info { carries: Carries { callee: true, ..$info.carries }, ..$info }; $($rest)*)
    };
    ($info:expr; desc $($rest:tt)*) => {
        marks!(Info { carries: Carries { desc: true, ..$info.carries }, ..$info }; $($rest)*)
    };
}

for_each_op!(define);

impl Op {
    /// The op's row.
    pub fn info(self) -> &'static Info {
        &INFO[self as usize]
    }

    /// The op's name as printed.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The op of that name.
    pub fn by_name(name: &str) -> Option<Op> {
        ALL.iter().copied().find(|op| op.name() == name)
    }

    /// Whether an instruction of this op may leave the trace.
    pub fn leaves(self) -> bool {
        self.info().guard
    }

    /// Whether nothing after it in the trace is reached.
    pub fn ends(self) -> bool {
        matches!(self, Op::jump | Op::link | Op::exit)
    }

    /// Whether it calls by the platform's convention in line, so that the volatile registers die.
    pub fn calls(self) -> bool {
        matches!(self, Op::call | Op::call_i | Op::call_p | Op::call_f)
    }

    /// Whether it may call out of line, behind a condition.
    pub fn calls_cold(self) -> bool {
        matches!(self, Op::call_if | Op::rc_dec)
    }

    /// For a guard or a comparison, the one that holds where this one does not.
    pub fn opposite(self) -> Option<Op> {
        Some(match self {
            Op::guard_true => Op::guard_false,
            Op::guard_false => Op::guard_true,
            Op::guard_eq => Op::guard_ne,
            Op::guard_ne => Op::guard_eq,
            Op::guard_lt => Op::guard_ge,
            Op::guard_ge => Op::guard_lt,
            Op::guard_le => Op::guard_gt,
            Op::guard_gt => Op::guard_le,
            Op::guard_ult => Op::guard_uge,
            Op::guard_uge => Op::guard_ult,
            Op::guard_ule => Op::guard_ugt,
            Op::guard_ugt => Op::guard_ule,
            Op::guard_feq => Op::guard_fne,
            Op::guard_fne => Op::guard_feq,
            Op::guard_flt => Op::guard_fnlt,
            Op::guard_fnlt => Op::guard_flt,
            Op::guard_fle => Op::guard_fnle,
            Op::guard_fnle => Op::guard_fle,
            Op::eq => Op::ne,
            Op::ne => Op::eq,
            Op::feq => Op::fne,
            Op::fne => Op::feq,
            _ => return None,
        })
    }

    /// For a comparison, the guard that holds where it is 1.
    pub fn as_guard(self) -> Option<Op> {
        Some(match self {
            Op::eq => Op::guard_eq,
            Op::ne => Op::guard_ne,
            Op::lt => Op::guard_lt,
            Op::le => Op::guard_le,
            Op::ult => Op::guard_ult,
            Op::ule => Op::guard_ule,
            Op::feq => Op::guard_feq,
            Op::fne => Op::guard_fne,
            Op::flt => Op::guard_flt,
            Op::fle => Op::guard_fle,
            _ => return None,
        })
    }

    /// For an integer guard, the one that holds with the operands exchanged.
    pub fn reversed(self) -> Option<Op> {
        Some(match self {
            Op::guard_eq | Op::guard_ne => self,
            Op::guard_lt => Op::guard_gt,
            Op::guard_gt => Op::guard_lt,
            Op::guard_le => Op::guard_ge,
            Op::guard_ge => Op::guard_le,
            Op::guard_ult => Op::guard_ugt,
            Op::guard_ugt => Op::guard_ult,
            Op::guard_ule => Op::guard_uge,
            Op::guard_uge => Op::guard_ule,
            _ => return None,
        })
    }

    /// Whether it may be left out when nobody uses its result.
    pub fn removable(self) -> bool {
        self.info().result != Result::None
            && matches!(self.info().effect, Effect::Pure | Effect::Trap | Effect::Load | Effect::Alloc)
    }
}

/// The name without the underscore that keeps it from being one of Rust's keywords.
const fn strip(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [.., b'_'] => name.split_at(name.len() - 1).0,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_name() {
        for &op in ALL {
            assert_eq!(Op::by_name(op.name()), Some(op));
        }
        assert_eq!(Op::loop_.name(), "loop");
    }

    #[test]
    fn opposites_are_mutual() {
        for &op in ALL {
            if let Some(opposite) = op.opposite() {
                assert_eq!(opposite.opposite(), Some(op));
            }
            assert_eq!(
                op.info().effect == Effect::Guard && op.info().level == Level::Lo,
                op.opposite().is_some_and(|op| op.leaves())
            );
        }
    }

    #[test]
    fn rows_are_consistent() {
        for &op in ALL {
            let info = op.info();
            if let Some(n) = info.steals {
                assert_eq!(info.operands[usize::from(n)], Class::P, "{op:?} steals what is no reference");
            }
            assert_eq!(info.own != Own::No, info.result == Result::Of(Ty::P), "{op:?}: who owns the result?");
            assert!(!info.carries.index || info.carries.mem, "{op:?}");
            assert!(info.effect != Effect::Guard || info.guard, "{op:?} has no snapshot");
            assert!(!matches!(info.effect, Effect::Store) || info.carries.mem, "{op:?} has no alias class");
        }
    }
}
