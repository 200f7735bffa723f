//! The number protocol: operators and conversions.

use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::raise::{self, Raised, Result};
use crate::typeobject::slots::{BinaryFunc, TernaryFunc};
use crate::typeobject::{NumberMethods, TypeObject, dunder};
use crate::types::float::Float;
use crate::types::int::{Int, PyLong_Type};
use crate::types::none::{none, not_implemented};

macro_rules! binary_operators {
    ($($name:ident $slot:ident $inplace:ident $symbol:literal $inplace_symbol:literal;)*) => {
        /// A binary operator with a slot and an in-place slot.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Binary { $($name),* }

        impl Binary {
            #[inline]
            pub(crate) fn slot(self, table: &NumberMethods) -> Option<BinaryFunc> {
                match self { $(Binary::$name => table.$slot.get()),* }
            }
            #[inline]
            fn inplace_slot(self, table: &NumberMethods) -> Option<BinaryFunc> {
                match self { $(Binary::$name => binary_operators!(@inplace table $inplace)),* }
            }
            /// The operator's spelling in error texts.
            pub fn symbol(self) -> &'static str {
                match self { $(Binary::$name => $symbol),* }
            }
            /// The in-place operator's spelling in error texts.
            pub fn inplace_symbol(self) -> &'static str {
                match self { $(Binary::$name => $inplace_symbol),* }
            }
        }
    };
    (@inplace $table:ident none) => {{
        let _ = $table;
        None
    }};
    (@inplace $table:ident $slot:ident) => {
        $table.$slot.get()
    };
}

binary_operators! {
    Add nb_add nb_inplace_add "+" "+=";
    Subtract nb_subtract nb_inplace_subtract "-" "-=";
    Multiply nb_multiply nb_inplace_multiply "*" "*=";
    Remainder nb_remainder nb_inplace_remainder "%" "%=";
    Lshift nb_lshift nb_inplace_lshift "<<" "<<=";
    Rshift nb_rshift nb_inplace_rshift ">>" ">>=";
    And nb_and nb_inplace_and "&" "&=";
    Xor nb_xor nb_inplace_xor "^" "^=";
    Or nb_or nb_inplace_or "|" "|=";
    FloorDivide nb_floor_divide nb_inplace_floor_divide "//" "//=";
    TrueDivide nb_true_divide nb_inplace_true_divide "/" "/=";
    MatrixMultiply nb_matrix_multiply nb_inplace_matrix_multiply "@" "@=";
    Divmod nb_divmod none "divmod()" "divmod()";
}

/// Tries the operands' slots in the order of the data model; `NotImplemented` when none knows the other.
///
/// # Errors
/// What the operators raise.
#[inline]
pub fn binary_op1(left: &Object, right: &Object, op: Binary) -> Result<Ref> {
    let (left_class, right_class) = (left.class(), right.class());
    let left_slot = left_class.number().and_then(|table| op.slot(table));
    let mut right_slot = None;
    if !core::ptr::eq(left_class, right_class) {
        right_slot = right_class.number().and_then(|table| op.slot(table));
        if let (Some(a), Some(b)) = (left_slot, right_slot)
            && core::ptr::fn_addr_eq(a, b)
        {
            right_slot = None;
        }
    }
    if let Some(function) = left_slot {
        if let Some(reflected) = right_slot
            && right_class.is_subtype(left_class)
        {
            // SAFETY: a slot of an operand's own type takes that operand.
            let result = unsafe { reflected(left, right) }?;
            if !result.is(not_implemented()) {
                return Ok(result);
            }
            right_slot = None;
        }
        // SAFETY: a slot of an operand's own type takes that operand.
        let result = unsafe { function(left, right) }?;
        if !result.is(not_implemented()) {
            return Ok(result);
        }
    }
    if let Some(reflected) = right_slot {
        // SAFETY: a slot of an operand's own type takes that operand.
        let result = unsafe { reflected(left, right) }?;
        if !result.is(not_implemented()) {
            return Ok(result);
        }
    }
    Ok(not_implemented().to_ref())
}

