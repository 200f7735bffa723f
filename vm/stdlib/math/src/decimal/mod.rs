//! `_decimal`: decimal arithmetic with contexts and signals. The arithmetic is `num::decimal`'s.

mod context;
mod convert;
mod layout;
mod manager;
mod number;
mod operations;
mod signal_dict;
mod signals;
mod tuple;

use context::ContextObject;
use macros::pymodule;
use manager::ContextManager;
use number::DecimalObject;
use objects::args::Kwargs;
use objects::protocol::{attr, call};
use objects::types::module::Module;
use objects::types::str::intern;
use objects::{Instance, Object, Ref, Result, id};

/// `numbers.Rational`, whose instances numbers are compared with.
fn rational() -> Result<Ref> {
    attr::get_text(&*objects::hooks::IMPORT.get()("numbers")?, "Rational")
}

#[pymodule(name = "_decimal", classes(DecimalObject, ContextObject))]
pub mod module {
    use super::*;

    #[constant]
    const MAX_PREC: i64 = num::decimal::MAX_PREC;
    #[constant]
    const MAX_EMAX: i64 = num::decimal::MAX_EMAX;
    #[constant]
    const MIN_EMIN: i64 = num::decimal::MIN_EMIN;
    #[constant]
    const MIN_ETINY: i64 = num::decimal::MIN_ETINY;
    #[constant]
    const HAVE_THREADS: bool = true;
    #[constant]
    const HAVE_CONTEXTVAR: bool = true;
    #[constant("__version__")]
    const VERSION: &str = "1.70";
    #[constant("__libmpdec_version__")]
    const LIBMPDEC_VERSION: &str = "2.5.1";

    #[function("getcontext($module, /)")]
    fn getcontext() -> Result<Ref<ContextObject>> {
        context::current()
    }

    #[function("setcontext($module, context, /)")]
    fn setcontext(context: &Object) -> Result<()> {
        context::set_current(context)
    }

    #[function("localcontext($module, /, ctx=None, **kwargs)")]
    fn localcontext(ctx: Option<&Object>, kwargs: Kwargs) -> Result<Ref<ContextManager>> {
        ContextManager::new(ctx, kwargs)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let dict = module.dict();
        for class in [ContextManager::class(), signal_dict::SignalDict::class()] {
            objects::typeobject::ready::ready(class)?;
        }
        signals::add_classes(module)?;
        signal_dict::make_class()?;
        dict.set_str(id!("DecimalTuple"), &*tuple::class()?)?;
        for (_, name) in num::decimal::Rounding::ALL {
            let name = intern::intern_text(name)?;
            dict.set_str(&name, &name)?;
        }
        let [default, basic, extended] = context::templates()?;
        dict.set_str(id!("DefaultContext"), &default)?;
        dict.set_str(id!("BasicContext"), &basic)?;
        dict.set_str(id!("ExtendedContext"), &extended)?;
        let number = attr::get_text(&*objects::hooks::IMPORT.get()("numbers")?, "Number")?;
        call::call_method(&number, id!("register"), &[DecimalObject::class().as_object()]).map(drop)
    }
}
