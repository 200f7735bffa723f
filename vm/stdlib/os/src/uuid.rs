//! `_uuid`: UUIDs of the time and this machine (RFC 9562, version 1).

use core::cell::Cell;
use objects::types::bytes::Bytes;
use objects::types::int::new_int;
use objects::types::tuple::Tuple;
use objects::{Ref, Result, raise};

/// 100 nanoseconds from the Gregorian calendar's beginning (15 October 1582) to 1970.
const EPOCH: u64 = 0x01b2_1dd2_1381_4000;

/// What makes UUIDs of one process different.
struct State {
    last: Cell<u64>,
    clock_sequence: Cell<u16>,
    node: Cell<Option<[u8; 6]>>,
    /// The clock sequence and a random node belong to this process, not to the one it was forked from.
    process: Cell<u32>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for State {}

static STATE: State =
    State { last: Cell::new(0), clock_sequence: Cell::new(0), node: Cell::new(None), process: Cell::new(0) };

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    // SAFETY: our buffer; so few bytes come at once.
    match unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), N, 0) } {
        0.. => Ok(bytes),
        _ => Err(raise::last_os_error()),
    }
}

/// The hardware address of the first interface in use that has one.
fn hardware_address() -> Option<[u8; 6]> {
    const HARDWARE: usize = 6;
    // SAFETY: a list of the C library, freed once; its addresses are as long as their family says.
    unsafe {
        let mut all = core::ptr::null_mut();
        if libc::getifaddrs(&raw mut all) != 0 {
            return None;
        }
        let mut next = all;
        let mut found = None;
        while let Some(interface) = next.as_ref() {
            if let Some(address) = interface.ifa_addr.as_ref()
                && i32::from(address.sa_family) == libc::AF_PACKET
                && interface.ifa_flags & libc::IFF_UP as u32 != 0
            {
                let link = interface.ifa_addr.cast::<libc::sockaddr_ll>().read_unaligned();
                let [a, b, c, d, e, f, ..] = link.sll_addr;
                if usize::from(link.sll_halen) == HARDWARE && [a, b, c, d, e, f] != [0; HARDWARE] {
                    found = Some([a, b, c, d, e, f]);
                    break;
                }
            }
            next = interface.ifa_next;
        }
        libc::freeifaddrs(all);
        found
    }
}

/// Time, clock sequence and node of the next UUID.
fn next() -> Result<(u64, u16, [u8; 6])> {
    let process = std::process::id();
    if STATE.process.replace(process) != process {
        STATE.clock_sequence.set(u16::from_ne_bytes(random()?) & 0x3fff);
        STATE.node.set(None);
    }
    let node = match STATE.node.get() {
        Some(node) => node,
        None => {
            let node = match hardware_address() {
                Some(node) => node,
                None => {
                    // A multicast address, which no hardware has.
                    let mut node = random::<6>()?;
                    node[0] |= 1;
                    node
                }
            };
            STATE.node.set(Some(node));
            node
        }
    };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let time = EPOCH.wrapping_add((now.as_nanos() / 100) as u64);
    let last = STATE.last.get();
    // Two within one tick differ by the time; a clock that was set back changes the sequence.
    let time = if time > last {
        time
    } else if last - time < 10_000_000 {
        last + 1
    } else {
        STATE.clock_sequence.set((STATE.clock_sequence.get() + 1) & 0x3fff);
        time
    };
    STATE.last.set(time);
    Ok((time, STATE.clock_sequence.get(), node))
}

#[macros::pymodule(name = "_uuid")]
pub mod module {
    use super::*;

    /// There is a function; whether it was safe is in its result.
    #[constant("has_uuid_generate_time_safe")]
    const HAS_GENERATE_TIME_SAFE: i64 = 1;

    #[function("generate_time_safe($self, /)")]
    fn generate_time_safe() -> Result<Ref<Tuple>> {
        /// No daemon keeps the processes of the machine apart.
        const UNSAFE: i64 = -1;
        let (time, sequence, node) = super::next()?;
        let mut bytes = [0; 16];
        bytes[0..4].copy_from_slice(&(time as u32).to_be_bytes());
        bytes[4..6].copy_from_slice(&((time >> 32) as u16).to_be_bytes());
        bytes[6..8].copy_from_slice(&((time >> 48) as u16 & 0x0fff | 0x1000).to_be_bytes());
        bytes[8..10].copy_from_slice(&(sequence | 0x8000).to_be_bytes());
        bytes[10..16].copy_from_slice(&node);
        Tuple::from_array([Bytes::new(&bytes)?.upcast(), new_int(UNSAFE)?])
    }
}
