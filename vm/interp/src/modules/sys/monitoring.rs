//! `sys.monitoring`.

use crate::monitor::{self, EVENTS, NAMES, TOOLS};
use objects::types::code::Code;
use objects::types::code::monitoring::LOCAL_EVENTS;
use objects::types::dict::Dict;
use objects::types::int::Int;
use objects::types::module::Module;
use objects::types::namespace::Namespace;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, raise};

const CALL: i32 = 1 << monitor::event::CALL;
const NATIVE_ENDS: i32 = 1 << monitor::event::C_RETURN | 1 << monitor::event::C_RAISE;

/// The number of a tool.
fn checked(tool: i32) -> Result<usize> {
    match usize::try_from(tool) {
        Ok(tool) if tool < TOOLS => Ok(tool),
        _ => Err(raise!(ValueError, "invalid tool {tool} (must be between 0 and 5)")),
    }
}

/// The number of a tool that somebody uses.
fn used(tool: i32) -> Result<usize> {
    let number = checked(tool)?;
    match monitor::tool_name(number) {
        Some(_) => Ok(number),
        None => Err(raise!(ValueError, "tool {tool} is not in use")),
    }
}

/// A set of events as they are kept: how native calls end is told to whoever wants to know of calls.
fn kept(events: i32) -> Result<i32> {
    if events & NATIVE_ENDS != 0 && events & (CALL | NATIVE_ENDS) != CALL | NATIVE_ENDS {
        return Err(raise!(ValueError, "cannot set C_RETURN or C_RAISE events independently"));
    }
    Ok(events & !NATIVE_ENDS)
}

fn the_code(object: &Object) -> Result<&Code> {
    object.cast::<Code>().ok_or_else(|| raise!(TypeError, "code must be a code object"))
}

#[macros::pymodule(name = "sys.monitoring")]
pub mod module {
    use super::*;

    #[constant]
    const DEBUGGER_ID: i32 = 0;
    #[constant]
    const COVERAGE_ID: i32 = 1;
    #[constant]
    const PROFILER_ID: i32 = 2;
    #[constant]
    const OPTIMIZER_ID: i32 = 5;

    #[function("use_tool_id($module, tool_id, name, /)")]
    fn use_tool_id(tool_id: i32, name: &Object) -> Result<()> {
        let tool = checked(tool_id)?;
        if name.cast::<Str>().is_none() {
            return Err(raise!(ValueError, "tool name must be a str"));
        }
        if monitor::tool_name(tool).is_some() {
            return Err(raise!(ValueError, "tool {tool_id} is already in use"));
        }
        monitor::set_tool_name(tool, Some(name.to_ref()));
        Ok(())
    }

    #[function("free_tool_id($module, tool_id, /)")]
    fn free_tool_id(tool_id: i32) -> Result<()> {
        let tool = checked(tool_id)?;
        if monitor::tool_name(tool).is_some() {
            monitor::set_events(tool, 0)?;
            (0..EVENTS).for_each(|event| drop(monitor::set_callback(tool, event, None)));
        }
        monitor::set_tool_name(tool, None);
        Ok(())
    }

    #[function("get_tool($module, tool_id, /)")]
    fn get_tool(tool_id: i32) -> Result<Option<Ref>> {
        Ok(monitor::tool_name(checked(tool_id)?))
    }

    #[function("register_callback($module, tool_id, event, func, /)")]
    fn register_callback(tool_id: i32, event: i32, func: &Object) -> Result<Option<Ref>> {
        let tool = checked(tool_id)?;
        if event <= 0 || event & (event - 1) != 0 {
            return Err(raise!(ValueError, "The callback can only be set for one event at a time"));
        }
        let number = event.trailing_zeros() as usize;
        if number >= EVENTS {
            return Err(raise!(ValueError, "invalid event {event}"));
        }
        crate::audit::raise_named("sys.monitoring.register_callback", &[func])?;
        let func = Some(func).filter(|func| !func.is(none())).map(Instance::to_ref);
        Ok(monitor::set_callback(tool, number, func))
    }

    #[function("get_events($module, tool_id, /)")]
    fn get_events(tool_id: i32) -> Result<i32> {
        Ok(monitor::events_of(checked(tool_id)?) as i32)
    }

    #[function("set_events($module, tool_id, event_set, /)")]
    fn set_events(tool_id: i32, event_set: i32) -> Result<()> {
        let tool = checked(tool_id)?;
        if !(0..1 << EVENTS).contains(&event_set) {
            return Err(raise!(ValueError, "invalid event set 0x{event_set:x}"));
        }
        let events = kept(event_set)?;
        monitor::set_events(used(tool as i32)?, events as u32)
    }

    #[function("get_local_events($module, tool_id, code, /)")]
    fn get_local_events(tool_id: i32, code: &Object) -> Result<i32> {
        let code = the_code(code)?;
        Ok(monitor::local_events_of(checked(tool_id)?, code) as i32)
    }

    #[function("set_local_events($module, tool_id, code, event_set, /)")]
    fn set_local_events(tool_id: i32, code: &Object, event_set: i32) -> Result<()> {
        let code = the_code(code)?;
        let tool = checked(tool_id)?;
        let events = kept(event_set)?;
        if !(0..1 << LOCAL_EVENTS).contains(&events) {
            return Err(raise!(ValueError, "invalid local event set 0x{events:x}"));
        }
        monitor::set_local_events(used(tool as i32)?, code, events as u32)
    }

    #[function("restart_events($module, /)")]
    fn restart_events() {
        monitor::restart_events();
    }

    #[function("_all_events($module, /)")]
    fn all_events() -> Result<Ref<Dict>> {
        let dict = Dict::new()?;
        for (event, name) in NAMES.iter().enumerate() {
            let tools = monitor::global_tools(event);
            if tools != 0 {
                dict.set_text(name, &*Int::from_i64(tools.into())?)?;
            }
        }
        Ok(dict)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let dict = module.dict();
        let (disable, missing) = monitor::sentinels()?;
        dict.set_text("DISABLE", &disable)?;
        dict.set_text("MISSING", &missing)?;
        let events = Dict::new()?;
        for (event, name) in NAMES.iter().enumerate() {
            events.set_text(name, &*Int::from_i64(1 << event)?)?;
        }
        events.set_text("NO_EVENTS", &*Int::from_i64(0)?)?;
        dict.set_text("events", &*Namespace::new(events)?)
    }
}
