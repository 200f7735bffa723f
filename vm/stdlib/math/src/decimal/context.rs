//! `Context` and the current one.

use super::convert::{self, Mode};
use super::number::DecimalObject;
use super::operations::{self, Binary, Unary};
use super::signal_dict::{self, SignalDict};
use super::signals;
use crate::arguments;
use core::cell::Cell;
use macros::pytype;
use num::decimal::{Context, Decimal, Kind, MAX_EMAX, MAX_PREC, MIN_EMIN, Rounding, Status, flags};
use objects::args::Kwargs;
use objects::types::context::var::ContextVar;
use objects::types::dict::Dict;
use objects::types::int::{Int, new_int};
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, raise};

/// `PyDecContextObject`.
#[repr(C)]
pub struct ContextObject {
    ob_base: Object,
    limits: Cell<Context>,
    traps: Ref<SignalDict>,
    flags: Ref<SignalDict>,
}

/// What a new context traps.
pub const DEFAULT_TRAPS: Status = flags::ANY_INVALID | flags::DIVISION_BY_ZERO | flags::OVERFLOW;

/// The limits of a new context.
pub const DEFAULT: Context = Context {
    prec: 28,
    emax: 999_999,
    emin: -999_999,
    rounding: Rounding::HalfEven,
    clamp: false,
    capitals: true,
};

/// Objects of the module that native code needs.
struct Known {
    /// `DefaultContext`, from which new contexts are copied.
    default: Slot<ContextObject>,
    basic: Slot<ContextObject>,
    extended: Slot<ContextObject>,
    current: Slot<ContextVar>,
}

// SAFETY: set when the module is executed, read under the GIL.
unsafe impl Sync for Known {}

objects::per_interpreter! {
    static KNOWN: Known =
        Known { default: Slot::empty(), basic: Slot::empty(), extended: Slot::empty(), current: Slot::empty() };
}

/// The three contexts that the module offers, made on the first call.
///
/// # Errors
/// MemoryError.
pub fn templates() -> Result<[Ref<ContextObject>; 3]> {
    let kept = |slot: &Slot<ContextObject>, limits: Context, traps: Status| -> Result<Ref<ContextObject>> {
        if let Some(context) = slot.get() {
            return Ok(context);
        }
        let context = ContextObject::build(&CONTEXT, limits, traps, 0)?;
        slot.set(Some(context.clone()));
        Ok(context)
    };
    let nine = DEFAULT.with_prec(9);
    let default = kept(&KNOWN.default, DEFAULT, DEFAULT_TRAPS)?;
    let traps = DEFAULT_TRAPS | flags::UNDERFLOW | flags::CLAMPED;
    let basic = kept(&KNOWN.basic, nine.with_rounding(Rounding::HalfUp), traps)?;
    Ok([default, basic, kept(&KNOWN.extended, nine, 0)?])
}

fn variable() -> Result<Ref<ContextVar>> {
    if let Some(variable) = KNOWN.current.get() {
        return Ok(variable);
    }
    let variable = ContextVar::new(&*Str::new("decimal_context")?, None)?;
    KNOWN.current.set(Some(variable.clone()));
    Ok(variable)
}

/// The current context of the thread or task (`getcontext`).
///
/// # Errors
/// MemoryError.
pub fn current() -> Result<Ref<ContextObject>> {
    let variable = variable()?;
    if let Some(context) = variable.own_value().and_then(|context| context.downcast::<ContextObject>().ok()) {
        return Ok(context);
    }
    let [default, ..] = templates()?;
    let context = default.copied()?;
    context.flags.set(0);
    variable.set_value(&context)?;
    Ok(context)
}

/// Makes a context the current one (`setcontext`); of the module's own ones a copy.
///
/// # Errors
/// TypeError for what is no context.
pub fn set_current(context: &Object) -> Result<()> {
    let Some(context) = context.cast::<ContextObject>() else {
        return Err(raise!(TypeError, "argument must be a context"));
    };
    if templates()?.iter().any(|template| template.is(context)) {
        let context = context.copied()?;
        context.flags.set(0);
        return variable()?.set_value(&context).map(drop);
    }
    variable()?.set_value(context).map(drop)
}

