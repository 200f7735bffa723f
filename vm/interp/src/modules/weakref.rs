//! `_weakref`.

use objects::types::dict::Dict;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::weakref::{self, WeakReference};
use objects::{Instance, Object, Ref, Result};

#[macros::pymodule(name = "_weakref")]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let dict = module.dict();
        dict.set_text("ref", WeakReference::class().as_object())?;
        dict.set_text("ReferenceType", WeakReference::class().as_object())?;
        for class in [super::proxy::Proxy::class(), super::proxy::CallableProxy::class()] {
            objects::typeobject::ready::ready(class)?;
        }
        dict.set_text("ProxyType", super::proxy::Proxy::class().as_object())?;
        dict.set_text("CallableProxyType", super::proxy::CallableProxy::class().as_object())
    }

    #[function("getweakrefcount($module, object, /)")]
    fn getweakrefcount(object: &Object) -> usize {
        weakref::count(object)
    }

    #[function("getweakrefs($module, object, /)")]
    fn getweakrefs(object: &Object) -> Result<Ref<List>> {
        let list = List::new()?;
        let mut next = weakref::list_of(object).map_or(core::ptr::null(), |head| head.get());
        // SAFETY: the list's references are alive while no Python code runs.
        while let Some(reference) = unsafe { next.as_ref() } {
            if reference.as_object().refcnt() > 0 {
                list.push(reference.as_object().to_ref())?;
            }
            next = reference.next().map_or(core::ptr::null(), core::ptr::from_ref);
        }
        Ok(list)
    }

    #[function("_remove_dead_weakref($module, dct, key, /)")]
    fn remove_dead_weakref(dct: &Dict, key: &Object) -> Result<()> {
        let Some(value) = dct.get_item(key)? else { return Ok(()) };
        let dead = value.cast::<WeakReference>().is_some_and(|reference| reference.referent().is_none());
        if dead {
            dct.remove(key)?;
        }
        Ok(())
    }

    #[function("proxy($module, object, callback=None, /)")]
    fn make_proxy(object: &Object, callback: Option<&Object>) -> Result<Ref> {
        super::proxy::new(object, callback)
    }
}

pub mod proxy {
    //! `weakref.proxy`: forwards everything to an object it does not keep alive.

    use objects::protocol::number::{self, Binary};
    use objects::protocol::{attr, call, compare, iter, mapping, object, sequence};
    use objects::types::str::{Str, expect_str};
    use objects::types::tuple::Tuple;
    use objects::types::weakref::WeakReference;
    use objects::{CompareOp, Instance, Object, Ref, Result, Trace, Visit, Visitor, id, raise};

    /// A weak reference of another class.
    #[repr(transparent)]
    pub struct Proxy(WeakReference);

    /// A proxy of something that can be called.
    #[repr(transparent)]
    pub struct CallableProxy(WeakReference);

    /// A new proxy, or the one that shares the lack of a callback.
    ///
    /// # Errors
    /// TypeError when the object cannot be weakly referenced.
    pub fn new(target: &Object, callback: Option<&Object>) -> Result<Ref> {
        let class = match call::is_callable(target) {
            true => CallableProxy::class(),
            false => Proxy::class(),
        };
        Ok(WeakReference::new(class, target, callback)?.upcast())
    }

    /// The weak reference that an object is, be it a proxy.
    pub fn as_reference(object: &Object) -> Option<&WeakReference> {
        let proxy = || object.cast_exact::<Proxy>().map(|proxy| &proxy.0);
        let callable = || object.cast_exact::<CallableProxy>().map(|proxy| &proxy.0);
        object.cast::<WeakReference>().or_else(proxy).or_else(callable)
    }

    fn referent(reference: &WeakReference) -> Result<Ref> {
        reference
            .referent()
            .ok_or_else(|| raise!(ReferenceError, "weakly-referenced object no longer exists"))
    }

    /// The object behind an operand that may be a proxy.
    fn resolved(operand: &Object) -> Result<Ref> {
        if let Some(proxy) = operand.cast_exact::<Proxy>() {
            return referent(&proxy.0);
        }
        match operand.cast_exact::<CallableProxy>() {
            Some(proxy) => referent(&proxy.0),
            None => Ok(Ref::from_borrowed(operand)),
        }
    }

    macro_rules! binary {
        ($left:ident, $right:ident, $op:ident) => {
            number::binary_op(&*resolved($left)?, &*resolved($right)?, Binary::$op)
        };
    }

    macro_rules! inplace {
        ($this:ident, $right:ident, $op:ident) => {
            number::inplace_op(&*$this.target()?, &*resolved($right)?, Binary::$op)
        };
    }

