//! What `co_lines` and `co_positions` return: iterators over the rows of a code object's table.

use super::Code;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::types::int::new_int;
use crate::types::none;
use crate::types::tuple::Tuple;
use bytecode::line_table::{self, Location};
use core::cell::Cell;
use macros::pytype;

/// A number of a table, where a negative one is none.
fn number(n: i32) -> Result<Ref> {
    if n < 0 { Ok(none::none().to_ref()) } else { new_int(n.into()) }
}

/// The rows that are still to come.
struct Rows<T>(Cell<std::vec::IntoIter<T>>);

impl<T> Rows<T> {
    fn new(rows: Vec<T>) -> Rows<T> {
        Rows(Cell::new(rows.into_iter()))
    }

    fn next(&self) -> Option<T> {
        let mut left = self.0.take();
        let row = left.next();
        self.0.set(left);
        row
    }
}

/// `line_iterator`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct LineIterator {
    ob_base: Object,
    /// Where instructions of one line begin and end.
    #[trace(skip)]
    rows: Rows<(usize, usize, i32)>,
}

impl LineIterator {
    /// # Errors
    /// MemoryError.
    pub fn new(code: &Code) -> Result<Ref<LineIterator>> {
        let mut rows: Vec<(usize, usize, i32)> = Vec::new();
        for entry in line_table::entries(code.linetable(), code.co_firstlineno.get()) {
            match rows.last_mut() {
                Some(last) if last.2 == entry.location.line => last.1 = entry.end,
                _ => rows.push((entry.start, entry.end, entry.location.line)),
            }
        }
        Ref::new(LineIterator { ob_base: Object::HEAD, rows: Rows::new(rows) })
    }
}

#[pytype(name = "line_iterator", static_name = LINE_ITERATOR, no_new, flags = [BASETYPE], iter = ::objects::slots::self_iter)]
impl LineIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let Some((start, end, line)) = self.rows.next() else { return Ok(None) };
        Tuple::from_array([new_int(start as i64 * 2)?, new_int(end as i64 * 2)?, number(line)?]).map(Some)
    }
}

/// `positions_iterator`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct PositionsIterator {
    ob_base: Object,
    /// The location of each unit.
    #[trace(skip)]
    rows: Rows<Location>,
}

impl PositionsIterator {
    /// # Errors
    /// MemoryError.
    pub fn new(code: &Code) -> Result<Ref<PositionsIterator>> {
        let rows = line_table::entries(code.linetable(), code.co_firstlineno.get())
            .flat_map(|entry| core::iter::repeat_n(entry.location, entry.end - entry.start))
            .collect();
        Ref::new(PositionsIterator { ob_base: Object::HEAD, rows: Rows::new(rows) })
    }
}

#[pytype(
    name = "positions_iterator", static_name = POSITIONS_ITERATOR, no_new, flags = [BASETYPE], iter = ::objects::slots::self_iter
)]
impl PositionsIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let Some(at) = self.rows.next() else { return Ok(None) };
        let end_line = if at.line < 0 { -1 } else { at.end_line };
        Tuple::from_array([number(at.line)?, number(end_line)?, number(at.column)?, number(at.end_column)?])
            .map(Some)
    }
}
