//! `_curses_panel`: windows that lie on one another.

use crate::curses::ffi::{ERR, Win};
use crate::curses::window::Window;
use crate::curses::with_screen;
use core::cell::Cell;
use core::ffi::{c_int, c_void};
use core::ptr::{self, NonNull};
use objects::types::exceptions as exc;
use objects::types::module::Module;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, raise};
use std::sync::OnceLock;

/// A `PANEL *` that is not NULL. Functions of the library alone make one, and a panel's object keeps it until it is deleted.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pan(NonNull<c_void>);

shared_library! {
    /// libpanelw.
    struct Panels in &[c"libpanelw.so.6"];
    safe {
        fn bottom_panel(panel: Pan) -> c_int;
        fn hide_panel(panel: Pan) -> c_int;
        fn move_panel(panel: Pan, y: c_int, x: c_int) -> c_int;
        fn new_panel(win: Win) -> Option<Pan>;
        fn panel_above(panel: Option<Pan>) -> Option<Pan>;
        fn panel_below(panel: Option<Pan>) -> Option<Pan>;
        fn panel_hidden(panel: Pan) -> c_int;
        fn panel_userptr(panel: Pan) -> *mut Object;
        fn replace_panel(panel: Pan, win: Win) -> c_int;
        fn show_panel(panel: Pan) -> c_int;
        fn top_panel(panel: Pan) -> c_int;
        fn update_panels();
    }
    raw {
        fn del_panel(panel: Pan) -> c_int;
        fn set_panel_userptr(panel: Pan, object: *mut Object) -> c_int;
    }
    data {}
}

static PANELS: OnceLock<Panels> = OnceLock::new();

/// The library; the module has been imported by whoever asks.
fn panels() -> Result<&'static Panels> {
    PANELS.get().ok_or_else(|| raise!(SystemError, "_curses_panel is not imported"))
}

/// The class `error`, and all panels there are.
struct State {
    error: Slot<TypeObject>,
    first: Cell<*const Panel>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for State {}

static STATE: State = State { error: Slot::empty(), first: Cell::new(ptr::null()) };

fn error(text: &str) -> Raised {
    match STATE.error.get() {
        Some(class) => raise::set_text(&class, format_args!("{text}")),
        None => raise!(SystemError, "{text}"),
    }
}

fn check(status: c_int, function: &str) -> Result<()> {
    if status == ERR { Err(error(&format!("{function}() returned ERR"))) } else { Ok(()) }
}

/// `PyCursesPanelObject`. Objects are in a list, by which the library's panels lead back to them.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Panel {
    ob_base: Object,
    #[trace(skip)]
    panel: Pan,
    window: Slot<Window>,
    #[trace(skip)]
    next: Cell<*const Panel>,
}

impl Drop for Panel {
    fn drop(&mut self) {
        let Ok(panels) = panels() else { return };
        let mut place = &STATE.first;
        while !ptr::eq(place.get(), self) && !place.get().is_null() {
            // SAFETY: objects leave the list before they go.
            place = unsafe { &(*place.get()).next };
        }
        if ptr::eq(place.get(), self) {
            place.set(self.next.get());
        }
        let pointer = panels.panel_userptr(self.panel);
        // SAFETY: the object's own panel and the reference that it has kept.
        unsafe {
            panels.set_panel_userptr(self.panel, ptr::null_mut());
            drop(Ref::from_nullable(pointer));
            panels.del_panel(self.panel);
        }
    }
}

/// The object of one of the library's panels.
fn object_of(panel: Pan, function: &str) -> Result<Ref<Panel>> {
    let mut place = STATE.first.get();
    // SAFETY: objects leave the list before they go.
    while let Some(object) = unsafe { place.as_ref() } {
        if object.panel == panel {
            return Ok(object.to_ref());
        }
        place = object.next.get();
    }
    Err(raise!(RuntimeError, "{function}: can't find Panel Object"))
}

fn maybe_object_of(panel: Option<Pan>, function: &str) -> Result<Option<Ref<Panel>>> {
    panel.map(|panel| object_of(panel, function)).transpose()
}

#[macros::pytype(
    name = "panel", module = "_curses_panel", static_name = PANEL, no_new
)]
impl Panel {
    #[method("above($self, /)")]
    fn above(&self) -> Result<Option<Ref<Panel>>> {
        maybe_object_of(panels()?.panel_above(Some(self.panel)), "panel_above")
    }