    macro_rules! proxy_type {
        ($view:ident, $name:literal, $symbol:ident { $($call:tt)* }) => {
            impl $view {
                fn target(&self) -> Result<Ref> {
                    referent(&self.0)
                }
            }

            impl Trace for $view {
                fn trace(&self, visitor: &mut Visitor) -> Visit {
                    self.0.trace(visitor)
                }
                fn clear(&self) {
                    self.0.clear();
                }
            }

            #[macros::pytype(name = $name, module = "weakref", symbol = $symbol, gc, no_new, unhashable)]
            impl $view {
                $($call)*

                #[slot(tp_repr)]
                fn repr(&self) -> Result<Ref<Str>> {
                    match self.target() {
                        Ok(target) => Str::new(&format!(
                            "<weakproxy at {self:p}; to '{}' at {:p}>", target.class().qualified_name()?, &*target
                        )),
                        Err(raised) => {
                            raised.clear();
                            Str::new(&format!("<weakproxy at {self:p}; dead>"))
                        }
                    }
                }

                #[slot(tp_str)]
                fn str(&self) -> Result<Ref<Str>> {
                    object::str(&*self.target()?)
                }

                #[slot(tp_getattro)]
                fn getattro(&self, name: &Object) -> Result<Ref> {
                    attr::get(&*self.target()?, expect_str(name, "attribute name")?)
                }

                #[slot(tp_setattro)]
                fn setattro(&self, name: &Object, value: Option<&Object>) -> Result<()> {
                    attr::set(&*self.target()?, expect_str(name, "attribute name")?, value)
                }

                #[slot(tp_richcompare)]
                fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
                    compare::rich_compare(&*self.target()?, &*resolved(other)?, op)
                }

                #[slot(tp_iter)]
                fn iter(&self) -> Result<Ref> {
                    iter::get_iter(&*self.target()?)
                }

                #[slot(tp_iternext)]
                fn next(&self) -> Result<Option<Ref>> {
                    let target = self.target()?;
                    if !iter::is_iterator(&target) {
                        return Err(raise!(
                            TypeError,
                            "Weakref proxy referenced a non-iterator '{}' object",
                            target.class().name()
                        ));
                    }
                    iter::next(&target)
                }

                #[slot(nb_bool)]
                fn bool(&self) -> Result<bool> {
                    object::is_true(&*self.target()?)
                }

                #[slot(mp_length)]
                fn len(&self) -> Result<usize> {
                    object::len(&*self.target()?)
                }

                #[slot(mp_subscript)]
                fn get_item(&self, key: &Object) -> Result<Ref> {
                    mapping::get_item(&*self.target()?, &*resolved(key)?)
                }

                #[slot(mp_ass_subscript)]
                fn set_item(&self, key: &Object, value: Option<&Object>) -> Result<()> {
                    mapping::set_item(&*self.target()?, key, value)
                }

                #[slot(sq_contains)]
                fn contains(&self, item: &Object) -> Result<bool> {
                    sequence::contains(&*self.target()?, item)
                }

                #[slot(nb_add)]
                fn add(left: &Object, right: &Object) -> Result<Ref> { binary!(left, right, Add) }
                #[slot(nb_subtract)]
                fn subtract(left: &Object, right: &Object) -> Result<Ref> { binary!(left, right, Subtract) }
                #[slot(nb_multiply)]
                fn multiply(left: &Object, right: &Object) -> Result<Ref> { binary!(left, right, Multiply) }
                #[slot(nb_remainder)]
                fn remainder(left: &Object, right: &Object) -> Result<Ref> { binary!(left, right, Remainder) }
                #[slot(nb_divmod)]
                fn divmod(left: &Object, right: &Object) -> Result<Ref> { binary!(left, right, Divmod) }
                #[slot(nb_floor_divide)]
                fn floor_divide(left: &Object, right: &Object) -> Result<Ref> { binary!(left, right, FloorDivide) }
                #[slot(nb_true_divide)]
                fn true_divide(left: &Object, right: &Object) -> Result<Ref> { binary!(left, right, TrueDivide) }
                #[slot(nb_matrix_multiply)]
                fn matmul(left: &Object, right: &Object) -> Result<Ref> { binary!(left, right, MatrixMultiply) }
                #[slot(nb_lshift)]
                fn lshift(left: &Object, right: &Object) -> Result<Ref> { binary!(left, right, Lshift) }
                #[slot(nb_rshift)]
                fn rshift(left: &Object, right: &Object) -> Result<Ref> { binary!(left, right, Rshift) }
                #[slot(nb_and)]
                fn and(left: &Object, right: &Object) -> Result<Ref> { binary!(left, right, And) }
                #[slot(nb_or)]
                fn or(left: &Object, right: &Object) -> Result<Ref> { binary!(left, right, Or) }
                #[slot(nb_xor)]
                fn xor(left: &Object, right: &Object) -> Result<Ref> { binary!(left, right, Xor) }
                #[slot(nb_inplace_add)]
                fn iadd(&self, right: &Object) -> Result<Ref> { inplace!(self, right, Add) }
                #[slot(nb_inplace_subtract)]
                fn isub(&self, right: &Object) -> Result<Ref> { inplace!(self, right, Subtract) }
                #[slot(nb_inplace_multiply)]
                fn imul(&self, right: &Object) -> Result<Ref> { inplace!(self, right, Multiply) }
                #[slot(nb_inplace_remainder)]
                fn irem(&self, right: &Object) -> Result<Ref> { inplace!(self, right, Remainder) }
                #[slot(nb_inplace_floor_divide)]
                fn ifloor_divide(&self, right: &Object) -> Result<Ref> { inplace!(self, right, FloorDivide) }
                #[slot(nb_inplace_true_divide)]
                fn itrue_divide(&self, right: &Object) -> Result<Ref> { inplace!(self, right, TrueDivide) }
                #[slot(nb_inplace_matrix_multiply)]
                fn imatmul(&self, right: &Object) -> Result<Ref> { inplace!(self, right, MatrixMultiply) }
                #[slot(nb_inplace_lshift)]
                fn ilshift(&self, right: &Object) -> Result<Ref> { inplace!(self, right, Lshift) }
                #[slot(nb_inplace_rshift)]
                fn irshift(&self, right: &Object) -> Result<Ref> { inplace!(self, right, Rshift) }
                #[slot(nb_inplace_and)]
                fn iand(&self, right: &Object) -> Result<Ref> { inplace!(self, right, And) }
                #[slot(nb_inplace_or)]
                fn ior(&self, right: &Object) -> Result<Ref> { inplace!(self, right, Or) }
                #[slot(nb_inplace_xor)]
                fn ixor(&self, right: &Object) -> Result<Ref> { inplace!(self, right, Xor) }
                #[slot(nb_power)]
                fn power(left: &Object, right: &Object, modulus: &Object) -> Result<Ref> {
                    number::power(&*resolved(left)?, &*resolved(right)?, &*resolved(modulus)?)
                }
                #[slot(nb_inplace_power)]
                fn ipower(&self, right: &Object, modulus: &Object) -> Result<Ref> {
                    let modulus = resolved(modulus)?;
                    number::inplace_power(&*self.target()?, &*resolved(right)?, &modulus)
                }
                #[slot(nb_int)]
                fn int(&self) -> Result<Ref> { Ok(objects::types::int::convert::from_object(&*self.target()?)?.upcast()) }
                #[slot(nb_float)]
                fn float(&self) -> Result<Ref> { call::call_one_arg(objects::types::float::Float::class(), &*self.target()?) }
                #[slot(nb_negative)]
                fn negative(&self) -> Result<Ref> { number::negative(&*self.target()?) }
                #[slot(nb_positive)]
                fn positive(&self) -> Result<Ref> { number::positive(&*self.target()?) }
                #[slot(nb_absolute)]
                fn absolute(&self) -> Result<Ref> { number::absolute(&*self.target()?) }
                #[slot(nb_invert)]
                fn invert(&self) -> Result<Ref> { number::invert(&*self.target()?) }
                #[slot(nb_index)]
                fn index(&self) -> Result<Ref> { Ok(number::index(&*self.target()?)?.upcast()) }
            }
        };
    }

    proxy_type!(Proxy, "ProxyType", _PyWeakref_ProxyType {
        #[method("__bytes__($self, /)", unchecked)]
        fn bytes(&self) -> Result<Ref> {
            call::call_method(&*self.target()?, id!("__bytes__"), &[])
        }

        #[method("__reversed__($self, /)", unchecked)]
        fn reversed(&self) -> Result<Ref> {
            call::call_method(&*self.target()?, id!("__reversed__"), &[])
        }
    });
    proxy_type!(CallableProxy, "CallableProxyType", _PyWeakref_CallableProxyType {
        #[slot(tp_call)]
        fn call(&self, args: &Tuple, kwargs: Option<&objects::types::dict::Dict>) -> Result<Ref> {
            call::call_with_tuple(&*self.target()?, args, kwargs)
        }
    });
}
