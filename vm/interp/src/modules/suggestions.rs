//! `_suggestions`: the known name closest to a wrong one, for `traceback`.

use objects::args::suggest;
use objects::types::list::List;
use objects::types::str::Str;
use objects::{Object, Ref, Result, raise};

#[macros::pymodule(name = "_suggestions")]
pub mod module {
    use super::*;

    #[function("_generate_suggestions($module, candidates, item, /)")]
    fn generate_suggestions(candidates: &Object, item: &Object) -> Result<Option<Ref<Str>>> {
        let Some(item) = item.cast::<Str>() else {
            let got = item.class().full_name();
            return Err(raise!(TypeError, "_generate_suggestions() argument 2 must be str, not {got}"));
        };
        let Some(candidates) = candidates.cast_exact::<List>() else {
            return Err(raise!(TypeError, "candidates must be a list"));
        };
        let strings = candidates.to_vec().into_iter().map(|candidate| {
            candidate
                .downcast::<Str>()
                .map_err(|_| raise!(TypeError, "all elements in 'candidates' must be strings"))
        });
        let strings = strings.collect::<Result<Vec<_>>>()?;
        let texts = strings.iter().map(|text| text.to_str()).collect::<Result<Vec<_>>>()?;
        suggest::suggest(item.to_str()?, texts).map(Str::new).transpose()
    }
}
