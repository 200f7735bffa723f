//! Filter chains: from dicts to liblzma's structures and back.

use super::{Failure, error};
use core::ffi::{c_int, c_void};
use core::ptr;
use liblzma_sys as lz;
use objects::protocol::{self, mapping};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::Int;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, id, raise};

/// `lzma_options_delta`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Delta {
    kind: c_int,
    dist: u32,
    reserved_ints: [u32; 4],
    reserved_pointers: [usize; 2],
}

/// The options of one filter.
enum Options {
    Lzma(Box<lz::lzma_options_lzma>),
    Delta(Box<Delta>),
    Bcj(Box<lz::lzma_options_bcj>),
}

impl Options {
    fn as_ptr(&self) -> *mut c_void {
        match self {
            Options::Lzma(options) => ptr::from_ref(&**options).cast_mut().cast(),
            Options::Delta(options) => ptr::from_ref(&**options).cast_mut().cast(),
            Options::Bcj(options) => ptr::from_ref(&**options).cast_mut().cast(),
        }
    }
}

/// A filter with its options.
pub struct Filter {
    id: lz::lzma_vli,
    options: Options,
}

/// The most filters in a chain.
const MAX: usize = 4;

/// A chain as liblzma reads it: ended by an unknown id. It points into the filters.
pub fn raw_chain(filters: &[Filter]) -> Vec<lz::lzma_filter> {
    let mut chain: Vec<_> = filters.iter().map(Filter::raw).collect();
    chain.push(lz::lzma_filter { id: lz::LZMA_VLI_UNKNOWN, options: ptr::null_mut() });
    chain
}

impl Filter {
    fn raw(&self) -> lz::lzma_filter {
        lz::lzma_filter { id: self.id, options: self.options.as_ptr() }
    }

    /// The options of an LZMA1 filter.
    pub fn as_lzma1(&self) -> Option<&lz::lzma_options_lzma> {
        match &self.options {
            Options::Lzma(options) if self.id == lz::LZMA_FILTER_LZMA1 => Some(options),
            _ => None,
        }
    }

    /// The encoded options.
    pub fn properties(&self) -> core::result::Result<Vec<u8>, Failure> {
        let raw = self.raw();
        let mut size = 0;
        // SAFETY: a whole filter; the buffer is as long as liblzma said.
        unsafe {
            Failure::check(lz::lzma_properties_size(&mut size, &raw))?;
            let mut bytes = vec![0; size as usize];
            Failure::check(lz::lzma_properties_encode(&raw, bytes.as_mut_ptr()))?;
            Ok(bytes)
        }
    }

    /// A filter from its specification.
    pub fn parse(spec: &Object) -> Result<Filter> {
        let is_mapping = spec.class().mapping().is_some_and(|table| table.mp_subscript.get().is_some());
        if !is_mapping {
            return Err(raise!(TypeError, "Filter specifier must be a dict or dict-like object"));
        }
        let Some(id) = mapping::get_optional(spec, id!("id"))? else {
            return Err(raise!(ValueError, "Filter specifier must have an \"id\" entry"));
        };
        let id = to_u64(&id)?;
        let options = match id {
            lz::LZMA_FILTER_LZMA1 | lz::LZMA_FILTER_LZMA2 => Options::Lzma(Box::new(lzma_options(spec)?)),
            lz::LZMA_FILTER_DELTA => {
                let [dist] = numbers(spec, "delta", ["dist"])?;
                Options::Delta(Box::new(Delta {
                    kind: 0,
                    dist: dist.unwrap_or(1),
                    reserved_ints: [0; 4],
                    reserved_pointers: [0; 2],
                }))
            }
            lz::LZMA_FILTER_X86
            | lz::LZMA_FILTER_POWERPC
            | lz::LZMA_FILTER_IA64
            | lz::LZMA_FILTER_ARM
            | lz::LZMA_FILTER_ARMTHUMB
            | lz::LZMA_FILTER_SPARC => {
                let [start_offset] = numbers(spec, "BCJ", ["start_offset"])?;
                Options::Bcj(Box::new(lz::lzma_options_bcj { start_offset: start_offset.unwrap_or(0) }))
            }
            _ => return Err(raise!(ValueError, "Invalid filter ID: {id}")),
        };
        Ok(Filter { id, options })
    }

    /// A chain from a sequence of specifications.
    pub fn parse_chain(specs: &Object) -> Result<Vec<Filter>> {
        let count = protocol::sequence::len(specs)?;
        if count > MAX {
            return Err(raise!(ValueError, "Too many filters - liblzma supports a maximum of {MAX}"));
        }
        (0..count)
            .map(|index| Filter::parse(&*protocol::sequence::get_item(specs, index as isize)?))
            .collect()
    }
}

/// `lzma_lzma_preset`; `None` when liblzma knows no such preset.
pub fn preset_options(preset: u32) -> Option<lz::lzma_options_lzma> {
    // SAFETY: zeros are valid for every field.
    let mut options: lz::lzma_options_lzma = unsafe { core::mem::zeroed() };
    // SAFETY: a whole structure.
    let failed = unsafe { lz::lzma_lzma_preset(&mut options, preset) } != 0;
    (!failed).then_some(options)
}

