//! Contexts and conditions.

/// Conditions that operations meet, as bits of [`flags`].
pub type Status = u32;

/// The conditions, with libmpdec's bits.
pub mod flags {
    pub const CLAMPED: u32 = 0x1;
    pub const CONVERSION_SYNTAX: u32 = 0x2;
    pub const DIVISION_BY_ZERO: u32 = 0x4;
    pub const DIVISION_IMPOSSIBLE: u32 = 0x8;
    pub const DIVISION_UNDEFINED: u32 = 0x10;
    pub const INEXACT: u32 = 0x40;
    pub const INVALID_CONTEXT: u32 = 0x80;
    pub const INVALID_OPERATION: u32 = 0x100;
    pub const MALLOC_ERROR: u32 = 0x200;
    pub const FLOAT_OPERATION: u32 = 0x400;
    pub const OVERFLOW: u32 = 0x800;
    pub const ROUNDED: u32 = 0x1000;
    pub const SUBNORMAL: u32 = 0x2000;
    pub const UNDERFLOW: u32 = 0x4000;
    /// All that the signal InvalidOperation stands for.
    pub const ANY_INVALID: u32 = CONVERSION_SYNTAX
        | DIVISION_IMPOSSIBLE
        | DIVISION_UNDEFINED
        | INVALID_CONTEXT
        | INVALID_OPERATION
        | MALLOC_ERROR;
}

pub const MAX_PREC: i64 = 999_999_999_999_999_999;
pub const MAX_EMAX: i64 = 999_999_999_999_999_999;
pub const MIN_EMIN: i64 = -999_999_999_999_999_999;
pub const MIN_ETINY: i64 = MIN_EMIN - (MAX_PREC - 1);

/// What happens to discarded digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
    /// Away from zero if the last digit is 0 or 5.
    ZeroFiveUp,
}

impl Rounding {
    pub const ALL: [(Rounding, &'static str); 8] = [
        (Rounding::Ceiling, "ROUND_CEILING"),
        (Rounding::Floor, "ROUND_FLOOR"),
        (Rounding::Up, "ROUND_UP"),
        (Rounding::Down, "ROUND_DOWN"),
        (Rounding::HalfUp, "ROUND_HALF_UP"),
        (Rounding::HalfDown, "ROUND_HALF_DOWN"),
        (Rounding::HalfEven, "ROUND_HALF_EVEN"),
        (Rounding::ZeroFiveUp, "ROUND_05UP"),
    ];

    pub fn name(self) -> &'static str {
        Rounding::ALL.iter().find(|(mode, _)| *mode == self).map_or("", |(_, name)| name)
    }

    pub fn of_name(name: &str) -> Option<Rounding> {
        Rounding::ALL.iter().find(|(_, own)| *own == name).map(|(mode, _)| *mode)
    }
}

/// The numbers that govern an operation; signals are the caller's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Context {
    pub prec: i64,
    pub emax: i64,
    pub emin: i64,
    pub rounding: Rounding,
    pub clamp: bool,
    pub capitals: bool,
}

impl Context {
    /// In which every number that there can be is exact.
    pub const MAX: Context = Context {
        prec: MAX_PREC,
        emax: MAX_EMAX,
        emin: MIN_EMIN,
        rounding: Rounding::HalfEven,
        clamp: false,
        capitals: true,
    };

    /// The least exponent of a number.
    pub fn etiny(&self) -> i64 {
        self.emin - self.prec + 1
    }

    /// The largest exponent of a number of full precision.
    pub fn etop(&self) -> i64 {
        self.emax - self.prec + 1
    }

    #[must_use]
    pub fn with_prec(self, prec: i64) -> Context {
        Context { prec: prec.clamp(1, MAX_PREC), ..self }
    }

    #[must_use]
    pub fn with_rounding(self, rounding: Rounding) -> Context {
        Context { rounding, ..self }
    }

    /// For intermediate results: so many digits, the widest exponents.
    pub fn working(prec: i64) -> Context {
        Context::MAX.with_prec(prec)
    }
}
