//! Loads find what was stored or loaded at the same place before, if nothing may have changed it since.
//!
//! What is known is a list of places with their values. A store forgets what it may overlap, by alias class and, with the same
//! base, by offset; a call that writes forgets all but what is constant. What the preamble knows holds in a loop
//! if nothing in the loop's body may change it.

use crate::ops::{Effect, Op, Ty};
use crate::trace::{Alias, Arg, Extra, Mem, Rewrite, Trace, Val};

/// A place and what is in it.
struct Known {
    /// Which load would find it.
    load: Op,
    base: Vec<Arg>,
    mem: Mem,
    value: Arg,
}

/// Forwards stores and loads to loads.
pub fn run(trace: &Trace) -> Trace {
    let mut rewrite = Rewrite::new(trace);
    let mut known: Vec<Known> = Vec::new();
    for val in trace.vals() {
        let inst = trace.inst(val);
        match inst.op.info().effect {
            Effect::Load => load(&mut rewrite, &mut known, val),
            Effect::Store => store(&mut rewrite, &mut known, val),
            Effect::Call => {
                known.retain(|place| !trace.touches(val, place.mem.alias).1);
                rewrite.copy(val);
            }
            // A count is at its object's start, where no class of its own reaches.
            Effect::Count => {
                known.retain(|place| place.mem.alias != Alias::ANY);
                rewrite.copy(val);
            }
            _ if inst.op == Op::loop_ => {
                let body: Vec<Val> = trace.vals().filter(|&other| other > val).collect();
                let counts = body.iter().any(|&other| trace.inst(other).op.info().effect == Effect::Count);
                known.retain(|place| {
                    let alias = place.mem.alias;
                    alias == Alias::CONSTANT
                        || !(counts && alias == Alias::ANY)
                            && body.iter().all(|&other| !trace.touches(other, alias).1)
                });
                rewrite.copy(val);
            }
            _ => {
                rewrite.copy(val);
            }
        }
    }
    rewrite.out
}

fn load(rewrite: &mut Rewrite, known: &mut Vec<Known>, val: Val) {
    let inst = rewrite.old.inst(val);
    let base = rewrite.args(val);
    let mem = inst.mem().unwrap_or(Mem::at(0, Alias::ANY));
    if mem.alias == Alias::VOLATILE {
        rewrite.copy(val);
        return;
    }
    let found = known.iter().find(|place| place.load == inst.op && place.base == base && place.mem == mem);
    if let Some(place) = found {
        return rewrite.replace(val, place.value);
    }
    let load = inst.op;
    let value = rewrite.copy(val).into();
    known.push(Known { load, base, mem, value });
}

fn store(rewrite: &mut Rewrite, known: &mut Vec<Known>, val: Val) {
    let op = rewrite.old.inst(val).op;
    let mut base = rewrite.args(val);
    rewrite.copy(val);
    let Extra::Mem(mem) = rewrite.old.inst(val).extra else { return known.clear() };
    let addressed = address_operands(op);
    let value = base.get(addressed).copied();
    base.truncate(addressed);
    known.retain(|place| !place.mem.alias.overlaps(mem.alias) || apart(place, &base, mem));
    if let Some(value) = value {
        let ty = rewrite.out.ty(value);
        known.extend(loads_back(op, ty).map(|load| Known { load, base, mem, value }));
    }
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
fn apart(place: &Known, base: &[Arg], mem: Mem) -> bool {
    let fixed = place.base.len() == 1 && base.len() == 1 && place.load.info().operands.len() == 1;
    let offset =
        |base: &Arg, mem: Mem| base.int().map_or(0, |address| address).wrapping_add(mem.offset.into());
    let same_base = fixed && (place.base == base || place.base[0].int().is_some() && base[0].int().is_some());
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
    use super::super::tests::after;
    use super::run;

    #[test]
    fn loads_find_what_is_known() {
        assert_eq!(
            after(
                run,
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
