//! Compiled traces that run: the backend that the rest of the JIT sees, over any [`Machine`].
//!
//! [`Native`] owns the executable memory, the trampoline and the exit handler. A [`Compiled`] trace is entered with its
//! parameters and tells where it was left and with what; a bridge, compiled for an exit, is attached to it
//! by pointing the guard's jump at the bridge.

use crate::assemble::{Code, Site, assemble};
use crate::codemem::{Chunk, CodeMemory};
use crate::exits::{Enter, ExitState};
use crate::machine::{Buffer, ExitId, Loc, Machine, OutOfReach, Rules};
use crate::place::{Placement, Target, TooManySlots, place};
use crate::trace::{Arg, Trace};
use std::ffi::c_void;
use std::{fmt, io};

/// A machine with memory to put code into.
pub struct Native<M> {
    machine: M,
    memory: CodeMemory,
    trampoline: u64,
    handler: u64,
    next_exit: u32,
}

/// A trace's code in memory.
#[derive(Debug)]
pub struct Compiled {
    pub code: Code,
    pub placement: Placement,
    /// Where the parameters are expected.
    pub entry: Vec<Loc>,
    /// The number of its exit 0, as [`ExitState::number`] gives it.
    pub first_exit: u32,
    chunk: Chunk,
}

/// Why a trace was not compiled, or an exit not attached.
#[derive(Debug)]
pub enum Failed {
    /// It needs more slots than a frame has.
    Slots,
    /// A jump does not reach.
    Reach,
    /// The code memory is full.
    Full,
    /// What it continues or links to is not there, or cannot be linked to.
    Gone,
    /// The system refused access to the code memory.
    System(io::Error),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Failed::Slots => f.write_str("the trace needs too many slots"),
            Failed::Reach => f.write_str("a jump does not reach its target"),
            Failed::Gone => f.write_str("there is nothing to link to"),
            Failed::Full => f.write_str("the code memory is full"),
            Failed::System(error) => write!(f, "code memory: {error}"),
        }
    }
}

impl std::error::Error for Failed {}

impl From<TooManySlots> for Failed {
    fn from(_: TooManySlots) -> Failed {
        Failed::Slots
    }
}

impl From<OutOfReach> for Failed {
    fn from(_: OutOfReach) -> Failed {
        Failed::Reach
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Failed {
        Failed::System(error)
    }
}

impl Compiled {
    /// What a `link` to this trace's entry needs to know.
    pub fn entry_target(&self) -> Target {
        Target {
            address: self.code.base,
            params: self.entry.clone(),
            consts: Vec::new(),
            slots: self.placement.slots,
        }
    }

    /// What a `link` to this trace's loop needs to know, with the phis as parameters; `None` if the loop keeps values of its
    /// preamble.
    pub fn loop_target(&self) -> Option<Target> {
        let header = self.placement.header.as_ref()?;
        let consts = header.kept.iter().map(|&(arg, loc)| match arg {
            Arg::Const(c) => Some((c, loc)),
            Arg::Val(_) => None,
        });
        Some(Target {
            address: self.code.base + self.code.head? as u64,
            params: header.phis.iter().map(|phi| phi.1).collect(),
            consts: consts.collect::<Option<_>>()?,
            slots: self.placement.slots,
        })
    }

    /// Where the code is and how many bytes it has.
    pub fn extent(&self) -> (u64, usize) {
        (self.code.base, self.chunk.size)
    }

    /// Gives up what only dumps show.
    pub fn forget_steps(&mut self) {
        self.placement.steps = Vec::new();
        self.code.bytes = Vec::new();
    }

    /// Where the parameters of a bridge from that exit are: the snapshot's operands in order.
    pub fn bridge_entry(&self, exit: ExitId) -> &[Loc] {
        &self.placement.exits[exit.0 as usize].locs
    }
}

impl<M: Machine> Native<M> {
    /// Reserves `size` bytes for code, near the address `near` if possible.
    ///
    /// # Errors
    /// If there is no executable memory to be had.
    pub fn new(machine: M, size: usize, near: u64) -> Result<Native<M>, Failed> {
        let memory = CodeMemory::new(size, near)?;
        let mut native = Native { machine, memory, trampoline: 0, handler: 0, next_exit: 0 };
        native.trampoline = native.install(|machine, code| machine.trampoline(code))?;
        native.handler = native.install(|machine, code| machine.handler(code))?;
        Ok(native)
    }

    /// The machine's tables.
    pub fn with_rules<R>(&self, use_them: impl FnOnce(Rules) -> R) -> R {
        use_them(Rules { regs: &M::REGS, form: &|op| self.machine.form(op) })
    }

    /// Bytes of code memory in use.
    pub fn used(&self) -> usize {
        self.memory.used()
    }