    #[method("below($self, /)")]
    fn below(&self) -> Result<Option<Ref<Panel>>> {
        maybe_object_of(panels()?.panel_below(Some(self.panel)), "panel_below")
    }

    #[method("bottom($self, /)")]
    fn bottom(&self) -> Result<()> {
        check(panels()?.bottom_panel(self.panel), "bottom")
    }

    #[method("hidden($self, /)")]
    fn hidden(&self) -> Result<bool> {
        Ok(panels()?.panel_hidden(self.panel) != 0)
    }

    #[method("hide($self, /)")]
    fn hide(&self) -> Result<()> {
        check(panels()?.hide_panel(self.panel), "hide")
    }

    #[method("move($self, y, x, /)")]
    fn py_move(&self, y: c_int, x: c_int) -> Result<()> {
        check(panels()?.move_panel(self.panel, y, x), "move_panel")
    }

    #[method("replace($self, win, /)")]
    fn replace(&self, win: &Window) -> Result<()> {
        check(panels()?.replace_panel(self.panel, win.win()?), "replace_panel")?;
        self.window.set(Some(win.to_ref()));
        Ok(())
    }

    #[method("set_userptr($self, obj, /)")]
    fn set_userptr(&self, obj: &Object) -> Result<()> {
        with_screen()?;
        let panels = panels()?;
        let old = panels.panel_userptr(self.panel);
        let new = obj.to_ref().into_ptr();
        // SAFETY: the panel keeps a reference, which is given back when it gets another one.
        unsafe {
            let status = panels.set_panel_userptr(self.panel, new);
            drop(Ref::from_nullable(if status == ERR { new } else { old }));
            check(status, "set_panel_userptr")
        }
    }

    #[method("show($self, /)")]
    fn show(&self) -> Result<()> {
        check(panels()?.show_panel(self.panel), "show")
    }

    #[method("top($self, /)")]
    fn top(&self) -> Result<()> {
        check(panels()?.top_panel(self.panel), "top")
    }

    #[method("userptr($self, /)")]
    fn userptr(&self) -> Result<Ref> {
        with_screen()?;
        // SAFETY: NULL or the object that the panel keeps.
        match unsafe { panels()?.panel_userptr(self.panel).as_ref() } {
            Some(object) => Ok(object.to_ref()),
            None => Err(error("no userptr set")),
        }
    }

    #[method("window($self, /)")]
    fn window(&self) -> Option<Ref<Window>> {
        self.window.get()
    }
}

#[macros::pymodule(name = "_curses_panel", classes(Panel))]
pub mod module {
    use super::*;

    #[function("bottom_panel($module, /)")]
    fn bottom_panel() -> Result<Option<Ref<Panel>>> {
        with_screen()?;
        maybe_object_of(panels()?.panel_above(None), "panel_above")
    }

    #[function("top_panel($module, /)")]
    fn top_panel() -> Result<Option<Ref<Panel>>> {
        with_screen()?;
        maybe_object_of(panels()?.panel_below(None), "panel_below")
    }

    #[function("new_panel($module, win, /)")]
    fn new_panel(win: &Window) -> Result<Ref<Panel>> {
        let panel = panels()?.new_panel(win.win()?);
        let panel = panel.ok_or_else(|| error("curses function returned NULL"))?;
        let object = Ref::new(Panel {
            ob_base: Object::HEAD,
            panel,
            window: Slot::new(win.to_ref()),
            next: Cell::new(STATE.first.get()),
        })?;
        STATE.first.set(object.as_ptr());
        Ok(object)
    }

    #[function("update_panels($module, /)")]
    fn update_panels() -> Result<()> {
        with_screen()?;
        panels()?.update_panels();
        Ok(())
    }

    #[attr("version")]
    fn version() -> &'static str {
        "2.1"
    }

    #[attr("__version__")]
    fn dunder_version() -> &'static str {
        "2.1"
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        drop(objects::hooks::IMPORT.get()("_curses")?);
        if PANELS.get().is_none() {
            let _ = PANELS.set(Panels::load("_curses_panel")?);
        }
        let class = exc::new_exception("_curses_panel.error", exc::Exception.as_object(), None)?;
        module.dict().set_text("error", class.as_object())?;
        STATE.error.set(Some(class));
        Ok(())
    }
}
