//! `_heapq`: priority queues in lists. Comparisons may run Python code, so every one is followed by a look at the list's length.

use macros::pymodule;
use objects::protocol::compare;
use objects::types::list::List;
use objects::{CompareOp, Instance, Object, Ref, Result, raise};

/// Which items rise to the top.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    Least,
    Greatest,
}

impl Order {
    /// Whether `a` belongs above `b`.
    fn above(self, a: &Object, b: &Object) -> Result<bool> {
        match self {
            Order::Least => compare::compare_bool(a, b, CompareOp::Lt),
            Order::Greatest => compare::compare_bool(b, a, CompareOp::Lt),
        }
    }
}

fn out_of_range() -> objects::Raised {
    raise!(IndexError, "index out of range")
}

fn changed() -> objects::Raised {
    raise!(RuntimeError, "list changed size during iteration")
}

fn at(heap: &List, index: usize) -> Result<Ref> {
    heap.get(index).ok_or_else(out_of_range)
}

fn swap(heap: &List, a: usize, b: usize) -> Result<()> {
    let (first, second) = (at(heap, a)?, at(heap, b)?);
    let first_place = heap.replace(a, second).map_err(|_| changed())?;
    let second_place = heap.replace(b, first).map_err(|_| changed())?;
    drop((first_place, second_place));
    Ok(())
}

/// Lets the item at `place` rise to where it belongs, at most to `top`.
fn rise(heap: &List, top: usize, mut place: usize, order: Order) -> Result<()> {
    let len = heap.len();
    if place >= len {
        return Err(out_of_range());
    }
    while place > top {
        let parent = (place - 1) / 2;
        let above = order.above(&*at(heap, place)?, &*at(heap, parent)?)?;
        if heap.len() != len {
            return Err(changed());
        }
        if !above {
            break;
        }
        swap(heap, place, parent)?;
        place = parent;
    }
    Ok(())
}

/// Lets the item at `top` sink to a leaf by the better children, and rise from there: as the item usually comes from the
/// bottom, this takes fewer comparisons than stopping where it fits.
fn sink(heap: &List, top: usize, order: Order) -> Result<()> {
    let len = heap.len();
    if top >= len {
        return Err(out_of_range());
    }
    let mut place = top;
    while place < len / 2 {
        let mut child = 2 * place + 1;
        if child + 1 < len {
            let (left, right) = (at(heap, child)?, at(heap, child + 1)?);
            child += usize::from(!order.above(&left, &right)?);
            if heap.len() != len {
                return Err(changed());
            }
        }
        swap(heap, place, child)?;
        place = child;
    }
    rise(heap, top, place, order)
}

fn pop(heap: &List, order: Order) -> Result<Ref> {
    let last = heap.pop().ok_or_else(out_of_range)?;
    if heap.is_empty() {
        return Ok(last);
    }
    let top = heap.replace(0, last).map_err(|_| out_of_range())?;
    sink(heap, 0, order)?;
    Ok(top)
}

fn replace(heap: &List, item: &Object, order: Order) -> Result<Ref> {
    let top = heap.replace(0, item.to_ref()).map_err(|_| out_of_range())?;
    sink(heap, 0, order)?;
    Ok(top)
}

fn heapify(heap: &List, order: Order) -> Result<()> {
    for place in (0..heap.len() / 2).rev() {
        sink(heap, place, order)?;
    }
    Ok(())
}

#[pymodule(name = "_heapq")]
pub mod module {
    use super::*;

    #[function("heappush($module, heap, item, /)")]
    fn heappush(heap: &List, item: &Object) -> Result<()> {
        heap.push(item.to_ref())?;
        rise(heap, 0, heap.len() - 1, Order::Least)
    }

    #[function("heappushpop($module, heap, item, /)")]
    fn heappushpop(heap: &List, item: &Object) -> Result<Ref> {
        let Some(top) = heap.get(0) else { return Ok(item.to_ref()) };
        if !Order::Least.above(&top, item)? {
            return Ok(item.to_ref());
        }
        super::replace(heap, item, Order::Least)
    }

    #[function("heappop($module, heap, /)")]
    fn heappop(heap: &List) -> Result<Ref> {
        pop(heap, Order::Least)
    }

    #[function("heapreplace($module, heap, item, /)")]
    fn heapreplace(heap: &List, item: &Object) -> Result<Ref> {
        super::replace(heap, item, Order::Least)
    }

    #[function("heapify($module, heap, /)")]
    fn heapify(heap: &List) -> Result<()> {
        super::heapify(heap, Order::Least)
    }

    #[function("_heappop_max($module, heap, /)")]
    fn heappop_max(heap: &List) -> Result<Ref> {
        pop(heap, Order::Greatest)
    }

    #[function("_heapreplace_max($module, heap, item, /)")]
    fn heapreplace_max(heap: &List, item: &Object) -> Result<Ref> {
        super::replace(heap, item, Order::Greatest)
    }

    #[function("_heapify_max($module, heap, /)")]
    fn heapify_max(heap: &List) -> Result<()> {
        super::heapify(heap, Order::Greatest)
    }
}
