//! OpenSSL: its functions, and its errors as text.

pub mod error;
pub mod ffi;

// Only linked: the declarations that are needed stand in `ffi`.
extern crate openssl_sys as _;

use core::ptr::NonNull;

/// An object of OpenSSL that is freed when it is dropped.
pub trait Owned {
    /// # Safety
    /// `this` is owned by the caller, who gives it up.
    unsafe fn free(this: *mut Self);
}

/// A pointer that owns.
pub struct Own<T: Owned>(NonNull<T>);

impl<T: Owned> Own<T> {
    /// Takes over what a function returned; `None` for NULL.
    ///
    /// # Safety
    /// The caller owns `pointer`.
    pub unsafe fn new(pointer: *mut T) -> Option<Own<T>> {
        NonNull::new(pointer).map(Own)
    }

    pub fn as_ptr(&self) -> *mut T {
        self.0.as_ptr()
    }
}

impl<T: Owned> Drop for Own<T> {
    fn drop(&mut self) {
        // SAFETY: owned, and given up here.
        unsafe { T::free(self.0.as_ptr()) };
    }
}

// SAFETY: OpenSSL's objects may be used by any thread, one at a time.
unsafe impl<T: Owned> Send for Own<T> {}

macro_rules! owned {
    ($($type:ident $free:ident;)*) => { $(
        impl Owned for ffi::$type {
            unsafe fn free(this: *mut Self) {
                // SAFETY: the caller's promise.
                unsafe { ffi::$free(this) };
            }
        }
    )* };
}

owned! {
    EVP_MD EVP_MD_free;
    EVP_MD_CTX EVP_MD_CTX_free;
    HMAC_CTX HMAC_CTX_free;
    ASN1_OBJECT ASN1_OBJECT_free;
    ASN1_STRING ASN1_OCTET_STRING_free;
    BIO BIO_free;
    X509 X509_free;
    GENERAL_NAMES GENERAL_NAMES_free;
    AUTHORITY_INFO_ACCESS AUTHORITY_INFO_ACCESS_free;
    SSL_CTX SSL_CTX_free;
    SSL SSL_free;
    SSL_SESSION SSL_SESSION_free;
}
