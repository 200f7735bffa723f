//! `_sha3`: SHA-3 digests and the extendable SHAKE ones.

use crate::digest::{ExtendableHash, Running, hash_by_digest};
use crate::input::Input;
use ::sha3::digest::{ExtendableOutput, Update, XofReader};
use ::sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512, Shake128, Shake256};
use macros::pytype;
use objects::args::{At, FromArg};
use objects::types::bytes::{Bytes, ops};
use objects::types::int::Int;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::{Object, Ref, Result, TypeObject, raise};

hash_by_digest!(Sha3_224, Sha3_256, Sha3_384, Sha3_512);

impl ExtendableHash for Shake128 {
    fn update(&mut self, data: &[u8]) {
        Update::update(self, data);
    }
    fn finish(&self, out: &mut [u8]) {
        self.clone().finalize_xof().read(out);
    }
}

impl ExtendableHash for Shake256 {
    fn update(&mut self, data: &[u8]) {
        Update::update(self, data);
    }
    fn finish(&self, out: &mut [u8]) {
        self.clone().finalize_xof().read(out);
    }
}

/// The length of a SHAKE digest, an `unsigned long` with a bound.
struct Length(usize);

impl<'a> FromArg<'a> for Length {
    fn from_arg(argument: &'a Object, at: At) -> Result<Length> {
        if argument.cast::<Int>().is_none() {
            return Err(raise!(TypeError, "an integer is required"));
        }
        let length = u64::from_arg(argument, at)?;
        // Longer ones could not be told in hexadecimal on every machine.
        if length >= 1 << 29 {
            return Err(raise!(ValueError, "length is too large"));
        }
        Ok(Length(length as usize))
    }
}

/// The size of Keccak's state.
const STATE_BITS: i64 = 1600;

macro_rules! sha3_class {
    ($view:ident, $static_name:ident, $name:tt, $hash:ty, $size:literal, $rate:literal) => {
        #[repr(C)]
        pub struct $view {
            ob_base: Object,
            running: Running<$hash>,
        }

        #[pytype(name = $name, module = "_sha3", static_name = $static_name)]
        impl $view {
            #[new("(data=b'', *, usedforsecurity=True, string=None)")]
            fn new(
                class: &TypeObject,
                #[default(None)] data: Option<&Object>,
                #[default(true)] usedforsecurity: bool,
                string: Option<&Object>,
            ) -> Result<Ref<$view>> {
                let _ = usedforsecurity;
                let running = Running::begin(<$hash>::default(), Input::initial(data, string)?);
                Ref::new_in(class, $view { ob_base: Object::HEAD, running })
            }

            #[method("copy($self, /)")]
            fn copy(&self) -> Result<Ref<$view>> {
                Ref::new($view { ob_base: Object::HEAD, running: self.running.copy() })
            }

            #[method("digest($self, /)")]
            fn digest(&self) -> Result<Ref<Bytes>> {
                self.running.digest()
            }

            #[method("hexdigest($self, /)")]
            fn hexdigest(&self) -> Result<Ref<Str>> {
                self.running.hexdigest()
            }

            #[method("update($self, data, /)")]
            fn update(&self, data: Input<'_>) {
                self.running.update(&data);
            }

            #[getter("block_size")]
            fn block_size(&self) -> i64 {
                $rate
            }

            #[getter("digest_size")]
            fn digest_size(&self) -> i64 {
                $size
            }

            #[getter("name")]
            fn name(&self) -> &'static str {
                $name
            }

            #[getter("_capacity_bits")]
            fn capacity_bits(&self) -> i64 {
                STATE_BITS - $rate * 8
            }

            #[getter("_rate_bits")]
            fn rate_bits(&self) -> i64 {
                $rate * 8
            }

            #[getter("_suffix")]
            fn suffix(&self) -> &'static [u8] {
                &[6]
            }
        }
    };
}

sha3_class!(Sha3_224Type, SHA3_224, "sha3_224", Sha3_224, 28, 144);
sha3_class!(Sha3_256Type, SHA3_256, "sha3_256", Sha3_256, 32, 136);
sha3_class!(Sha3_384Type, SHA3_384, "sha3_384", Sha3_384, 48, 104);
sha3_class!(Sha3_512Type, SHA3_512, "sha3_512", Sha3_512, 64, 72);

macro_rules! shake_class {
    ($view:ident, $static_name:ident, $name:tt, $hash:ty, $rate:literal) => {
        #[repr(C)]
        pub struct $view {
            ob_base: Object,
            running: Running<$hash>,
        }

        #[pytype(name = $name, module = "_sha3", static_name = $static_name)]
        impl $view {
            #[new("(data=b'', *, usedforsecurity=True, string=None)")]
            fn new(
                class: &TypeObject,
                #[default(None)] data: Option<&Object>,
                #[default(true)] usedforsecurity: bool,
                string: Option<&Object>,
            ) -> Result<Ref<$view>> {
                let _ = usedforsecurity;
                let running = Running::begin_extendable(<$hash>::default(), Input::initial(data, string)?);
                Ref::new_in(class, $view { ob_base: Object::HEAD, running })
            }

            #[method("copy($self, /)")]
            fn copy(&self) -> Result<Ref<$view>> {
                Ref::new($view { ob_base: Object::HEAD, running: self.running.copy() })
            }

            #[method("digest($self, /, length)")]
            fn digest(&self, length: Length) -> Result<Ref<Bytes>> {
                Bytes::new(&self.running.draw(length.0)?)
            }

            #[method("hexdigest($self, /, length)")]
            fn hexdigest(&self, length: Length) -> Result<Ref<Str>> {
                ops::hex(&self.running.draw(length.0)?, None, 1)
            }

            #[method("update($self, data, /)")]
            fn update(&self, data: Input<'_>) {
                self.running.update_extendable(&data);
            }

            #[getter("block_size")]
            fn block_size(&self) -> i64 {
                $rate
            }

            #[getter("digest_size")]
            fn digest_size(&self) -> i64 {
                0
            }

            #[getter("name")]
            fn name(&self) -> &'static str {
                $name
            }

            #[getter("_capacity_bits")]
            fn capacity_bits(&self) -> i64 {
                STATE_BITS - $rate * 8
            }

            #[getter("_rate_bits")]
            fn rate_bits(&self) -> i64 {
                $rate * 8
            }

            #[getter("_suffix")]
            fn suffix(&self) -> &'static [u8] {
                &[31]
            }
        }
    };
}

shake_class!(Shake128Type, SHAKE_128, "shake_128", Shake128, 168);
shake_class!(Shake256Type, SHAKE_256, "shake_256", Shake256, 136);

#[macros::pymodule(
    name = "_sha3",
    classes(
        super::Sha3_224Type,
        super::Sha3_256Type,
        super::Sha3_384Type,
        super::Sha3_512Type,
        super::Shake128Type,
        super::Shake256Type
    )
)]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        module.dict().set_text("implementation", &*Str::new("RustCrypto")?)
    }
}
