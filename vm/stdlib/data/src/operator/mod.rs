//! `_operator`: the operators as functions, and the classes that fetch items, attributes and methods.

mod getters;
mod method_caller;

use macros::pymodule;
use objects::args::Kwargs;
use objects::protocol::number::{self, Binary};
use objects::protocol::{call, compare, mapping, object, sequence};
use objects::types::int::Int;
use objects::types::none::none;
use objects::{CompareOp, Object, Ref, Result, raise};

#[pymodule(
    name = "_operator",
    classes(getters::ItemGetter, getters::AttrGetter, method_caller::MethodCaller),
    parts(super::arithmetic)
)]
pub mod module {
    use super::*;

    #[function("lt($module, a, b, /)")]
    fn lt(a: &Object, b: &Object) -> Result<Ref> {
        compare::rich_compare(a, b, CompareOp::Lt)
    }

    #[function("le($module, a, b, /)")]
    fn le(a: &Object, b: &Object) -> Result<Ref> {
        compare::rich_compare(a, b, CompareOp::Le)
    }

    #[function("eq($module, a, b, /)")]
    fn eq(a: &Object, b: &Object) -> Result<Ref> {
        compare::rich_compare(a, b, CompareOp::Eq)
    }

    #[function("ne($module, a, b, /)")]
    fn ne(a: &Object, b: &Object) -> Result<Ref> {
        compare::rich_compare(a, b, CompareOp::Ne)
    }

    #[function("ge($module, a, b, /)")]
    fn ge(a: &Object, b: &Object) -> Result<Ref> {
        compare::rich_compare(a, b, CompareOp::Ge)
    }

    #[function("gt($module, a, b, /)")]
    fn gt(a: &Object, b: &Object) -> Result<Ref> {
        compare::rich_compare(a, b, CompareOp::Gt)
    }

    #[function("is_($module, a, b, /)")]
    fn is(a: &Object, b: &Object) -> bool {
        a.is(b)
    }

    #[function("is_not($module, a, b, /)")]
    fn is_not(a: &Object, b: &Object) -> bool {
        !a.is(b)
    }

    #[function("truth($module, a, /)")]
    fn truth(a: bool) -> bool {
        a
    }

    #[function("not_($module, a, /)")]
    fn not(a: bool) -> bool {
        !a
    }

    #[function("contains($module, a, b, /)")]
    fn contains(a: &Object, b: &Object) -> Result<bool> {
        sequence::contains(a, b)
    }

    #[function("countOf($module, a, b, /)")]
    fn count_of(a: &Object, b: &Object) -> Result<usize> {
        sequence::count(a, b)
    }

    #[function("indexOf($module, a, b, /)")]
    fn index_of(a: &Object, b: &Object) -> Result<usize> {
        sequence::index(a, b)
    }

    #[function("concat($module, a, b, /)")]
    fn concat(a: &Object, b: &Object) -> Result<Ref> {
        sequence::concat(a, b)
    }

    #[function("iconcat($module, a, b, /)")]
    fn iconcat(a: &Object, b: &Object) -> Result<Ref> {
        sequence::inplace_concat(a, b)
    }

    #[function("getitem($module, a, b, /)")]
    fn getitem(a: &Object, b: &Object) -> Result<Ref> {
        mapping::get_item(a, b)
    }

    #[function("setitem($module, a, b, c, /)")]
    fn setitem(a: &Object, b: &Object, c: &Object) -> Result<()> {
        mapping::set_item(a, b, Some(c))
    }

    #[function("delitem($module, a, b, /)")]
    fn delitem(a: &Object, b: &Object) -> Result<()> {
        mapping::set_item(a, b, None)
    }

    #[function("length_hint($module, obj, default=0, /)")]
    fn length_hint(obj: &Object, default: isize) -> Result<isize> {
        Ok(object::length_hint(obj)?.map_or(default, |hint| hint as isize))
    }

    #[function("call($module, obj, /, *args, **kwargs)", raw)]
    fn call(args: &[&Object], kwargs: Kwargs<'_>) -> Result<Ref> {
        match args {
            [obj, args @ ..] => call::call_with_keywords(obj, args, kwargs),
            [] => Err(raise!(TypeError, "call expected at least 1 argument, got 0")),
        }
    }

    #[function("_compare_digest($module, a, b, /)")]
    fn compare_digest(a: &Object, b: &Object) -> Result<bool> {
        objects::protocol::constant_time::compare(a, b)
    }
}

#[pymodule(name = "_operator", part)]
pub mod arithmetic {
    use super::*;

    #[function("add($module, a, b, /)")]
    fn add(a: &Object, b: &Object) -> Result<Ref> {
        number::binary_op(a, b, Binary::Add)
    }

    #[function("sub($module, a, b, /)")]
    fn sub(a: &Object, b: &Object) -> Result<Ref> {
        number::binary_op(a, b, Binary::Subtract)
    }

    #[function("mul($module, a, b, /)")]
    fn mul(a: &Object, b: &Object) -> Result<Ref> {
        number::binary_op(a, b, Binary::Multiply)
    }

