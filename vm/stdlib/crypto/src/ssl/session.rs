//! `SSLSession`: what a later connection can resume.

use super::context::SslContext;
use crate::openssl::{Own, ffi};
use macros::{Trace, pytype};
use objects::types::bool::new_bool;
use objects::{CompareOp, Instance, Object, Ref, Result, Slot};

/// `PySSLSession`.
#[repr(C)]
#[derive(Trace)]
pub struct SslSession {
    ob_base: Object,
    #[trace(skip)]
    session: Own<ffi::SSL_SESSION>,
    context: Slot<SslContext>,
}

impl SslSession {
    pub fn new(session: Own<ffi::SSL_SESSION>, context: &SslContext) -> Result<Ref<SslSession>> {
        let context = Slot::new(context.to_ref());
        Ref::new(SslSession { ob_base: Object::HEAD, session, context })
    }

    pub fn raw(&self) -> *mut ffi::SSL_SESSION {
        self.session.as_ptr()
    }

    pub fn context(&self) -> Option<Ref<SslContext>> {
        self.context.get()
    }

    fn id_bytes(&self) -> &[u8] {
        let mut len = 0;
        // SAFETY: the id lives as long as the session.
        unsafe {
            let id = ffi::SSL_SESSION_get_id(self.raw(), &mut len);
            if id.is_null() { &[] } else { core::slice::from_raw_parts(id, len as usize) }
        }
    }
}

#[pytype(name = "SSLSession", module = "_ssl", static_name = SSL_SESSION, gc, no_new, unhashable)]
impl SslSession {
    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<SslSession>() else {
            return Ok(objects::protocol::compare::unsupported());
        };
        let equal = self.is(other) || self.id_bytes() == other.id_bytes();
        match op {
            CompareOp::Eq => Ok(new_bool(equal)),
            CompareOp::Ne => Ok(new_bool(!equal)),
            _ => Ok(objects::protocol::compare::unsupported()),
        }
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        objects::hash::bytes(self.id_bytes())
    }

    #[getter("time")]
    fn time(&self) -> i64 {
        // SAFETY: our own session.
        unsafe { ffi::SSL_SESSION_get_time_ex(self.raw()) }
    }

    #[getter("timeout")]
    fn timeout(&self) -> i64 {
        // SAFETY: our own session.
        unsafe { ffi::SSL_SESSION_get_timeout(self.raw()) }
    }

    #[getter("ticket_lifetime_hint")]
    fn ticket_lifetime_hint(&self) -> u64 {
        // SAFETY: our own session.
        unsafe { ffi::SSL_SESSION_get_ticket_lifetime_hint(self.raw()) }
    }

    #[getter("id")]
    fn id(&self) -> &[u8] {
        self.id_bytes()
    }

    #[getter("has_ticket")]
    fn has_ticket(&self) -> bool {
        // SAFETY: our own session.
        unsafe { ffi::SSL_SESSION_has_ticket(self.raw()) != 0 }
    }
}
