//! The numbers of `re._constants`.

/// The version of the codes.
pub const MAGIC: u32 = 20230612;
/// Bytes in a code.
pub const CODE_SIZE: usize = 4;
/// A repetition without bound.
pub const MAX_REPEAT: u32 = u32::MAX;
/// Most groups that a pattern may have.
pub const MAX_GROUPS: usize = i32::MAX as usize / 2;

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident: $($item:ident)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum $name { $($item),+ }

        impl $name {
            /// The item with a number.
            pub fn from_code(code: u32) -> Option<$name> {
                const ALL: &[$name] = &[$($name::$item),+];
                ALL.get(code as usize).copied()
            }
        }
    };
}

numbered! {
    /// Operations, in the order of their numbers.
    Opcode: Failure Success Any AnyAll Assert AssertNot At Branch Category Charset BigCharset GroupRef GroupRefExists In Info
    Jump Literal Mark MaxUntil MinUntil NotLiteral Negate Range Repeat RepeatOne Subpattern MinRepeatOne AtomicGroup
    PossessiveRepeat PossessiveRepeatOne GroupRefIgnore InIgnore LiteralIgnore NotLiteralIgnore GroupRefLocIgnore InLocIgnore
    LiteralLocIgnore NotLiteralLocIgnore GroupRefUniIgnore InUniIgnore LiteralUniIgnore NotLiteralUniIgnore RangeUniIgnore
}

numbered! {
    /// Places.
    At: Beginning BeginningLine BeginningString Boundary NonBoundary End EndLine EndString LocBoundary LocNonBoundary
    UniBoundary UniNonBoundary
}

numbered! {
    /// Kinds of characters; odd numbers negate the ones before.
    Category: Digit NotDigit Space NotSpace Word NotWord Linebreak NotLinebreak LocWord LocNotWord UniDigit UniNotDigit UniSpace
    UniNotSpace UniWord UniNotWord UniLinebreak UniNotLinebreak
}

/// The pattern begins with a literal prefix.
pub(crate) const INFO_PREFIX: u32 = 1;
/// The pattern begins with a character of a set.
pub(crate) const INFO_CHARSET: u32 = 4;
