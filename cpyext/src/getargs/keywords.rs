//! Positional and keyword arguments.

use super::convert::{Conversions, Format, misfit, skip};
use crate::varargs::VaList;
use core::ffi::{CStr, c_char, c_int};
use objects::protocol::object;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::str::Str;
use objects::types::str::build::Builder;
use objects::{Object, Raised, Ref, Result, raise};

/// `_PyArg_Parser`: a format with its names, static in the extension.
#[repr(C)]
pub struct Parser {
    pub format: *const c_char,
    pub keywords: *const *const c_char,
    pub fname: *const c_char,
    custom_msg: *const c_char,
    once: u8,
    is_kwtuple_owned: c_int,
    pos: c_int,
    min: c_int,
    max: c_int,
    kwtuple: *mut Object,
    next: *const Parser,
}

const _: () = assert!(size_of::<Parser>() == 72);

/// The parameters' names, where the caller has them.
#[derive(Clone, Copy)]
struct Names<'a>(&'a [*const c_char]);

impl<'a> Names<'a> {
    /// The names up to NULL and how many are empty, which are positional only.
    ///
    /// # Safety
    /// C strings up to NULL, which outlive the result.
    unsafe fn new(first: *const *const c_char) -> Result<(Names<'a>, usize)> {
        // SAFETY (whole body): the caller's promise.
        let names = unsafe {
            let len = (0..).take_while(|&at| !(*first.add(at)).is_null()).count();
            core::slice::from_raw_parts(first, len)
        };
        let is_empty = |name: &&*const c_char| unsafe { ***name == 0 };
        let unnamed = names.iter().take_while(is_empty).count();
        if names[unnamed..].iter().any(|name| is_empty(&name)) {
            return Err(bad("Empty keyword parameter name"));
        }
        Ok((Names(names), unnamed))
    }

    fn len(self) -> usize {
        self.0.len()
    }

    fn get(self, index: usize) -> &'a CStr {
        // SAFETY: `new` was promised C strings.
        unsafe { CStr::from_ptr(self.0[index]) }
    }
}

/// A call and what its format says.
struct Call<'a> {
    args: &'a [&'a Object],
    kwargs: Option<&'a Dict>,
    names: Names<'a>,
    /// How many parameters have no name.
    unnamed: usize,
    format: &'a [u8],
}

impl Call<'_> {
    /// What the format says behind a mark.
    fn behind(&self, mark: u8) -> Option<&str> {
        let at = self.format.iter().position(|&unit| unit == mark)?;
        core::str::from_utf8(&self.format[at + 1..]).ok()
    }

    fn function(&self) -> Option<&str> {
        self.behind(b':')
    }

    fn name(&self) -> String {
        self.function().map_or("function".to_owned(), |function| format!("{function}()"))
    }

    /// TypeError about how many arguments there are.
    #[cold]
    fn wrong_count(&self, bound: &str, limit: usize, what: &str, count: usize) -> Raised {
        let plural = if limit == 1 { "" } else { "s" };
        objects::raise!(
            TypeError,
            "{} takes {bound} {limit} {what}argument{plural} ({count} given)",
            self.name()
        )
    }

    fn keyword(&self, index: usize) -> Result<Option<Ref>> {
        let Some(kwargs) = self.kwargs else { return Ok(None) };
        kwargs.get_item(&*crate::abstract_::text(self.names.get(index))?)
    }

    /// What is wrong with a name that was given and not taken: it was given by position too, or no parameter has it.
    fn unwanted(&self) -> Result<Raised> {
        for index in self.unnamed..self.args.len() {
            if self.keyword(index)?.is_some() {
                let name = self.names.get(index).to_string_lossy();
                return Ok(objects::raise!(
                    TypeError,
                    "argument for {} given by name ('{name}') and position ({})",
                    self.name(),
                    index + 1
                ));
            }
        }
        let keys = self.kwargs.into_iter().flat_map(Dict::to_vec).map(|(key, _)| key);
        let function = self.function().map_or("this function".to_owned(), |name| format!("{name}()"));
        let names: Vec<&CStr> = (self.unnamed..self.names.len()).map(|index| self.names.get(index)).collect();
        unexpected(&function, keys, &names)
    }
}

/// TypeError for the first key that is no name, or for one that is but does not compare as the name does.
pub fn unexpected(function: &str, keys: impl Iterator<Item = Ref>, names: &[&CStr]) -> Result<Raised> {
    for key in keys {
        let Some(text) = key.cast::<Str>() else {
            return Ok(objects::raise!(TypeError, "keywords must be strings"));
        };
        if !names.iter().any(|name| name.to_str().is_ok_and(|name| text.equals_text(name))) {
            let mut message = Builder::new();
            message.push_str(&format!("{function} got an unexpected keyword argument '"));
            message.push_chars(object::str(text)?.chars());
            message.push_str("'");
            return Ok(raise::set(&exc::TypeError, Some(&*message.finish()?)));
        }
    }
    Ok(objects::raise!(TypeError, "invalid keyword argument for {function}"))
}

