//! `DecimalTuple`, the named tuple of a number's parts.

use num::decimal::{Decimal, Kind};
use objects::protocol::call;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, Slot};

struct Class(Slot);

// SAFETY: set when the module is executed, read under the GIL.
unsafe impl Sync for Class {}

objects::per_interpreter! {
    static CLASS: Class = Class(Slot::empty());
}

/// The class, made by `collections.namedtuple` on the first call.
///
/// # Errors
/// What importing `collections` raises.
pub fn class() -> Result<Ref> {
    if let Some(class) = CLASS.0.get() {
        return Ok(class);
    }
    let collections = objects::hooks::IMPORT.get()("collections")?;
    let function = objects::protocol::attr::get_text(&collections, "namedtuple")?;
    let args =
        Tuple::from_array([Str::new("DecimalTuple")?.upcast(), Str::new("sign digits exponent")?.upcast()])?;
    let kwargs = Dict::new()?;
    kwargs.set_text("module", &*Str::new("decimal")?)?;
    let class = call::call_with_tuple(&function, &args, Some(&kwargs))?;
    CLASS.0.set(Some(class.clone()));
    Ok(class)
}

/// The parts of a number.
///
/// # Errors
/// MemoryError.
pub fn of(number: &Decimal) -> Result<Ref> {
    let exponent = match number.kind {
        Kind::Finite => new_int(number.exponent)?,
        Kind::Infinite => Str::new("F")?.upcast(),
        Kind::Quiet => Str::new("n")?.upcast(),
        Kind::Signaling => Str::new("N")?.upcast(),
    };
    let text = number.digit_text();
    let mut digits = Vec::with_capacity(text.len());
    if !number.is_nan() || text != "0" {
        for digit in text.bytes() {
            digits.push(new_int((digit - b'0').into())?);
        }
    }
    let (sign, digits) = (new_int(number.negative.into())?, Tuple::from_vec(digits)?);
    let parts: [&Object; 3] = [&sign, &digits, &exponent];
    call::call(&*class()?, &parts)
}
