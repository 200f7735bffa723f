//! `cpython/cellobject.h`.

use macros::capi;
use objects::types::cell::Cell;
use objects::{Instance, Object, Ref, Result};

#[capi]
pub fn PyCell_New(value: Option<&Object>) -> Result<Ref<Cell>> {
    Cell::new(value.map(Instance::to_ref))
}

/// NULL without an exception for an empty cell.
#[capi]
pub fn PyCell_Get(cell: &Cell) -> Result<Option<Ref>> {
    Ok(cell.get())
}

#[capi]
pub fn PyCell_Set(cell: &Cell, value: Option<&Object>) -> Result<()> {
    cell.set(value.map(Instance::to_ref));
    Ok(())
}
