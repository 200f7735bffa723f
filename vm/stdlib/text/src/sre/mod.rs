//! `_sre`: compiled patterns, their matches and scanners. The engine itself is crate `sre`, which knows no objects.

mod matched;
mod pattern;
mod scanner;
mod subject;
mod template;

pub use matched::Match;
pub use pattern::Pattern;
pub use template::Template;

use ::sre::chars;
use objects::protocol::number;
use objects::types::dict::Dict;
use objects::types::list::List;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};

#[macros::pymodule(name = "_sre")]
pub mod module {
    use super::*;

    #[constant]
    const MAGIC: i64 = ::sre::MAGIC as i64;
    #[constant]
    const CODESIZE: i64 = ::sre::CODE_SIZE as i64;
    #[constant]
    const MAXREPEAT: i64 = ::sre::MAX_REPEAT as i64;
    #[constant]
    const MAXGROUPS: i64 = ::sre::MAX_GROUPS as i64;

    #[function("getcodesize($module, /)")]
    fn getcodesize() -> Result<usize> {
        Ok(::sre::CODE_SIZE)
    }

    #[function("ascii_iscased($module, character, /)")]
    fn ascii_iscased(character: i32) -> Result<bool> {
        Ok(chars::ascii_is_cased(character as u32))
    }

    #[function("unicode_iscased($module, character, /)")]
    fn unicode_iscased(character: i32) -> Result<bool> {
        Ok(chars::unicode_is_cased(character as u32))
    }

    #[function("ascii_tolower($module, character, /)")]
    fn ascii_tolower(character: i32) -> Result<i64> {
        Ok(chars::ascii_lower(character as u32) as i64)
    }

    #[function("unicode_tolower($module, character, /)")]
    fn unicode_tolower(character: i32) -> Result<i64> {
        Ok(chars::unicode_lower(character as u32) as i64)
    }

    #[function("compile($module, /, pattern, flags, code, groups, groupindex,\n        indexgroup)")]
    fn compile(
        pattern: &Object,
        flags: i32,
        code: &List,
        groups: isize,
        groupindex: &Dict,
        indexgroup: &Tuple,
    ) -> Result<Ref<Pattern>> {
        let code = code.to_vec().iter().map(|word| code_word(word)).collect::<Result<Vec<u32>>>()?;
        Pattern::compile(pattern, flags, code, groups.max(0) as usize, groupindex, indexgroup)
    }

    #[function("template($module, pattern, template, /)")]
    fn template(pattern: &Object, template: &List) -> Result<Ref<Template>> {
        Template::new(pattern, &template.to_vec())
    }

    fn code_word(word: &Object) -> Result<u32> {
        let value = number::index(word)?;
        match value.to_u64().map(u32::try_from) {
            Some(Ok(word)) => Ok(word),
            _ => Err(raise!(OverflowError, "regular expression code size limit exceeded")),
        }
    }
}
