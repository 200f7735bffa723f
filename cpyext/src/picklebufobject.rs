//! `cpython/picklebufobject.h`.

use macros::capi;
use objects::types::buffer::BufferView;
use objects::types::picklebuffer::PickleBuffer;
use objects::{Object, Ref, Result};

#[capi]
pub fn PyPickleBuffer_FromObject(object: &Object) -> Result<Ref<PickleBuffer>> {
    PickleBuffer::new(object)
}

fn expect(object: &Object) -> Result<&PickleBuffer> {
    object.cast().ok_or_else(|| {
        objects::raise!(TypeError, "expected PickleBuffer, {} found", object.class().full_name())
    })
}

/// The view, which stays the object's.
#[capi]
pub fn PyPickleBuffer_GetBuffer(object: &Object) -> Result<*const BufferView> {
    expect(object)?.with_view(core::ptr::from_ref)
}

#[capi]
pub fn PyPickleBuffer_Release(object: &Object) -> Result<()> {
    expect(object)?.release();
    Ok(())
}