    #[function("floordiv($module, a, b, /)")]
    fn floordiv(a: &Object, b: &Object) -> Result<Ref> {
        number::binary_op(a, b, Binary::FloorDivide)
    }

    #[function("truediv($module, a, b, /)")]
    fn truediv(a: &Object, b: &Object) -> Result<Ref> {
        number::binary_op(a, b, Binary::TrueDivide)
    }

    #[function("mod($module, a, b, /)")]
    fn modulo(a: &Object, b: &Object) -> Result<Ref> {
        number::binary_op(a, b, Binary::Remainder)
    }

    #[function("matmul($module, a, b, /)")]
    fn matmul(a: &Object, b: &Object) -> Result<Ref> {
        number::binary_op(a, b, Binary::MatrixMultiply)
    }

    #[function("lshift($module, a, b, /)")]
    fn lshift(a: &Object, b: &Object) -> Result<Ref> {
        number::binary_op(a, b, Binary::Lshift)
    }

    #[function("rshift($module, a, b, /)")]
    fn rshift(a: &Object, b: &Object) -> Result<Ref> {
        number::binary_op(a, b, Binary::Rshift)
    }

    #[function("and_($module, a, b, /)")]
    fn and_(a: &Object, b: &Object) -> Result<Ref> {
        number::binary_op(a, b, Binary::And)
    }

    #[function("xor($module, a, b, /)")]
    fn xor(a: &Object, b: &Object) -> Result<Ref> {
        number::binary_op(a, b, Binary::Xor)
    }

    #[function("or_($module, a, b, /)")]
    fn or_(a: &Object, b: &Object) -> Result<Ref> {
        number::binary_op(a, b, Binary::Or)
    }

    #[function("iadd($module, a, b, /)")]
    fn iadd(a: &Object, b: &Object) -> Result<Ref> {
        number::inplace_op(a, b, Binary::Add)
    }

    #[function("isub($module, a, b, /)")]
    fn isub(a: &Object, b: &Object) -> Result<Ref> {
        number::inplace_op(a, b, Binary::Subtract)
    }

    #[function("imul($module, a, b, /)")]
    fn imul(a: &Object, b: &Object) -> Result<Ref> {
        number::inplace_op(a, b, Binary::Multiply)
    }

    #[function("ifloordiv($module, a, b, /)")]
    fn ifloordiv(a: &Object, b: &Object) -> Result<Ref> {
        number::inplace_op(a, b, Binary::FloorDivide)
    }

    #[function("itruediv($module, a, b, /)")]
    fn itruediv(a: &Object, b: &Object) -> Result<Ref> {
        number::inplace_op(a, b, Binary::TrueDivide)
    }

    #[function("imod($module, a, b, /)")]
    fn imod(a: &Object, b: &Object) -> Result<Ref> {
        number::inplace_op(a, b, Binary::Remainder)
    }

    #[function("imatmul($module, a, b, /)")]
    fn imatmul(a: &Object, b: &Object) -> Result<Ref> {
        number::inplace_op(a, b, Binary::MatrixMultiply)
    }

    #[function("ilshift($module, a, b, /)")]
    fn ilshift(a: &Object, b: &Object) -> Result<Ref> {
        number::inplace_op(a, b, Binary::Lshift)
    }

    #[function("irshift($module, a, b, /)")]
    fn irshift(a: &Object, b: &Object) -> Result<Ref> {
        number::inplace_op(a, b, Binary::Rshift)
    }

    #[function("iand($module, a, b, /)")]
    fn iand(a: &Object, b: &Object) -> Result<Ref> {
        number::inplace_op(a, b, Binary::And)
    }

    #[function("ixor($module, a, b, /)")]
    fn ixor(a: &Object, b: &Object) -> Result<Ref> {
        number::inplace_op(a, b, Binary::Xor)
    }

    #[function("ior($module, a, b, /)")]
    fn ior(a: &Object, b: &Object) -> Result<Ref> {
        number::inplace_op(a, b, Binary::Or)
    }

    #[function("pow($module, a, b, /)")]
    fn pow(a: &Object, b: &Object) -> Result<Ref> {
        number::power(a, b, none())
    }

    #[function("ipow($module, a, b, /)")]
    fn ipow(a: &Object, b: &Object) -> Result<Ref> {
        number::inplace_power(a, b, none())
    }

    #[function("neg($module, a, /)")]
    fn neg(a: &Object) -> Result<Ref> {
        number::negative(a)
    }

    #[function("pos($module, a, /)")]
    fn pos(a: &Object) -> Result<Ref> {
        number::positive(a)
    }

    #[function("inv($module, a, /)")]
    fn inv(a: &Object) -> Result<Ref> {
        number::invert(a)
    }

    #[function("invert($module, a, /)")]
    fn invert(a: &Object) -> Result<Ref> {
        number::invert(a)
    }

    #[function("abs($module, a, /)")]
    fn abs(a: &Object) -> Result<Ref> {
        number::absolute(a)
    }

    #[function("index($module, a, /)")]
    fn index(a: &Object) -> Result<Ref<Int>> {
        number::index(a)?.to_exact()
    }
}