#[cold]
fn bad(text: &str) -> Raised {
    objects::raise!(SystemError, "{text}")
}

/// The parameters' names up to NULL and how many are empty, which are positional only.
///
/// # Safety
/// C strings up to NULL, which outlive the result.
pub unsafe fn names_of<'a>(names: *const *const c_char) -> Result<(Vec<&'a CStr>, usize)> {
    // SAFETY: the caller's promise.
    let (names, unnamed) = unsafe { Names::new(names) }?;
    Ok(((0..names.len()).map(|index| names.get(index)).collect(), unnamed))
}

/// The arguments by a format and names (`PyArg_ParseTupleAndKeywords`).
///
/// # Safety
/// `names` ends with NULL; the list has the places that the format asks for.
///
/// # Errors
/// TypeError when the arguments do not fit; SystemError for a bad format; what converting raises.
pub unsafe fn parse(
    args: &[&Object],
    kwargs: Option<&Dict>,
    format: &CStr,
    names: *const *const c_char,
    list: &mut VaList,
) -> Result<()> {
    let bytes = format.to_bytes();
    // SAFETY: the caller's promise.
    let (names, unnamed) = unsafe { Names::new(names) }?;
    let call = Call { args, kwargs, names, unnamed, format: bytes };
    let (count, len) = (args.len(), call.names.len());
    let mut named = kwargs.map_or(0, Dict::len);
    if count + named > len {
        // Without positional arguments, the text speaks of keywords, since a parameter may well be positional.
        let what = if count == 0 { "keyword " } else { "" };
        return Err(call.wrong_count("at most", len, what, count + named));
    }
    let mut units = Format { rest: bytes };
    let mut conversions = Conversions::default();
    let (mut min, mut max) = (None, None);
    let mut is_missing = false;
    let mut index = 0;
    while index < len {
        if units.eat(b'|') {
            if min.is_some() {
                return Err(bad("Invalid format string (| specified twice)"));
            }
            if max.is_some() {
                return Err(bad("Invalid format string ($ before |)"));
            }
            min = Some(index);
        }
        if units.eat(b'$') {
            if max.is_some() {
                return Err(bad("Invalid format string ($ specified twice)"));
            }
            max = Some(index);
            if index < unnamed {
                return Err(bad("Empty parameter name after $"));
            }
            if is_missing {
                break;
            }
            if index < count {
                let bound = if min.is_some() { "at most" } else { "exactly" };
                return Err(call.wrong_count(bound, index, "positional ", count));
            }
        }
        if units.is_at_end() {
            return Err(bad(&format!("More keyword list entries ({len}) than format specifiers ({index})")));
        }
        if !is_missing {
            let found;
            let arg = if index < count {
                Some(args[index])
            } else if named > 0 && index >= unnamed {
                found = call.keyword(index)?;
                named -= usize::from(found.is_some());
                found.as_deref()
            } else {
                None
            };
            if let Some(arg) = arg {
                // SAFETY: the caller's promise.
                if let Err(what) = unsafe { conversions.item(arg, &mut units, list) } {
                    let function = call.function();
                    let message = if function.is_some() { None } else { call.behind(b';') };
                    return Err(misfit(what, index + 1, &conversions.path, function, message));
                }
                index += 1;
                continue;
            }
            if min.is_none() {
                if index < unnamed {
                    // How many unnamed parameters must be given is known only once the format has been read.
                    is_missing = true;
                } else {
                    return Err(objects::raise!(
                        TypeError,
                        "{} missing required argument '{}' (pos {})",
                        call.name(),
                        call.names.get(index).to_string_lossy(),
                        index + 1
                    ));
                }
            }
            if named == 0 && !is_missing {
                conversions.keep();
                return Ok(());
            }
        }
        let before = units;
        // SAFETY: the caller's promise.
        if let Err(text) = unsafe { skip(&mut units, list) } {
            return Err(bad(&format!("{text}: '{}'", before.text())));
        }
        index += 1;
    }
    if is_missing {
        let needed = min.map_or(unnamed, |min| min.min(unnamed));
        let bound = if needed < index { "at least" } else { "exactly" };
        return Err(call.wrong_count(bound, needed, "positional ", count));
    }
    if !units.is_at_end() && !matches!(units.peek(), Some(b'|' | b'$')) {
        return Err(bad(&format!(
            "more argument specifiers than keyword list entries (remaining format:'{}')",
            units.text()
        )));
    }
    if named > 0 {
        return Err(call.unwanted()?);
    }
    conversions.keep();
    Ok(())
}
