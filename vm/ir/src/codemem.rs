//! Executable memory: one bounded region, never writable and executable at once.
//!
//! All code is in one region, so that it reaches itself with near jumps. The region is readable and executable; a write makes
//! the pages that it touches writable, and executable again afterwards. Code on those pages must not run meanwhile:
//! only the thread that holds the interpreter's lock writes, and only it runs compiled code.
//! The memory is private and anonymous, so `fork` and `perf` treat it as they should.

use std::io;
use std::ptr::NonNull;

/// A region of executable memory.
#[derive(Debug)]
pub struct CodeMemory {
    base: NonNull<u8>,
    size: usize,
    page: usize,
    /// Free stretches as (offset, length), by offset, never adjacent.
    free: Vec<(usize, usize)>,
}

/// A piece of the region.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// From the region's start.
    pub offset: usize,
    pub size: usize,
}

/// Chunks begin at multiples of this.
pub const ALIGN: usize = 32;

impl CodeMemory {
    /// Reserves `size` bytes, if possible near the address `near`, so that calls there are short.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(size: usize, near: u64) -> io::Result<CodeMemory> {
        // SAFETY: asking for a number.
        let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).map_err(io::Error::other)?;
        let size = size.next_multiple_of(page);
        let wish = (near as usize).saturating_sub(2 * size) & !(page - 1);
        // SAFETY: a fresh mapping; the address is only a wish.
        let base = unsafe {
            libc::mmap(
                wish as *mut libc::c_void,
                size,
                libc::PROT_READ | libc::PROT_EXEC,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        match NonNull::new(base.cast::<u8>()) {
            Some(address) if base != libc::MAP_FAILED => {
                Ok(CodeMemory { base: address, size, page, free: vec![(0, size)] })
            }
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// The address of the region's start.
    pub fn base(&self) -> u64 {
        self.base.as_ptr() as u64
    }

    /// Bytes in use.
    pub fn used(&self) -> usize {
        self.size - self.free.iter().map(|stretch| stretch.1).sum::<usize>()
    }

    /// Where the next chunk of up to `size` bytes will begin; `None` if there is no room.
    pub fn next(&self, size: usize) -> Option<usize> {
        let size = size.next_multiple_of(ALIGN);
        self.free.iter().find(|stretch| stretch.1 >= size).map(|stretch| stretch.0)
    }

    /// Takes the chunk of `size` bytes at `offset`, which [`CodeMemory::next`] told.
    pub fn take(&mut self, offset: usize, size: usize) -> Option<Chunk> {
        let size = size.next_multiple_of(ALIGN);
        let n = self.free.iter().position(|stretch| stretch.0 == offset && stretch.1 >= size)?;
        if self.free[n].1 == size {
            self.free.remove(n);
        } else {
            self.free[n].0 += size;
            self.free[n].1 -= size;
        }
        Some(Chunk { offset, size })
    }

    /// Gives a chunk back. No code may run in it or jump to it any more.
    pub fn release(&mut self, chunk: Chunk) {
        let n = self.free.partition_point(|stretch| stretch.0 < chunk.offset);
        self.free.insert(n, (chunk.offset, chunk.size));
        for n in [n, n.wrapping_sub(1)] {
            if let (Some(&(a, length)), Some(&(b, more))) =
                (self.free.get(n), self.free.get(n.wrapping_add(1)))
                && a + length == b
            {
                self.free[n].1 += more;
                self.free.remove(n + 1);
            }
        }
    }

    /// Writes into a chunk: `edit` gets its bytes. The processor then sees the new code.
    ///
    /// # Errors
    /// What the system says when it is asked for access.
    pub fn write<R>(&mut self, chunk: Chunk, edit: impl FnOnce(&mut [u8]) -> R) -> io::Result<R> {
        assert!(chunk.offset + chunk.size <= self.size, "the chunk is of this region");
        let start = chunk.offset & !(self.page - 1);
        let length = (chunk.offset + chunk.size).next_multiple_of(self.page) - start;
        // SAFETY: within the region.
        let pages = unsafe { self.base.as_ptr().add(start) };
        protect(pages, length, libc::PROT_READ | libc::PROT_WRITE)?;
        // SAFETY: within the region, writable now, and `&mut self` keeps others away.
        let bytes =
            unsafe { std::slice::from_raw_parts_mut(self.base.as_ptr().add(chunk.offset), chunk.size) };
        let result = edit(bytes);
        protect(pages, length, libc::PROT_READ | libc::PROT_EXEC)?;
        flush(bytes);
        Ok(result)
    }
}

impl Drop for CodeMemory {
    fn drop(&mut self) {
        // SAFETY: our own mapping, and nobody runs code in what is dropped.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.size) };
    }
}

fn protect(pages: *mut u8, length: usize, access: libc::c_int) -> io::Result<()> {
    // SAFETY: pages of our own mapping.
    match unsafe { libc::mprotect(pages.cast(), length, access) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Makes the processor fetch what was written.
#[cfg(target_arch = "aarch64")]
fn flush(bytes: &[u8]) {
    // Cache lines are at least 16 bytes; to go by the least needs no question to the processor.
    let first = bytes.as_ptr() as usize & !15;
    let end = bytes.as_ptr_range().end as usize;
    // SAFETY: cleaning and invalidating cache lines of mapped memory changes no contents.
    unsafe {
        for line in (first..end).step_by(16) {
            std::arch::asm!("dc cvau, {}", in(reg) line);
        }
        std::arch::asm!("dsb ish");
        for line in (first..end).step_by(16) {
            std::arch::asm!("ic ivau, {}", in(reg) line);
        }
        std::arch::asm!("dsb ish", "isb");
    }
}

/// Makes the processor fetch what was written: this one watches its own stores.
#[cfg(not(target_arch = "aarch64"))]
fn flush(_bytes: &[u8]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_given_back_whole() {
        let mut memory = CodeMemory::new(1 << 16, 0).expect("a little memory");
        let chunks: Vec<Chunk> = (0..4)
            .map(|_| {
                let offset = memory.next(100).expect("there is room");
                memory.take(offset, 100).expect("there is room")
            })
            .collect();
        assert_eq!(memory.used(), 4 * 128);
        for n in [1, 3, 2, 0] {
            memory.release(chunks[n]);
        }
        assert_eq!(memory.free, [(0, 1 << 16)]);
        assert_eq!(memory.next(1 << 17), None);
    }

    #[test]
    fn what_is_written_is_there() {
        let mut memory = CodeMemory::new(1 << 16, 0).expect("a little memory");
        let chunk = memory.take(0, 64).expect("there is room");
        memory.write(chunk, |bytes| bytes[..3].copy_from_slice(&[1, 2, 3])).expect("it may be written");
        assert_eq!(memory.write(chunk, |bytes| bytes[1]).expect("it may be written"), 2);
    }
}