/// The rounding mode of a name.
///
/// # Errors
/// TypeError for other objects.
pub fn rounding_of(object: &Object) -> Result<Rounding> {
    let mode = object.cast::<Str>().and_then(|name| Rounding::of_name(&name.to_string_lossy()));
    mode.ok_or_else(|| {
        raise!(
            TypeError,
            "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   \
             ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]"
        )
    })
}

/// A size, as `PyLong_AsSsize_t` takes it.
fn size(value: &Object) -> Result<i64> {
    let Some(int) = value.cast::<Int>() else { return Err(raise!(TypeError, "an integer is required")) };
    int.to_i64().ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C ssize_t"))
}

fn attribute_name(name: &Object) -> Result<&Str> {
    objects::types::str::expect_str(name, "attribute name")
}

impl ContextObject {
    fn build(
        class: &TypeObject,
        limits: Context,
        traps: Status,
        flags: Status,
    ) -> Result<Ref<ContextObject>> {
        let (traps, flags) = (SignalDict::new(traps)?, SignalDict::new(flags)?);
        Ref::new_in(class, ContextObject { ob_base: Object::HEAD, limits: Cell::new(limits), traps, flags })
    }

    /// The optional argument of methods, or the current context.
    ///
    /// # Errors
    /// TypeError for what is no context.
    pub fn given(context: Option<&Object>) -> Result<Ref<ContextObject>> {
        let Some(context) = context.filter(|context| !context.is(none())) else { return current() };
        match context.cast::<ContextObject>() {
            Some(context) => Ok(context.to_ref()),
            None => Err(raise!(TypeError, "optional argument must be a context")),
        }
    }

    /// A copy as an exact context, flags included.
    ///
    /// # Errors
    /// MemoryError.
    pub fn copied(&self) -> Result<Ref<ContextObject>> {
        ContextObject::build(&CONTEXT, self.limits(), self.traps.bits(), self.flags.bits())
    }

    #[inline]
    pub fn limits(&self) -> Context {
        self.limits.get()
    }

    /// Notes conditions, and raises if one is trapped.
    ///
    /// # Errors
    /// The signal; MemoryError.
    #[inline]
    pub fn report(&self, status: Status) -> Result<()> {
        if status == 0 {
            return Ok(());
        }
        self.note(status);
        let trapped = status & (self.traps.bits() | flags::MALLOC_ERROR);
        if trapped == 0 {
            return Ok(());
        }
        if trapped & flags::MALLOC_ERROR != 0 {
            return Err(raise::no_memory());
        }
        Err(signals::trap(trapped))
    }

    /// Notes conditions without raising.
    #[inline]
    pub fn note(&self, status: Status) {
        self.flags.set(self.flags.bits() | status);
    }

    fn change(&self, change: impl FnOnce(&mut Context)) {
        let mut limits = self.limits();
        change(&mut limits);
        self.limits.set(limits);
    }

    /// Sets one attribute, as assignments and the constructor do.
    ///
    /// # Errors
    /// TypeError and ValueError for wrong values.
    pub fn set_named(&self, name: &str, value: &Object) -> Result<()> {
        match name {
            "prec" => {
                let prec = size(value)?;
                if !(1..=MAX_PREC).contains(&prec) {
                    return Err(raise!(ValueError, "valid range for prec is [1, MAX_PREC]"));
                }
                self.change(|limits| limits.prec = prec);
            }
            "Emax" => {
                let emax = size(value)?;
                if !(0..=MAX_EMAX).contains(&emax) {
                    return Err(raise!(ValueError, "valid range for Emax is [0, MAX_EMAX]"));
                }
                self.change(|limits| limits.emax = emax);
            }
            "Emin" => {
                let emin = size(value)?;
                if !(MIN_EMIN..=0).contains(&emin) {
                    return Err(raise!(ValueError, "valid range for Emin is [MIN_EMIN, 0]"));
                }
                self.change(|limits| limits.emin = emin);
            }
            "rounding" => {
                let rounding = rounding_of(value)?;
                self.change(|limits| limits.rounding = rounding);
            }
            "capitals" | "clamp" => {
                let on = match size(value)? {
                    0 => false,
                    1 => true,
                    _ => return Err(raise!(ValueError, "valid values for {name} are 0 or 1")),
                };
                self.change(|limits| if name == "clamp" { limits.clamp = on } else { limits.capitals = on });
            }
            "traps" => self.traps.set(signal_dict::bits_of(value)?),
            _ => self.flags.set(signal_dict::bits_of(value)?),
        }
        Ok(())
    }

