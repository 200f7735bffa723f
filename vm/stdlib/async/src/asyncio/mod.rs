//! `_asyncio`: futures and tasks, the running loop, the current tasks.

mod future;
mod future_iter;
mod methods;
mod running;
mod state;
mod step;
mod task;

use macros::pymodule;
use objects::protocol::object;
use objects::types::module::Module;
use objects::types::none::none;
use objects::{Object, Raised, Ref, Result, raise};

#[cold]
fn no_running_loop() -> Raised {
    raise!(RuntimeError, "no running event loop")
}

#[pymodule(name = "_asyncio", classes(future::Future, task::Task))]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        objects::typeobject::ready::ready(<future_iter::FutureIter as objects::Instance>::class())?;
        objects::typeobject::ready::ready(<task::Step as objects::Instance>::class())?;
        objects::typeobject::ready::ready(running::holder_class())?;
        state::fill()?;
        let state = state::state();
        let dict = module.dict();
        dict.set_text("_scheduled_tasks", &*state::held(&state.scheduled_tasks)?)?;
        dict.set_text("_eager_tasks", &*state::held(&state.eager_tasks)?)?;
        dict.set_text("_current_tasks", &*state::held(&state.current_tasks)?)
    }

    #[function("get_event_loop($module, /)")]
    fn get_event_loop() -> Result<Ref> {
        running::event_loop()
    }

    #[function("get_running_loop($module, /)")]
    fn get_running_loop() -> Result<Ref> {
        running::running_loop()?.ok_or_else(no_running_loop)
    }

    #[function("_get_running_loop($module, /)")]
    fn get_running_loop_or_none() -> Result<Option<Ref>> {
        running::running_loop()
    }

    #[function("_set_running_loop($module, loop, /)")]
    fn set_running_loop(event_loop: &Object) -> Result<()> {
        running::set_running_loop(event_loop)
    }

    #[function("_register_task($module, /, task)")]
    fn register_task(task: &Object) -> Result<()> {
        state::register(task)
    }

    #[function("_unregister_task($module, /, task)")]
    fn unregister_task(task: &Object) -> Result<()> {
        state::unregister(task)
    }

    #[function("_register_eager_task($module, /, task)")]
    fn register_eager_task(task: &Object) -> Result<()> {
        state::held(&state::state().eager_tasks)?.add_item(task).map(|_| ())
    }

    #[function("_unregister_eager_task($module, /, task)")]
    fn unregister_eager_task(task: &Object) -> Result<()> {
        state::held(&state::state().eager_tasks)?.discard_item(task).map(|_| ())
    }

    #[function("_enter_task($module, /, loop, task)")]
    fn enter_task(event_loop: &Object, task: &Object) -> Result<()> {
        state::enter_task(event_loop, task)
    }

    #[function("_leave_task($module, /, loop, task)")]
    fn leave_task(event_loop: &Object, task: &Object) -> Result<()> {
        state::leave_task(event_loop, task)
    }

    #[function("_swap_current_task($module, /, loop, task)")]
    fn swap_current_task(event_loop: &Object, task: &Object) -> Result<Ref> {
        state::swap_current_task(event_loop, task)
    }

    #[function("current_task($module, /, loop=None)")]
    fn current_task(event_loop: Option<&Object>) -> Result<Option<Ref>> {
        let tasks = state::held(&state::state().current_tasks)?;
        match event_loop.filter(|event_loop| !event_loop.is(none())) {
            Some(event_loop) => tasks.get_item(event_loop),
            None => {
                let event_loop = running::running_loop()?.ok_or_else(no_running_loop)?;
                tasks.get_item_known_hash(&event_loop, object::hash(&event_loop)?)
            }
        }
    }
}