    fn install(&mut self, emit: impl FnOnce(&M, &mut Buffer)) -> Result<u64, Failed> {
        let offset = self.memory.next(1024).ok_or(Failed::Full)?;
        let mut code = Buffer::new(self.memory.base() + offset as u64, 0);
        emit(&self.machine, &mut code);
        code.resolve::<M>()?;
        let chunk = self.memory.take(offset, code.bytes.len()).ok_or(Failed::Full)?;
        self.memory.write(chunk, |bytes| bytes[..code.bytes.len()].copy_from_slice(&code.bytes))?;
        Ok(code.base)
    }

    /// Compiles a lowered, verified trace whose parameters are at `entry`.
    ///
    /// # Errors
    /// If it does not fit.
    pub fn compile(
        &mut self,
        trace: &Trace,
        entry: Vec<Loc>,
        target: Option<&Target>,
        comments: bool,
    ) -> Result<Compiled, Failed> {
        let placement = self.with_rules(|rules| place(trace, rules, &entry, target))?;
        // Where the code will be decides how long its jumps and calls are; a guess at its length finds the place.
        let mut room = 256 + placement.steps.len() * 32;
        let (code, first_exit, chunk) = loop {
            let offset = self.memory.next(room).ok_or(Failed::Full)?;
            let site = Site {
                base: self.memory.base() + offset as u64,
                handler: self.handler,
                first_exit: self.next_exit,
                target: target.map_or(0, |target| target.address),
                comments,
            };
            let code = assemble(&self.machine, trace, &placement, site)?;
            if let Some(chunk) = self.memory.take(offset, code.bytes.len()) {
                break (code, site.first_exit, chunk);
            }
            // Somewhere else nothing is longer than this.
            room = code.bytes.len() * 2;
        };
        let written =
            self.memory.write(chunk, |bytes| bytes[..code.bytes.len()].copy_from_slice(&code.bytes));
        if let Err(error) = written {
            self.memory.release(chunk);
            return Err(error.into());
        }
        self.next_exit += placement.exits.len() as u32;
        Ok(Compiled { code, placement, entry, first_exit, chunk })
    }

    /// Makes the exit go to the bridge, which was compiled with that exit's [`Compiled::bridge_entry`].
    ///
    /// # Errors
    /// If the jumps do not reach, or the system refuses.
    pub fn attach(&mut self, parent: &Compiled, exit: ExitId, bridge: &Compiled) -> Result<(), Failed> {
        let to = bridge.chunk.offset as isize - parent.chunk.offset as isize;
        let exit = &parent.code.exits[exit.0 as usize];
        self.memory.write(parent.chunk, |bytes| {
            M::leap(bytes, exit.stub, to)?;
            for &site in &exit.sites {
                // Where the guard's own jump cannot reach that far, it goes by the stub.
                let _ = M::patch(bytes, site, to);
            }
            Ok::<(), OutOfReach>(())
        })??;
        Ok(())
    }

    /// Gives the trace's memory back.
    ///
    /// # Safety
    /// It is not running, and nothing links to it or is attached to it that may still run.
    pub unsafe fn free(&mut self, compiled: Compiled) {
        self.memory.release(compiled.chunk);
    }

    /// How to enter the trace.
    pub fn entry(&self, compiled: &Compiled) -> Entry {
        Entry { trampoline: self.trampoline, code: compiled.code.base }
    }

    /// [`Entry::enter`] for a root trace.
    ///
    /// # Safety
    /// As there.
    pub unsafe fn enter<F: FnMut(&ExitState)>(&self, compiled: &Compiled, params: &[u64], told: F) {
        // SAFETY: the caller's promise.
        unsafe { self.entry(compiled).enter(params, told) };
    }
}

/// All that entering a trace needs, so that nothing is borrowed while it runs.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    trampoline: u64,
    code: u64,
}

impl Entry {
    /// Runs a root trace until it leaves, and gives `told` what the handler saved.
    ///
    /// # Safety
    /// This process runs on the machine, the trace is not freed while it runs, the parameters are what it expects, and what it
    /// touches is there.
    pub unsafe fn enter<F: FnMut(&ExitState)>(self, params: &[u64], mut told: F) {
        unsafe extern "C" fn on_exit<F: FnMut(&ExitState)>(state: *const ExitState, context: *mut c_void) {
            // SAFETY: the handler passes the state it saved and the context that it was given.
            unsafe { (*context.cast::<F>())(&*state) }
        }
        // SAFETY: the trampoline was made for this signature; the rest is the caller's promise.
        unsafe {
            let enter: Enter = std::mem::transmute(self.trampoline as *const ());
            let context = (&raw mut told).cast();
            enter(self.code, params.as_ptr(), params.len() as u64, on_exit::<F>, context);
        }
    }
}
