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
    fn make_proxy(object: &Object, callback: &Object) -> Result<Ref> {
        super::proxy::new(object, callback)
    }
}

pub mod proxy {
    //! `weakref.proxy`: forwards everything to an object it does not keep alive.

    use objects::object::refs::Slot;
    use objects::protocol::number::{self, Binary};
    use objects::protocol::{attr, call, compare, iter, mapping, object, sequence};
    use objects::types::none::none;
    use objects::types::str::{Str, expect_str};
    use objects::types::tuple::Tuple;
    use objects::types::weakref::WeakReference;
    use objects::{CompareOp, Object, Ref, Result, id, raise};

    /// Holds a weak reference; the collector sees the reference only.
    #[repr(C)]
    #[derive(macros::Trace)]
    pub struct Proxy {
        ob_base: Object,
        reference: Slot,
    }

    /// A proxy of something that can be called.
    #[repr(C)]
    #[derive(macros::Trace)]
    pub struct CallableProxy {
        ob_base: Object,
        reference: Slot,
    }

    /// A new proxy.
    ///
    /// # Errors
    /// TypeError when the object cannot be weakly referenced.
    pub fn new(target: &Object, callback: &Object) -> Result<Ref> {
        let class = objects::Instance::as_object(<WeakReference as objects::Instance>::class());
        let reference = match callback.is(none()) {
            true => call::call_one_arg(class, target)?,
            false => call::call(class, &[target, callback])?,
        };
        let reference = Slot::new(reference);
        Ok(match call::is_callable(target) {
            true => Ref::new(CallableProxy { ob_base: Object::HEAD, reference })?.upcast(),
            false => Ref::new(Proxy { ob_base: Object::HEAD, reference })?.upcast(),
        })
    }

    fn referent(reference: &Slot) -> Result<Ref> {
        match reference
            .get()
            .and_then(|reference| reference.cast::<WeakReference>().and_then(WeakReference::referent))
        {
            Some(object) => Ok(object),
            None => Err(raise!(ReferenceError, "weakly-referenced object no longer exists")),
        }
    }

    /// The object behind an operand that may be a proxy.
    fn resolved(operand: &Object) -> Result<Ref> {
        if let Some(proxy) = operand.cast_exact::<Proxy>() {
            return referent(&proxy.reference);
        }
        match operand.cast_exact::<CallableProxy>() {
            Some(proxy) => referent(&proxy.reference),
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
                    referent(&self.reference)
                }
            }

            #[macros::pytype(name = $name, module = "weakref", symbol = $symbol, gc, no_new, unhashable)]
            impl $view {
                $($call)*

                #[slot(tp_repr)]
                fn repr(&self) -> Result<Ref<Str>> {
                    match self.target() {
                        Ok(target) => Str::new(&format!(
                            "<weakproxy at {self:p}; to '{}' at {:p}>", target.class().full_name(), &*target
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
                    if target.class().tp_iternext.get().is_none() {
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
                #[slot(nb_inplace_and)]
                fn iand(&self, right: &Object) -> Result<Ref> { inplace!(self, right, And) }
                #[slot(nb_inplace_or)]
                fn ior(&self, right: &Object) -> Result<Ref> { inplace!(self, right, Or) }
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

                #[method("__bytes__", raw, nosig, unchecked)]
                fn bytes(&self, _args: &[&Object]) -> Result<Ref> {
                    call::call_method(&*self.target()?, id!("__bytes__"), &[])
                }

                #[method("__reversed__", raw, nosig, unchecked)]
                fn reversed(&self, _args: &[&Object]) -> Result<Ref> {
                    call::call_method(&*self.target()?, id!("__reversed__"), &[])
                }
            }
        };
    }

    proxy_type!(Proxy, "ProxyType", _PyWeakref_ProxyType {});
    proxy_type!(CallableProxy, "CallableProxyType", _PyWeakref_CallableProxyType {
        #[slot(tp_call)]
        fn call(&self, args: &Tuple, kwargs: Option<&objects::types::dict::Dict>) -> Result<Ref> {
            call::call_with_tuple(&*self.target()?, args, kwargs)
        }
    });
}
