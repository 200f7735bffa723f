//! What all hash objects are: a state that takes bytes and tells a digest at any time.

use crate::input::Input;
use objects::state::lock;
use objects::types::bytes::{Bytes, ops};
use objects::types::str::Str;
use objects::{Ref, Result};
use std::sync::Mutex;

/// A running digest.
pub trait Hash: Clone {
    fn update(&mut self, data: &[u8]);
    /// The digest of what was taken so far.
    fn finish(&self) -> Vec<u8>;
}

/// A digest that any number of bytes can be drawn from.
pub trait ExtendableHash: Clone {
    fn update(&mut self, data: &[u8]);
    fn finish(&self, out: &mut [u8]);
}

/// A running digest, of which one thread at a time has hold.
pub struct Running<H>(Mutex<H>);

impl<H: Clone> Running<H> {
    pub fn new(hash: H) -> Running<H> {
        Running(Mutex::new(hash))
    }

    pub fn copy(&self) -> Running<H> {
        Running::new(lock(&self.0).clone())
    }
}

impl<H: Hash> Running<H> {
    /// A digest that has taken the data of a constructor.
    pub fn begin(mut hash: H, data: Option<Input<'_>>) -> Running<H> {
        if let Some(data) = data {
            data.with(|bytes| hash.update(bytes));
        }
        Running::new(hash)
    }

    pub fn update(&self, data: &Input<'_>) {
        let mut hash = lock(&self.0);
        data.with(|bytes| hash.update(bytes));
    }

    pub fn digest(&self) -> Result<Ref<Bytes>> {
        let digest = lock(&self.0).finish();
        Bytes::new(&digest)
    }

    pub fn hexdigest(&self) -> Result<Ref<Str>> {
        let digest = lock(&self.0).finish();
        ops::hex(&digest, None, 1)
    }
}

impl<H: ExtendableHash> Running<H> {
    pub fn begin_extendable(mut hash: H, data: Option<Input<'_>>) -> Running<H> {
        if let Some(data) = data {
            data.with(|bytes| hash.update(bytes));
        }
        Running::new(hash)
    }

    pub fn update_extendable(&self, data: &Input<'_>) {
        let mut hash = lock(&self.0);
        data.with(|bytes| hash.update(bytes));
    }

    /// `len` bytes of digest.
    pub fn draw(&self, len: usize) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        out.try_reserve_exact(len).map_err(|_| objects::raise::no_memory())?;
        out.resize(len, 0);
        lock(&self.0).finish(&mut out);
        Ok(out)
    }
}

/// A class of digests that only its module's functions make: `digest_class!(View, HASH_TYPE, "class", "module", "name", digest, block)`.
macro_rules! digest_class {
    ($view:ident, $static_name:ident, $class:tt, $module:tt, $name:literal, $hash:ty, $size:literal, $block:literal) => {
        #[repr(C)]
        pub struct $view {
            ob_base: objects::Object,
            running: $crate::digest::Running<$hash>,
        }

        impl $view {
            fn begin(
                data: Option<&objects::Object>,
                string: Option<&objects::Object>,
            ) -> objects::Result<objects::Ref<$view>> {
                let data = $crate::input::Input::initial(data, string)?;
                let running = $crate::digest::Running::begin(<$hash>::default(), data);
                objects::Ref::new($view { ob_base: objects::Object::HEAD, running })
            }
        }

        #[macros::pytype(name = $class, module = $module, static_name = $static_name, no_new, no_doc)]
        impl $view {
            #[method("copy($self, /)")]
            fn copy(&self) -> objects::Result<objects::Ref<$view>> {
                let running = self.running.copy();
                objects::Ref::new($view { ob_base: objects::Object::HEAD, running })
            }

            #[method("digest($self, /)")]
            fn digest(&self) -> objects::Result<objects::Ref<objects::types::bytes::Bytes>> {
                self.running.digest()
            }

            #[method("hexdigest($self, /)")]
            fn hexdigest(&self) -> objects::Result<objects::Ref<objects::types::str::Str>> {
                self.running.hexdigest()
            }

            #[method("update($self, obj, /)")]
            fn update(&self, obj: $crate::input::Input<'_>) {
                self.running.update(&obj);
            }

            #[getter("block_size")]
            fn block_size(&self) -> i64 {
                $block
            }

            #[getter("digest_size")]
            fn digest_size(&self) -> i64 {
                $size
            }

            #[getter("name")]
            fn name(&self) -> &'static str {
                $name
            }
        }
    };
}
pub(crate) use digest_class;

/// [`Hash`] for a digest of the `digest` crate.
macro_rules! hash_by_digest {
    ($($hash:ty),*) => { $(
        impl $crate::digest::Hash for $hash {
            fn update(&mut self, data: &[u8]) {
                ::sha2::Digest::update(self, data);
            }
            fn finish(&self) -> Vec<u8> {
                ::sha2::Digest::finalize(self.clone()).to_vec()
            }
        }
    )* };
}
pub(crate) use hash_by_digest;
