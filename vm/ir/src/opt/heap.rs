//! Loads find what was stored or loaded at the same place before, if nothing may have changed it since.
//!
//! What is known is a list of places with their values. A store forgets what it may overlap, by alias class and, with the same
//! base, by offset; a call that writes forgets all but what is constant. What the preamble knows holds in a loop
//! if nothing in the loop's body may change it.

use super::few::Few;
use crate::ops::{Effect, Op, Ty};
use crate::trace::{Alias, Arg, Mem, Trace, Val};
use rustc_hash::FxHashMap;

/// How many places of one class are kept in mind.
const PLACES: usize = 128;

/// A place and what is in it.
struct Known {
    /// Which load would find it.
    load: Op,
    base: Few,
    mem: Mem,
    value: Arg,
}

/// What is known to be in memory.
#[derive(Default)]
pub(super) struct Memory {
    /// By alias class; what is constant is apart.
    places: FxHashMap<Alias, Vec<Known>>,
    constant: FxHashMap<(Op, Few, Mem), Arg>,
}

impl Memory {
    /// What the load gives, if that is known. If not, it will be `val`.
    pub(super) fn load(&mut self, load: Op, base: Few, mem: Mem, val: Val) -> Option<Arg> {
        if mem.alias == Alias::VOLATILE {
            return None;
        }
        let value = Arg::Val(val);
        if mem.alias == Alias::CONSTANT {
            let known = *self.constant.entry((load, base, mem)).or_insert(value);
            return (known != value).then_some(known);
        }
        let places = self.places.entry(mem.alias).or_default();
        let same = |place: &&Known| place.load == load && place.base == base && place.mem == mem;
        let found = places.iter().find(same);
        if found.is_none() {
            note(places, Known { load, base, mem, value });
        }
        self.places[&mem.alias].iter().find(same).map(|place| place.value).filter(|&known| known != value)
    }

    /// A store there of the last of the operands.
    pub(super) fn store(&mut self, out: &Trace, op: Op, args: &[Arg], mem: Mem) {
        let (base, value) = args.split_at(address_operands(op).min(args.len()));
        let Some(base) = Few::of(base) else { return self.places.clear() };
        for (&alias, places) in &mut self.places {
            if alias.overlaps(mem.alias) {
                places.retain(|place| apart(place, &base, mem));
            }
        }
        if let Some(&value) = value.first()
            && let Some(load) = loads_back(op, out.ty(value))
            && mem.alias != Alias::VOLATILE
        {
            if mem.alias == Alias::CONSTANT {
                self.constant.insert((load, base, mem), value);
            } else {
                note(self.places.entry(mem.alias).or_default(), Known { load, base, mem, value });
            }
        }
    }

    /// A call.
    pub(super) fn call(&mut self, trace: &Trace, val: Val) {
        self.places.retain(|&alias, _| !trace.touches(val, alias).1);
    }

    /// A count changes: it is at its object's start, where no class of its own reaches.
    pub(super) fn count(&mut self) {
        self.places.remove(&Alias::ANY);
    }

    /// What the body of the loop may change is not known when it begins.
    pub(super) fn enter_loop(&mut self, trace: &Trace, mark: Val) {
        for val in (mark.0 + 1..trace.len() as u32).map(Val) {
            match trace.inst(val).op.info().effect {
                Effect::Store => {
                    if let Some(mem) = trace.inst(val).mem() {
                        self.places.retain(|&alias, _| !alias.overlaps(mem.alias));
                    } else {
                        self.places.clear();
                    }
                }
                Effect::Call => self.call(trace, val),
                Effect::Count => self.count(),
                _ => {}
            }
        }
    }
}

fn note(places: &mut Vec<Known>, known: Known) {
    if places.len() == PLACES {
        places.remove(0);
    }
    places.push(known);
}

/// How many operands say where.
fn address_operands(op: Op) -> usize {
    match op {
        Op::list_set => 2,
        Op::list_append => 1,
        _ => 1 + usize::from(op.info().carries.index),
    }
}

/// Whether a store of at most 8 bytes there leaves the place alone, because both are at offsets from one base.
fn apart(place: &Known, base: &Few, mem: Mem) -> bool {
    let fixed = place.base.len() == 1 && base.len() == 1 && place.load.info().operands.len() == 1;
    let offset =
        |base: &Arg, mem: Mem| base.int().map_or(0, |address| address).wrapping_add(mem.offset.into());
    let same_base =
        fixed && (place.base == *base || place.base[0].int().is_some() && base[0].int().is_some());
    same_base && offset(&place.base[0], place.mem).abs_diff(offset(&base[0], mem)) >= 8
}

/// The load that gives a stored value back unchanged.
fn loads_back(store: Op, ty: Option<Ty>) -> Option<Op> {
    Some(match (store, ty?) {
        (Op::st_64, Ty::I) => Op::ld_i64,
        (Op::st_64, Ty::P) => Op::ld_p,
        (Op::st_f64, _) => Op::ld_f64,
        (Op::stx_64, Ty::I) => Op::ldx_i64,
        (Op::stx_64, Ty::P) => Op::ldx_p,
        (Op::stx_f64, _) => Op::ldx_f64,
        (Op::set_field, _) => Op::get_field,
        (Op::set_field_i, _) => Op::get_field_i,
        (Op::set_field_f, _) => Op::get_field_f,
        (Op::list_set, _) => Op::list_get,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::forward::Passes;
    use super::super::tests::after;

    #[test]
    fn loads_find_what_is_known() {
        assert_eq!(
            after(
                |trace| Passes::HEAP.run(trace),
                "callee f() writes
                v0 = param p
                v1 = param i
                v2 = ld_i64 [v0 + 16] !1
                st_64 [v0 + 8], v1 !1
                v4 = ld_i64 [v0 + 8] !1
                v5 = ld_i64 [v0 + 16] !1
                st_64 [v0 + 12], 3 !1
                v7 = ld_i64 [v0 + 16] !1
                st_f64 [v0 + 16], 1.0 !2
                v9 = ld_i64 [v0 + 16] !1
                call f()
                v11 = ld_i64 [v0 + 16] !1
                exit -> [v2, v4, v5, v7, v9, v11]"
            ),
            "callee f() writes\nv0 = param p\nv1 = param i\nv2 = ld_i64 [v0 + 16] !1\nst_64 [v0 + 8], v1 !1\n\
             st_64 [v0 + 12], 3 !1\nv5 = ld_i64 [v0 + 16] !1\nst_f64 [v0 + 16], 1.0 !2\ncall f()\n\
             v8 = ld_i64 [v0 + 16] !1\nexit -> [v2, v1, v2, v5, v5, v8]\n"
        );
    }
}