#[cold]
fn unsupported(left: &Object, right: &Object, symbol: &str) -> Raised {
    crate::raise!(
        TypeError,
        "unsupported operand type(s) for {symbol}: '{}' and '{}'",
        left.class().full_name(),
        right.class().full_name()
    )
}

/// A binary operator, sequences' `+` and `*` included (`PyNumber_Add` and its kin).
///
/// # Errors
/// TypeError when the operands do not support it; what the operator raises.
pub fn binary_op(left: &Object, right: &Object, op: Binary) -> Result<Ref> {
    let result = binary_op1(left, right, op)?;
    if !result.is(not_implemented()) {
        return Ok(result);
    }
    nobody_knows(left, right, op, false)
}

/// What is left when no operand has known the other.
fn nobody_knows(left: &Object, right: &Object, op: Binary, inplace: bool) -> Result<Ref> {
    if let Some(result) = sequence_op(left, right, op, inplace) {
        return result;
    }
    if inplace {
        return Err(unsupported(left, right, op.inplace_symbol()));
    }
    if op == Binary::Rshift && crate::types::cfunction::is_print(left) {
        return Err(crate::raise!(
            TypeError,
            "unsupported operand type(s) for >>: '{}' and '{}'. Did you mean \"print(<message>, file=<output_stream>)\"?",
            left.class().full_name(),
            right.class().full_name()
        ));
    }
    Err(unsupported(left, right, op.symbol()))
}

/// Tries the in-place slot and then the slots of [`binary_op1`]; `NotImplemented` when none knows the other.
///
/// # Errors
/// What the operators raise.
pub fn inplace_op1(left: &Object, right: &Object, op: Binary) -> Result<Ref> {
    if let Some(function) = left.class().number().and_then(|table| op.inplace_slot(table)) {
        // SAFETY: the slot belongs to the operand's class.
        let result = unsafe { function(left, right) }?;
        if !result.is(not_implemented()) {
            return Ok(result);
        }
    }
    binary_op1(left, right, op)
}

/// An in-place binary operator (`PyNumber_InPlaceAdd` and its kin).
///
/// # Errors
/// As [`binary_op`].
pub fn inplace_op(left: &Object, right: &Object, op: Binary) -> Result<Ref> {
    let result = inplace_op1(left, right, op)?;
    if !result.is(not_implemented()) {
        return Ok(result);
    }
    nobody_knows(left, right, op, true)
}

/// Whose method, written in Python, has been asked for the result of a binary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// The left operand's, and the class of the right one is none that goes first.
    Left,
    /// The left operand's for doing it in place.
    InPlace,
    /// The right operand's, after all that the left one's class has.
    Right,
}

/// What is left of [`binary_op`], or [`inplace_op`], once a method has been asked and has said NotImplemented.
///
/// # Errors
/// As [`binary_op`].
pub fn binary_rest(left: &Object, right: &Object, op: Binary, inplace: bool, asked: Asked) -> Result<Ref> {
    let (left_class, right_class) = (left.class(), right.class());
    let slot = |class: &TypeObject| class.number().and_then(|table| op.slot(table));
    let result = match (asked, slot(right_class)) {
        (Asked::InPlace, _) => binary_op1(left, right, op)?,
        (Asked::Left, Some(reflected)) if !core::ptr::eq(left_class, right_class) => {
            if slot(left_class).is_some_and(|own| core::ptr::fn_addr_eq(own, reflected)) {
                dunder::reflected(op, left, right)?
            } else {
                // SAFETY: a slot of an operand's own type takes that operand.
                unsafe { reflected(left, right) }?
            }
        }
        _ => not_implemented().to_ref(),
    };
    if result.is(not_implemented()) { nobody_knows(left, right, op, inplace) } else { Ok(result) }
}

/// `+` and `*` of sequences.
fn sequence_op(left: &Object, right: &Object, op: Binary, inplace: bool) -> Option<Result<Ref>> {
    match op {
        Binary::Add => {
            let table = left.class().sequence()?;
            let concat = table.sq_inplace_concat.get().filter(|_| inplace).or(table.sq_concat.get())?;
            // SAFETY: the slot belongs to the operand's class.
            Some(unsafe { concat(left, right) })
        }
        Binary::Multiply => {
            if let Some(table) = left.class().sequence()
                && let Some(repeat) =
                    table.sq_inplace_repeat.get().filter(|_| inplace).or(table.sq_repeat.get())
            {
                return Some(sequence_repeat(repeat, left, right));
            }
            let repeat = right.class().sequence().and_then(|table| table.sq_repeat.get())?;
            Some(sequence_repeat(repeat, right, left))
        }
        _ => None,
    }
}

