//! `_Py_normpath`.

const SEPARATOR: u32 = b'/' as u32;
const DOT: u32 = b'.' as u32;

/// Takes `.`, `..` and doubled separators out of a path where it stands; the path.
///
/// # Safety
/// A C function: `len` characters and a zero, or up to a zero for -1; they may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Py_normpath(path: *mut u32, len: isize) -> *mut u32 {
    // SAFETY (both): the caller's promise; the result is not longer.
    let chars = unsafe {
        let len = match usize::try_from(len) {
            Ok(len) => len,
            Err(_) => (0..).take_while(|&at| *path.add(at) != 0).count(),
        };
        core::slice::from_raw_parts(path, len)
    };
    let result = normal(chars);
    unsafe {
        path.copy_from_nonoverlapping(result.as_ptr(), result.len());
        path.add(result.len()).write(0);
    }
    path
}

fn normal(path: &[u32]) -> Vec<u32> {
    // Exactly two separators at the beginning mean something else than one.
    let slashes = path.iter().take_while(|char| **char == SEPARATOR).count();
    let root = match slashes {
        0 | 2 => slashes,
        _ => 1,
    };
    let mut parts: Vec<&[u32]> = Vec::new();
    for part in path.split(|char| *char == SEPARATOR) {
        match part {
            [] | [DOT] => {}
            [DOT, DOT] if parts.last().is_some_and(|last| *last != [DOT, DOT]) => {
                parts.pop();
            }
            [DOT, DOT] if root > 0 => {}
            part => parts.push(part),
        }
    }
    let mut result = vec![SEPARATOR; root];
    result.extend(parts.join(&SEPARATOR));
    result
}