pub fn bad_preset(preset: u32) -> Raised {
    error(format_args!("Invalid compression preset: {preset}"))
}

fn lzma_options(spec: &Object) -> Result<lz::lzma_options_lzma> {
    let preset = match mapping::get_optional(spec, id!("preset"))? {
        Some(preset) => to_u32(&preset)?,
        None => lz::LZMA_PRESET_DEFAULT,
    };
    let mut options = preset_options(preset).ok_or_else(|| bad_preset(preset))?;
    let names = ["preset", "dict_size", "lc", "lp", "pb", "mode", "nice_len", "mf", "depth"];
    let [_, dict_size, lc, lp, pb, mode, nice_len, mf, depth] = numbers(spec, "LZMA", names)?;
    let set = |place: &mut u32, value: Option<u32>| *place = value.unwrap_or(*place);
    set(&mut options.dict_size, dict_size);
    set(&mut options.lc, lc);
    set(&mut options.lp, lp);
    set(&mut options.pb, pb);
    set(&mut options.mode, mode);
    set(&mut options.nice_len, nice_len);
    set(&mut options.mf, mf);
    set(&mut options.depth, depth);
    Ok(options)
}

/// The named numbers of a specification, which has `id` and no others.
fn numbers<const N: usize>(spec: &Object, kind: &str, names: [&str; N]) -> Result<[Option<u32>; N]> {
    let invalid = |raised: Option<Raised>| {
        if let Some(raised) = raised {
            raised.clear();
        }
        raise!(ValueError, "Invalid filter specifier for {kind} filter")
    };
    let mut values = [None; N];
    // A dict-like object has as many keys as it says.
    let mut known = 1;
    for (name, place) in names.iter().zip(&mut values) {
        let value = mapping::get_optional(spec, Str::new(name)?.as_object())?;
        if let Some(value) = value {
            *place = Some(to_u32(&value).map_err(|raised| invalid(Some(raised)))?);
            known += 1;
        }
    }
    if protocol::object::len(spec)? != known {
        return Err(invalid(None));
    }
    Ok(values)
}

/// An int for an unsigned C type of 64 bits.
pub fn to_u64(value: &Object) -> Result<u64> {
    let Some(int) = value.cast::<Int>() else { return Err(raise!(TypeError, "an integer is required")) };
    if int.is_negative() {
        return Err(raise!(OverflowError, "can't convert negative int to unsigned"));
    }
    int.to_u64().ok_or_else(|| raise!(OverflowError, "int too big to convert"))
}

/// An int for an unsigned C type of 32 bits.
pub fn to_u32(value: &Object) -> Result<u32> {
    u32::try_from(to_u64(value)?).map_err(|_| {
        objects::raise::set_text(&exc::OverflowError, format_args!("Value too large for uint32_t type"))
    })
}

/// The specification of a filter with encoded options.
///
/// # Errors
/// LZMAError, ValueError when liblzma does not know them.
pub fn decode_properties(id: u64, properties: &[u8]) -> Result<Ref<Dict>> {
    let mut raw = lz::lzma_filter { id, options: ptr::null_mut() };
    // SAFETY: a whole filter; the bytes of a slice.
    let code =
        unsafe { lz::lzma_properties_decode(&mut raw, ptr::null(), properties.as_ptr(), properties.len()) };
    Failure::check(code).map_err(Failure::raise)?;
    let owned = Owned(raw.options);
    let spec = Dict::new()?;
    let put = |name: &str, value: u64| spec.set_text(name, &*Int::from_u64(value)?);
    put("id", id)?;
    match id {
        lz::LZMA_FILTER_LZMA1 | lz::LZMA_FILTER_LZMA2 => {
            // SAFETY: the options of these filters are of this type.
            if let Some(options) = unsafe { owned.0.cast::<lz::lzma_options_lzma>().as_ref() } {
                if id == lz::LZMA_FILTER_LZMA1 {
                    put("lc", options.lc.into())?;
                    put("lp", options.lp.into())?;
                    put("pb", options.pb.into())?;
                }
                put("dict_size", options.dict_size.into())?;
            }
        }
        lz::LZMA_FILTER_DELTA => {
            // SAFETY: as above.
            if let Some(options) = unsafe { owned.0.cast::<Delta>().as_ref() } {
                put("dist", options.dist.into())?;
            }
        }
        lz::LZMA_FILTER_X86
        | lz::LZMA_FILTER_POWERPC
        | lz::LZMA_FILTER_IA64
        | lz::LZMA_FILTER_ARM
        | lz::LZMA_FILTER_ARMTHUMB
        | lz::LZMA_FILTER_SPARC => {
            // SAFETY: as above.
            if let Some(options) = unsafe { owned.0.cast::<lz::lzma_options_bcj>().as_ref() } {
                put("start_offset", options.start_offset.into())?;
            }
        }
        _ => return Err(raise!(ValueError, "Invalid filter ID: {id}")),
    }
    Ok(spec)
}

/// Options that liblzma allocated.
struct Owned(*mut c_void);

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: NULL or a block of `malloc`, as no allocator was given.
        unsafe { libc::free(self.0) };
    }
}
