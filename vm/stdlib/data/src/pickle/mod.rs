//! `_pickle`: objects as bytes and back, by the protocols 0 to 5.

mod input;
mod load;
mod memo;
mod names;
mod op;
mod output;
mod pickler;
mod proxies;
mod save;
mod save_reduce;
mod state;
mod unpickler;

use input::Input;
use macros::pymodule;
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::module::Module;
use objects::types::picklebuffer::PickleBuffer;
use objects::{Instance, Object, Ref, Result};
use pickler::{PICKLER, Pickler};
use unpickler::{Settings, UNPICKLER, Unpickler, text_option};

/// A pickler for one call.
fn pickler(
    protocol: Option<&Object>,
    fix_imports: bool,
    buffer_callback: Option<&Object>,
) -> Result<Ref<Pickler>> {
    let pickler = Pickler::blank(&PICKLER)?;
    pickler.set_protocol(protocol, fix_imports)?;
    pickler.set_buffer_callback(buffer_callback)?;
    Ok(pickler)
}

/// An unpickler for one call of `function`.
fn unpickler(
    function: &str,
    fix_imports: bool,
    encoding: Option<&Object>,
    errors: Option<&Object>,
    buffers: Option<&Object>,
) -> Result<Ref<Unpickler>> {
    let encoding = text_option(function, "encoding", encoding, "ASCII")?;
    let errors = text_option(function, "errors", errors, "strict")?;
    let unpickler = Unpickler::blank(&UNPICKLER)?;
    unpickler.set(&Settings { fix_imports, encoding: &encoding, errors: &errors, buffers })?;
    Ok(unpickler)
}

#[pymodule(name = "_pickle", classes(PickleBuffer, pickler::Pickler, unpickler::Unpickler))]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        for class in [proxies::PicklerMemoProxy::class(), proxies::UnpicklerMemoProxy::class()] {
            objects::typeobject::ready::ready(class)?;
        }
        state::fill(module)
    }

    #[function("dump($module, /, obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)")]
    fn dump(
        obj: &Object,
        file: &Object,
        protocol: Option<&Object>,
        fix_imports: bool,
        buffer_callback: Option<&Object>,
    ) -> Result<()> {
        let pickler = Pickler::blank(&PICKLER)?;
        pickler.set_protocol(protocol, fix_imports)?;
        pickler.set_file(file)?;
        pickler.set_buffer_callback(buffer_callback)?;
        pickler.pickle(obj)?;
        match pickler.write.get() {
            Some(write) => pickler.output.flush(&write),
            None => Err(objects::raise::bad_internal_call()),
        }
    }

    #[function("dumps($module, /, obj, protocol=None, *, fix_imports=True, buffer_callback=None)")]
    fn dumps(
        obj: &Object,
        protocol: Option<&Object>,
        fix_imports: bool,
        buffer_callback: Option<&Object>,
    ) -> Result<Ref<Bytes>> {
        let pickler = pickler(protocol, fix_imports, buffer_callback)?;
        pickler.pickle(obj)?;
        pickler.output.take()
    }

    #[function("load($module, /, file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn load(
        file: &Object,
        fix_imports: bool,
        encoding: Option<&Object>,
        errors: Option<&Object>,
        buffers: Option<&Object>,
    ) -> Result<Ref> {
        let unpickler = unpickler("load", fix_imports, encoding, errors, buffers)?;
        unpickler.set_file(file)?;
        unpickler.load_file()
    }

    #[function("loads($module, data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn loads(
        data: &Object,
        fix_imports: bool,
        encoding: Option<&Object>,
        errors: Option<&Object>,
        buffers: Option<&Object>,
    ) -> Result<Ref> {
        let unpickler = unpickler("loads", fix_imports, encoding, errors, buffers)?;
        let data = BytesLike::of(data)?;
        super::load::load(&unpickler, Input::of_bytes(&data))
    }
}