    /// The same for the constructor, where lists of signals are traps and flags too.
    ///
    /// # Errors
    /// As [`ContextObject::set_named`].
    pub fn initialize(&self, name: &str, value: &Object) -> Result<()> {
        if matches!(name, "traps" | "flags") && value.cast::<List>().is_some() {
            let bits = signal_dict::bits_of_list(value)?;
            let dict = if name == "traps" { &self.traps } else { &self.flags };
            dict.set(bits);
            return Ok(());
        }
        self.set_named(name, value)
    }

    fn assign(&self, name: &str, value: Option<&Object>) -> Result<()> {
        match value {
            Some(value) => self.set_named(name, value),
            None => Err(raise!(AttributeError, "context attributes cannot be deleted")),
        }
    }

    /// The result of an operation in this context.
    ///
    /// # Errors
    /// Signals that are trapped.
    #[inline]
    pub fn compute(
        &self,
        operation: impl FnOnce(&Context, &mut Status) -> Decimal,
    ) -> Result<Ref<DecimalObject>> {
        let mut status = 0;
        let result = operation(&self.limits(), &mut status);
        self.report(status)?;
        DecimalObject::new(result)
    }

    fn unary(&self, x: &Object, operation: Unary) -> Result<Ref<DecimalObject>> {
        let x = convert::required(x)?;
        self.compute(|limits, status| operation(&x, limits, status))
    }

    fn binary(&self, x: &Object, y: &Object, operation: Binary) -> Result<Ref<DecimalObject>> {
        let (x, y) = (convert::required(x)?, convert::required(y)?);
        self.compute(|limits, status| operation(&x, &y, limits, status))
    }
}