fn sequence_repeat(
    repeat: crate::typeobject::slots::SizeArgFunc,
    sequence: &Object,
    count: &Object,
) -> Result<Ref> {
    if !is_index(count) {
        return Err(crate::raise!(
            TypeError,
            "can't multiply sequence by non-int of type '{}'",
            count.class().full_name()
        ));
    }
    let count = index_as_isize(count, Some(&crate::types::exceptions::OverflowError))?;
    // SAFETY: the slot belongs to the sequence's class.
    unsafe { repeat(sequence, count) }
}

/// `PyNumber_Power`; a `modulus` of None is none.
///
/// # Errors
/// As [`binary_op`].
pub fn power(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
    ternary_op(base, exponent, modulus, "** or pow()")
}

/// `PyNumber_InPlacePower`.
///
/// # Errors
/// As [`binary_op`].
pub fn inplace_power(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
    if let Some(function) = base.class().number().and_then(|table| table.nb_inplace_power.get()) {
        // SAFETY: the slot belongs to the operand's class.
        let result = unsafe { function(base, exponent, Some(modulus)) }?;
        if !result.is(not_implemented()) {
            return Ok(result);
        }
    }
    ternary_op(base, exponent, modulus, "**=")
}

fn ternary_op(a: &Object, b: &Object, c: &Object, symbol: &str) -> Result<Ref> {
    let slot = |object: &Object| object.class().number().and_then(|table| table.nb_power.get());
    let same = |a: Option<TernaryFunc>, b: Option<TernaryFunc>| match (a, b) {
        (Some(a), Some(b)) => core::ptr::fn_addr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    let (slot_a, mut slot_b) = (slot(a), slot(b));
    if core::ptr::eq(a.class(), b.class()) || same(slot_a, slot_b) {
        slot_b = None;
    }
    // SAFETY (all calls): the slots belong to the operands' classes.
    let attempt = |function: Option<TernaryFunc>| -> Result<Option<Ref>> {
        let Some(function) = function else { return Ok(None) };
        let result = unsafe { function(a, b, Some(c)) }?;
        Ok((!result.is(not_implemented())).then_some(result))
    };
    if slot_a.is_some()
        && slot_b.is_some()
        && b.class().is_subtype(a.class())
        && let Some(result) = attempt(slot_b.take())?
    {
        return Ok(result);
    }
    if let Some(result) = attempt(slot_a)? {
        return Ok(result);
    }
    if let Some(result) = attempt(slot_b)? {
        return Ok(result);
    }
    let slot_c = slot(c);
    if !same(slot_c, slot_a)
        && !same(slot_c, slot(b))
        && let Some(result) = attempt(slot_c)?
    {
        return Ok(result);
    }
    if c.is(none()) {
        return Err(unsupported(a, b, symbol));
    }
    Err(crate::raise!(
        TypeError,
        "unsupported operand type(s) for {symbol}: '{}', '{}', '{}'",
        a.class().full_name(),
        b.class().full_name(),
        c.class().full_name()
    ))
}

macro_rules! unary_operators {
    ($($(#[$doc:meta])* $name:ident $slot:ident $symbol:literal;)*) => { $(
        $(#[$doc])*
        ///
        /// # Errors
        /// TypeError when the operand does not support it; what the operator raises.
        pub fn $name(operand: &Object) -> Result<Ref> {
            match operand.class().number().and_then(|table| table.$slot.get()) {
                // SAFETY: the slot belongs to the operand's class.
                Some(function) => unsafe { function(operand) },
                None => Err(crate::raise!(
                    TypeError,
                    concat!("bad operand type for ", $symbol, ": '{}'"),
                    operand.class().full_name()
                )),
            }
        }
    )* };
}

unary_operators! {
    /// `PyNumber_Negative`.
    negative nb_negative "unary -";
    /// `PyNumber_Positive`.
    positive nb_positive "unary +";
    /// `PyNumber_Invert`.
    invert nb_invert "unary ~";
    /// `PyNumber_Absolute`.
    absolute nb_absolute "abs()";
}

/// Whether an object is a number of some kind (`PyNumber_Check`).
pub fn is_number(object: &Object) -> bool {
    let has_slot = object.class().number().is_some_and(|table| {
        table.nb_index.get().is_some() || table.nb_int.get().is_some() || table.nb_float.get().is_some()
    });
    has_slot || object.cast::<crate::types::complex::Complex>().is_some()
}

/// `PyIndex_Check`.
#[inline]
pub fn is_index(object: &Object) -> bool {
    object.class().number().is_some_and(|table| table.nb_index.get().is_some())
}

/// `_PyNumber_Index`: the object itself if it is an int (subclasses included), else `__index__()`.
///
/// # Errors
/// TypeError when the object is no integer; what `__index__` raises.
pub fn index(object: &Object) -> Result<Ref<Int>> {
    if let Some(int) = object.cast::<Int>() {
        return Ok(int.to_ref());
    }
    let Some(function) = object.class().number().and_then(|table| table.nb_index.get()) else {
        return Err(crate::raise!(
            TypeError,
            "'{}' object cannot be interpreted as an integer",
            object.class().full_name()
        ));
    };
    // SAFETY: the slot belongs to the object's class.
    let result = unsafe { function(object) }?;
    let result = result.downcast::<Int>().map_err(|other| {
        crate::raise!(TypeError, "__index__ returned non-int (type {})", other.class().full_name())
    })?;
    if !result.is_exactly(&PyLong_Type) {
        crate::protocol::warn_strict_subclass(&result, "__index__", "int")?;
    }
    Ok(result)
}

/// `PyNumber_AsSsize_t`: clips when `overflow` is `None`, raises that class otherwise.
///
/// # Errors
/// TypeError when the object is no integer; `overflow` when it does not fit.
pub fn index_as_isize(object: &Object, overflow: Option<&TypeObject>) -> Result<isize> {
    if let Some(int) = object.cast_exact::<Int>().filter(|int| int.is_compact()) {
        return Ok(int.compact_value() as isize);
    }
    let int = index(object)?;
    if let Some(value) = int.to_i64() {
        return Ok(value as isize);
    }
    match overflow {
        None => Ok(if int.is_negative() { isize::MIN } else { isize::MAX }),
        Some(class) => Err(raise::set_text(
            class,
            format_args!("cannot fit '{}' into an index-sized integer", object.class().full_name()),
        )),
    }
}

/// `PyFloat_AsDouble`.
///
/// # Errors
/// TypeError when the object is no real number; OverflowError for a huge int.
pub fn as_f64(object: &Object) -> Result<f64> {
    if let Some(float) = object.cast::<Float>() {
        return Ok(float.value());
    }
    match converted_to_f64(object)? {
        Some(value) => Ok(value),
        None => Err(crate::raise!(TypeError, "must be real number, not {}", object.class().full_name())),
    }
}

/// What `__float__` or else `__index__` give; `None` for an object with neither.
///
/// # Errors
/// What they raise; TypeError for something else than a number.
pub fn converted_to_f64(object: &Object) -> Result<Option<f64>> {
    let table = object.class().number();
    if let Some(function) = table.and_then(|table| table.nb_float.get()) {
        // SAFETY: the slot belongs to the object's class.
        let result = unsafe { function(object) }?;
        let result = result.downcast::<Float>().map_err(|other| {
            crate::raise!(
                TypeError,
                "{}.__float__ returned non-float (type {})",
                object.class().full_name(),
                other.class().full_name()
            )
        })?;
        if !result.is_exactly(Float::class()) {
            crate::protocol::warn_strict_subclass_of(object, &result, "__float__", "float")?;
        }
        return Ok(Some(result.value()));
    }
    match is_index(object) {
        true => crate::types::int::to_f64(&*index(object)?).map(Some),
        false => Ok(None),
    }
}
