//! `HASH`, `HASHXOF` and `HMAC`.

use super::evp::{Context, Mac, Md, failed, name_of};
use crate::input::Input;
use crate::openssl::ffi;
use macros::pytype;
use objects::state::lock;
use objects::types::bytes::{Bytes, ops};
use objects::types::str::Str;
use objects::{Object, Ref, Result, raise};
use std::sync::Mutex;

/// `EVPobject`.
#[repr(C)]
pub struct Hash {
    ob_base: Object,
    context: Mutex<Context>,
}

/// `EVPobject` of an extendable digest.
#[repr(C)]
pub struct HashXof {
    base: Hash,
}

/// A hash object that has taken `data`.
pub fn new_hash(md: &Md, data: Option<Input<'_>>) -> Result<Ref> {
    let mut context = Context::new(md)?;
    if let Some(data) = data
        && !data.with(|bytes| context.update(bytes))
    {
        return Err(failed());
    }
    let hash = Hash { ob_base: Object::HEAD, context: Mutex::new(context) };
    match md.is_extendable() {
        true => Ok(Ref::new(HashXof { base: hash })?.upcast()),
        false => Ok(Ref::new(hash)?.upcast()),
    }
}

#[pytype(name = "HASH", module = "_hashlib", static_name = HASH, no_new, flags = [BASETYPE])]
impl Hash {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let (name, class) = (self.name(), self.class().full_name());
        Str::new(&format!("<{name} {class} object @ {:p}>", core::ptr::from_ref(self)))
    }

    #[method("copy($self, /)")]
    fn copy(&self) -> Result<Ref> {
        let hash = Hash { ob_base: Object::HEAD, context: Mutex::new(lock(&self.context).copy()?) };
        match self.is_exactly(&HASH) {
            true => Ok(Ref::new(hash)?.upcast()),
            false => Ok(Ref::new_in(self.class(), HashXof { base: hash })?.upcast()),
        }
    }

    #[method("digest($self, /)")]
    fn digest(&self) -> Result<Ref<Bytes>> {
        let digest = lock(&self.context).finish()?;
        Bytes::new(&digest)
    }

    #[method("hexdigest($self, /)")]
    fn hexdigest(&self) -> Result<Ref<Str>> {
        let digest = lock(&self.context).finish()?;
        ops::hex(&digest, None, 1)
    }

    #[method("update($self, obj, /)")]
    fn update(&self, obj: Input<'_>) -> Result<()> {
        let mut context = lock(&self.context);
        if obj.with(|bytes| context.update(bytes)) { Ok(()) } else { Err(failed()) }
    }

    #[getter("digest_size")]
    fn digest_size(&self) -> i32 {
        // SAFETY: the context's algorithm.
        unsafe { ffi::EVP_MD_get_size(lock(&self.context).md()) }
    }

    #[getter("block_size")]
    fn block_size(&self) -> i32 {
        // SAFETY: the context's algorithm.
        unsafe { ffi::EVP_MD_get_block_size(lock(&self.context).md()) }
    }

    #[getter("name")]
    fn name(&self) -> &'static str {
        // SAFETY: the context's algorithm.
        unsafe { name_of(lock(&self.context).md()) }
    }
}

#[pytype(name = "HASHXOF", module = "_hashlib", static_name = HASHXOF, base = HASH, no_new, flags = [BASETYPE])]
impl HashXof {
    #[method("digest($self, /, length)")]
    fn digest(&self, length: isize) -> Result<Ref<Bytes>> {
        Bytes::new(&self.draw(length)?)
    }

    #[method("hexdigest($self, /, length)")]
    fn hexdigest(&self, length: isize) -> Result<Ref<Str>> {
        ops::hex(&self.draw(length)?, None, 1)
    }
}

impl HashXof {
    fn draw(&self, length: isize) -> Result<Vec<u8>> {
        let Ok(length) = usize::try_from(length) else {
            return Err(raise!(SystemError, "Negative size passed to PyBytes_FromStringAndSize"));
        };
        lock(&self.base.context).draw(length)
    }
}

/// `HMACobject`.
#[repr(C)]
pub struct Hmac {
    ob_base: Object,
    mac: Mutex<Mac>,
}

impl Hmac {
    pub fn new(mut mac: Mac, message: Option<Input<'_>>) -> Result<Ref<Hmac>> {
        if let Some(message) = message
            && !message.with(|bytes| mac.update(bytes))
        {
            return Err(failed());
        }
        Ref::new(Hmac { ob_base: Object::HEAD, mac: Mutex::new(mac) })
    }

    fn digest_name(&self) -> &'static str {
        // SAFETY: the context's algorithm.
        unsafe { name_of(lock(&self.mac).md()) }
    }
}

#[pytype(name = "HMAC", module = "_hashlib", static_name = HMAC, no_new)]
impl Hmac {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        Str::new(&format!("<{} HMAC object @ {:p}>", self.digest_name(), core::ptr::from_ref(self)))
    }

    #[method("copy($self, /)")]
    fn copy(&self) -> Result<Ref<Hmac>> {
        let copy = lock(&self.mac).copy()?;
        Hmac::new(copy, None)
    }

    #[method("digest($self, /)")]
    fn digest(&self) -> Result<Ref<Bytes>> {
        let digest = lock(&self.mac).finish()?;
        Bytes::new(&digest)
    }

    #[method("hexdigest($self, /)")]
    fn hexdigest(&self) -> Result<Ref<Str>> {
        let digest = lock(&self.mac).finish()?;
        ops::hex(&digest, None, 1)
    }

    #[method("update($self, /, msg)")]
    fn update(&self, msg: Input<'_>) -> Result<()> {
        let mut mac = lock(&self.mac);
        if msg.with(|bytes| mac.update(bytes)) { Ok(()) } else { Err(failed()) }
    }

    #[getter("digest_size")]
    fn digest_size(&self) -> i32 {
        // SAFETY: the context's algorithm.
        unsafe { ffi::EVP_MD_get_size(lock(&self.mac).md()) }
    }

    #[getter("block_size")]
    fn block_size(&self) -> i32 {
        // SAFETY: the context's algorithm.
        unsafe { ffi::EVP_MD_get_block_size(lock(&self.mac).md()) }
    }

    #[getter("name")]
    fn name(&self) -> String {
        format!("hmac-{}", self.digest_name())
    }
}