/// The names of the constructor's parameters.
pub const NAMES: [&str; 8] = ["prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];

#[pytype(name = "Context", module = "decimal", static_name = CONTEXT, flags = [BASETYPE])]
impl ContextObject {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<ContextObject>> {
        let [default, ..] = templates()?;
        let limits = Context { capitals: true, ..default.limits() };
        ContextObject::build(class, limits, default.traps.bits(), 0)
    }

    #[slot(tp_init)]
    fn tp_init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        let kwargs = Kwargs::dict(kwargs.map(Instance::as_object));
        let values = arguments::bind(NAMES, 0, 8, args.items(), kwargs)?;
        for (name, value) in NAMES.into_iter().zip(values) {
            if let Some(value) = value.filter(|value| !value.is(none())) {
                self.initialize(name, value)?;
            }
        }
        Ok(())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let limits = self.limits();
        Str::new(&format!(
            "Context(prec={}, rounding={}, Emin={}, Emax={}, capitals={}, clamp={}, flags={}, traps={})",
            limits.prec,
            limits.rounding.name(),
            limits.emin,
            limits.emax,
            u8::from(limits.capitals),
            u8::from(limits.clamp),
            signals::names_of(self.flags.bits()),
            signals::names_of(self.traps.bits())
        ))
    }

    #[getter("prec")]
    fn prec(&self) -> i64 {
        self.limits().prec
    }

    #[setter("prec")]
    fn set_prec(&self, value: Option<&Object>) -> Result<()> {
        self.assign("prec", value)
    }

    #[getter("Emax")]
    fn emax(&self) -> i64 {
        self.limits().emax
    }

    #[setter("Emax")]
    fn set_emax(&self, value: Option<&Object>) -> Result<()> {
        self.assign("Emax", value)
    }

    #[getter("Emin")]
    fn emin(&self) -> i64 {
        self.limits().emin
    }

    #[setter("Emin")]
    fn set_emin(&self, value: Option<&Object>) -> Result<()> {
        self.assign("Emin", value)
    }

    #[getter("rounding")]
    fn rounding(&self) -> Result<Ref<Str>> {
        objects::types::str::intern::intern_text(self.limits().rounding.name())
    }

    #[setter("rounding")]
    fn set_rounding(&self, value: Option<&Object>) -> Result<()> {
        self.assign("rounding", value)
    }

    #[getter("capitals")]
    fn capitals(&self) -> i64 {
        self.limits().capitals.into()
    }

    #[setter("capitals")]
    fn set_capitals(&self, value: Option<&Object>) -> Result<()> {
        self.assign("capitals", value)
    }

    #[getter("clamp")]
    fn clamp(&self) -> i64 {
        self.limits().clamp.into()
    }

    #[setter("clamp")]
    fn set_clamp(&self, value: Option<&Object>) -> Result<()> {
        self.assign("clamp", value)
    }

    /// Attributes without descriptors, as CPython has them.
    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object) -> Result<Ref> {
        let name = attribute_name(name)?;
        if name.equals_text("traps") {
            return Ok(self.traps.clone().upcast());
        }
        if name.equals_text("flags") {
            return Ok(self.flags.clone().upcast());
        }
        let found = objects::attrs::generic_get_optional(self, name)?;
        found.ok_or_else(|| objects::protocol::attr::missing(self, name))
    }

    #[slot(tp_setattro)]
    fn setattro(&self, name: &Object, value: Option<&Object>) -> Result<()> {
        let name = attribute_name(name)?;
        if value.is_none() {
            return Err(raise!(AttributeError, "context attributes cannot be deleted"));
        }
        if name.equals_text("traps") || name.equals_text("flags") {
            return self.assign(&name.to_string_lossy(), value);
        }
        objects::attrs::generic_set(self, name, value)
    }

    #[method("clear_flags($self, /)")]
    fn clear_flags(&self) {
        self.flags.set(0);
    }

    #[method("clear_traps($self, /)")]
    fn clear_traps(&self) {
        self.traps.set(0);
    }

    #[method("copy($self, /)")]
    fn copy(&self) -> Result<Ref<ContextObject>> {
        self.copied()
    }

    #[method("__copy__($self, /)")]
    fn py_copy(&self) -> Result<Ref<ContextObject>> {
        self.copied()
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let limits = self.limits();
        let state = Tuple::from_array([
            new_int(limits.prec)?,
            Str::new(limits.rounding.name())?.upcast(),
            new_int(limits.emin)?,
            new_int(limits.emax)?,
            new_int(limits.capitals.into())?,
            new_int(limits.clamp.into())?,
            signals::list_of(self.flags.bits())?.upcast(),
            signals::list_of(self.traps.bits())?.upcast(),
        ])?;
        Tuple::from_array([self.class().to_ref().upcast(), state.upcast()])
    }

    #[method("Etiny($self, /)")]
    fn etiny(&self) -> i64 {
        self.limits().etiny()
    }

    #[method("Etop($self, /)")]
    fn etop(&self) -> i64 {
        self.limits().etop()
    }

    #[method("radix($self, /)")]
    fn radix(&self) -> Result<Ref<DecimalObject>> {
        DecimalObject::new(Decimal::from_i64(10))
    }

    #[method("create_decimal($self, num=\"0\", /)")]
    fn create_decimal(&self, num: Option<&Object>) -> Result<Ref<DecimalObject>> {
        match num {
            None => DecimalObject::new(Decimal::from_i64(0)),
            Some(num) => DecimalObject::new(convert::convert(num, Mode::Rounded, self)?),
        }
    }

    #[method("create_decimal_from_float($self, f, /)")]
    fn create_decimal_from_float(&self, f: &Object) -> Result<Ref<DecimalObject>> {
        let number = convert::from_float(f)?;
        self.compute(|limits, status| number.finish(limits, status))
    }

    #[method("copy_decimal($self, x, /)")]
    fn copy_decimal(&self, x: &Object) -> Result<Ref> {
        if x.cast::<DecimalObject>().is_some() {
            return Ok(x.to_ref());
        }
        Ok(DecimalObject::new(convert::required(x)?.clone())?.upcast())
    }

    #[method("copy_abs($self, x, /)")]
    fn copy_abs(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        DecimalObject::new(convert::required(x)?.clone().with_sign(false))
    }

    #[method("copy_negate($self, x, /)")]
    fn copy_negate(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        let x = convert::required(x)?;
        DecimalObject::new(x.clone().with_sign(!x.negative))
    }

    #[method("canonical($self, x, /)")]
    fn canonical(&self, x: &Object) -> Result<Ref> {
        match x.cast::<DecimalObject>() {
            Some(_) => Ok(x.to_ref()),
            None => Err(raise!(TypeError, "argument must be a Decimal")),
        }
    }

    #[method("is_canonical($self, x, /)")]
    fn is_canonical(&self, x: &Object) -> Result<bool> {
        self.canonical(x).map(|_| true)
    }

    #[method("_apply($self, object, /)")]
    fn apply(&self, object: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(object, |number, limits, status| number.clone().finish(limits, status))
    }

    #[method("divmod($self, x, y, /)")]
    fn divmod(&self, x: &Object, y: &Object) -> Result<Ref<Tuple>> {
        let (x, y) = (convert::required(x)?, convert::required(y)?);
        let mut status = 0;
        let (quotient, rest) = x.divmod(&y, &self.limits(), &mut status);
        self.report(status)?;
        Tuple::from_array([DecimalObject::new(quotient)?.upcast(), DecimalObject::new(rest)?.upcast()])
    }

    #[method("power($self, /, a, b, modulo=None)")]
    fn power(&self, a: &Object, b: &Object, modulo: Option<&Object>) -> Result<Ref<DecimalObject>> {
        let Some(modulo) = modulo else { return self.binary(a, b, Decimal::power) };
        let (a, b, modulo) = (convert::required(a)?, convert::required(b)?, convert::required(modulo)?);
        self.compute(|limits, status| a.power_modulo(&b, &modulo, limits, status))
    }

    #[method("fma($self, x, y, z, /)")]
    fn fma(&self, x: &Object, y: &Object, z: &Object) -> Result<Ref<DecimalObject>> {
        let (x, y, z) = (convert::required(x)?, convert::required(y)?, convert::required(z)?);
        self.compute(|limits, status| x.fma(&y, &z, limits, status))
    }

    #[method("same_quantum($self, x, y, /)")]
    fn same_quantum(&self, x: &Object, y: &Object) -> Result<bool> {
        Ok(convert::required(x)?.same_quantum(&*convert::required(y)?))
    }

    #[method("number_class($self, x, /)")]
    fn number_class(&self, x: &Object) -> Result<&'static str> {
        Ok(convert::required(x)?.number_class(&self.limits()))
    }

    #[method("to_sci_string($self, x, /)")]
    fn to_sci_string(&self, x: &Object) -> Result<String> {
        Ok(convert::required(x)?.to_text(false, self.limits().capitals))
    }

    #[method("to_eng_string($self, x, /)")]
    fn to_eng_string(&self, x: &Object) -> Result<String> {
        Ok(convert::required(x)?.to_text(true, self.limits().capitals))
    }

    #[method("exp($self, x, /)")]
    fn exp(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, Decimal::exp)
    }

    #[method("ln($self, x, /)")]
    fn ln(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, Decimal::ln)
    }

    #[method("log10($self, x, /)")]
    fn log10(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, Decimal::log10)
    }

    #[method("logb($self, x, /)")]
    fn logb(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, Decimal::logb)
    }

    #[method("logical_invert($self, x, /)")]
    fn logical_invert(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, Decimal::logical_invert)
    }

    #[method("next_minus($self, x, /)")]
    fn next_minus(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, Decimal::next_minus)
    }

    #[method("next_plus($self, x, /)")]
    fn next_plus(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, Decimal::next_plus)
    }

    #[method("normalize($self, x, /)")]
    fn normalize(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, Decimal::normalize)
    }

    #[method("sqrt($self, x, /)")]
    fn sqrt(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, Decimal::sqrt)
    }

    #[method("abs($self, x, /)")]
    fn abs(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, Decimal::abs)
    }

    #[method("minus($self, x, /)")]
    fn minus(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, Decimal::minus)
    }

    #[method("plus($self, x, /)")]
    fn plus(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, Decimal::plus)
    }

    #[method("to_integral($self, x, /)")]
    fn to_integral(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, operations::to_integral_value)
    }

    #[method("to_integral_exact($self, x, /)")]
    fn to_integral_exact(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, operations::to_integral_exact)
    }

    #[method("to_integral_value($self, x, /)")]
    fn to_integral_value(&self, x: &Object) -> Result<Ref<DecimalObject>> {
        self.unary(x, operations::to_integral_value)
    }

    #[method("compare($self, x, y, /)")]
    fn compare(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::compare)
    }

    #[method("compare_signal($self, x, y, /)")]
    fn compare_signal(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::compare_signal)
    }

    #[method("max($self, x, y, /)")]
    fn max(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, operations::max)
    }

    #[method("max_mag($self, x, y, /)")]
    fn max_mag(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, operations::max_mag)
    }

    #[method("min($self, x, y, /)")]
    fn min(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, operations::min)
    }

    #[method("min_mag($self, x, y, /)")]
    fn min_mag(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, operations::min_mag)
    }

    #[method("next_toward($self, x, y, /)")]
    fn next_toward(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::next_toward)
    }

    #[method("remainder_near($self, x, y, /)")]
    fn remainder_near(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::remainder_near)
    }

    #[method("rotate($self, x, y, /)")]
    fn rotate(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::rotate)
    }

    #[method("scaleb($self, x, y, /)")]
    fn scaleb(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::scaleb)
    }

    #[method("shift($self, x, y, /)")]
    fn shift(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::shift)
    }

    #[method("logical_and($self, x, y, /)")]
    fn logical_and(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, operations::logical_and)
    }

    #[method("logical_or($self, x, y, /)")]
    fn logical_or(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, operations::logical_or)
    }

    #[method("logical_xor($self, x, y, /)")]
    fn logical_xor(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, operations::logical_xor)
    }

    #[method("add($self, x, y, /)")]
    fn add(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::add)
    }

    #[method("subtract($self, x, y, /)")]
    fn subtract(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::subtract)
    }

    #[method("multiply($self, x, y, /)")]
    fn multiply(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::multiply)
    }

    #[method("divide($self, x, y, /)")]
    fn divide(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::divide)
    }

    #[method("divide_int($self, x, y, /)")]
    fn divide_int(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::divide_int)
    }

    #[method("remainder($self, x, y, /)")]
    fn remainder(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::remainder)
    }

    #[method("quantize($self, x, y, /)")]
    fn quantize(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, Decimal::quantize)
    }

    #[method("compare_total($self, x, y, /)")]
    fn compare_total(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, operations::compare_total)
    }

    #[method("compare_total_mag($self, x, y, /)")]
    fn compare_total_mag(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, operations::compare_total_mag)
    }

    #[method("copy_sign($self, x, y, /)")]
    fn copy_sign(&self, x: &Object, y: &Object) -> Result<Ref<DecimalObject>> {
        self.binary(x, y, operations::copy_sign)
    }

    #[method("is_finite($self, x, /)")]
    fn is_finite(&self, x: &Object) -> Result<bool> {
        let number = convert::required(x)?;
        Ok(number.is_finite())
    }

    #[method("is_infinite($self, x, /)")]
    fn is_infinite(&self, x: &Object) -> Result<bool> {
        let number = convert::required(x)?;
        Ok(number.is_infinite())
    }

    #[method("is_nan($self, x, /)")]
    fn is_nan(&self, x: &Object) -> Result<bool> {
        let number = convert::required(x)?;
        Ok(number.is_nan())
    }

    #[method("is_qnan($self, x, /)")]
    fn is_qnan(&self, x: &Object) -> Result<bool> {
        let number = convert::required(x)?;
        Ok(number.kind == Kind::Quiet)
    }

    #[method("is_snan($self, x, /)")]
    fn is_snan(&self, x: &Object) -> Result<bool> {
        let number = convert::required(x)?;
        Ok(number.is_signaling())
    }

    #[method("is_signed($self, x, /)")]
    fn is_signed(&self, x: &Object) -> Result<bool> {
        let number = convert::required(x)?;
        Ok(number.negative)
    }

    #[method("is_zero($self, x, /)")]
    fn is_zero(&self, x: &Object) -> Result<bool> {
        let number = convert::required(x)?;
        Ok(number.is_zero())
    }

    #[method("is_normal($self, x, /)")]
    fn is_normal(&self, x: &Object) -> Result<bool> {
        Ok(convert::required(x)?.is_normal(&self.limits()))
    }

    #[method("is_subnormal($self, x, /)")]
    fn is_subnormal(&self, x: &Object) -> Result<bool> {
        Ok(convert::required(x)?.is_subnormal(&self.limits()))
    }
}
