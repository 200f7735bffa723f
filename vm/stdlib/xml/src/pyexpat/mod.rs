//! `pyexpat`: the parser behind `xml.parsers.expat`. `parser` has the type, `dispatch` the calls of its handlers.

pub mod dispatch;
pub mod parser;

use expat::Namespaces;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::{Str, intern};
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, id, raise};
use parser::XmlParser;

/// The class `xml.parsers.expat.ExpatError`, made with the module.
struct ErrorClass(Slot<TypeObject>);

// SAFETY: touched under the GIL.
unsafe impl Sync for ErrorClass {}

objects::per_interpreter! {
    static EXPAT_ERROR: ErrorClass = ErrorClass(Slot::empty());
}

/// ExpatError for a code, at a line and a column.
pub(crate) fn expat_error(error: expat::Error, (line, column): (u64, u64)) -> Raised {
    match new_error(error, line, column) {
        Ok(exception) => raise::restore(exception),
        Err(raised) => raised,
    }
}

fn new_error(error: expat::Error, line: u64, column: u64) -> Result<Ref> {
    let Some(class) = EXPAT_ERROR.0.get() else { return Err(raise::bad_internal_call()) };
    let text = Str::new(&format!("{}: line {line}, column {column}", error.text()))?;
    let exception = objects::protocol::call::call_one_arg(&class, &text)?;
    let values = [("code", error as i64), ("offset", column as i64), ("lineno", line as i64)];
    for (name, value) in values {
        objects::protocol::attr::set(&exception, &*intern::intern_text(name)?, Some(&*new_int(value)?))?;
    }
    Ok(exception)
}

#[macros::pymodule(name = "pyexpat")]
pub mod module {
    use super::*;

    #[function("ParserCreate($module, /, encoding=None, namespace_separator=None, intern=<unrepresentable>)")]
    fn parser_create(
        encoding: Option<&str>,
        namespace_separator: Option<&str>,
        intern: Option<&Object>,
    ) -> Result<Ref<XmlParser>> {
        let namespaces = match namespace_separator.map(str::as_bytes) {
            None => Namespaces::Off,
            Some([]) => Namespaces::On(0),
            Some([separator]) => Namespaces::On(*separator),
            Some(_) => {
                return Err(raise!(
                    ValueError,
                    "namespace_separator must be at most one character, omitted, or None"
                ));
            }
        };
        let intern = match intern {
            None => Some(Dict::new()?),
            Some(intern) if intern.is(none()) => None,
            Some(intern) => match intern.cast::<Dict>() {
                Some(intern) => Some(intern.to_ref()),
                None => return Err(raise!(TypeError, "intern must be a dictionary")),
            },
        };
        XmlParser::create(expat::Parser::new(encoding, namespaces), intern)
    }

    #[function("ErrorString($module, code, /)")]
    fn error_string(code: i64) -> Option<&'static str> {
        expat::error::text(code)
    }

    #[constant]
    const XML_PARAM_ENTITY_PARSING_NEVER: i32 = 0;
    #[constant]
    const XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE: i32 = 1;
    #[constant]
    const XML_PARAM_ENTITY_PARSING_ALWAYS: i32 = 2;
    #[constant]
    #[expect(non_upper_case_globals, reason = "Python's name")]
    const native_encoding: &str = "UTF-8";

    #[attr("EXPAT_VERSION")]
    fn expat_version() -> String {
        let (major, minor, micro) = expat::VERSION;
        format!("expat_{major}.{minor}.{micro}")
    }

    #[attr("version_info")]
    fn version_info() -> (u8, u8, u8) {
        expat::VERSION
    }

    #[attr("features")]
    fn features() -> Vec<(&'static str, i64)> {
        vec![
            ("sizeof(XML_Char)", 1),
            ("sizeof(XML_LChar)", 1),
            ("XML_DTD", 0),
            ("XML_CONTEXT_BYTES", 1024),
            ("XML_NS", 0),
            ("XML_BLAP_MAX_AMP", 100),
            ("XML_BLAP_ACT_THRES", 8 << 20),
            ("XML_GE", 0),
        ]
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        objects::typeobject::ready::ready(XmlParser::class())?;
        parser::add_handlers()?;
        let dict = module.dict();
        dict.set_text("XMLParserType", XmlParser::class().as_object())?;
        let error = exc::new_exception("xml.parsers.expat.ExpatError", exc::Exception.as_object(), None)?;
        dict.set_text("error", error.as_object())?;
        dict.set_text("ExpatError", error.as_object())?;
        EXPAT_ERROR.0.set(Some(error));
        add_errors(module)?;
        add_model(module)
    }
}

/// An empty submodule, known to the import system.
fn submodule(parent: &Module, name: &str, doc: &str) -> Result<Ref<Module>> {
    let full = Str::new(&format!("pyexpat.{name}"))?;
    let module = Module::new(&full)?;
    module.dict().set_str(id!("__doc__"), &*Str::new(doc)?)?;
    if let Some(modules) =
        objects::state::sys_get("modules").and_then(|modules| modules.downcast::<Dict>().ok())
    {
        modules.set_item(&full, &module)?;
    }
    parent.dict().set_text(name, module.as_object())?;
    Ok(module)
}

fn add_errors(parent: &Module) -> Result<()> {
    let module = submodule(parent, "errors", "Constants used to describe error conditions.")?;
    let (codes, messages) = (Dict::new()?, Dict::new()?);
    for &(name, number, text) in expat::error::ERRORS {
        let (text, number) = (Str::new(text)?, new_int(number.into())?);
        module.dict().set_text(name, &text)?;
        codes.set_item(&text, &number)?;
        messages.set_item(&number, &text)?;
    }
    module.dict().set_text("codes", &codes)?;
    module.dict().set_text("messages", &messages)
}

fn add_model(parent: &Module) -> Result<()> {
    let module = submodule(parent, "model", "Constants used to interpret content model information.")?;
    let values = [
        ("XML_CTYPE_EMPTY", 1),
        ("XML_CTYPE_ANY", 2),
        ("XML_CTYPE_MIXED", 3),
        ("XML_CTYPE_NAME", 4),
        ("XML_CTYPE_CHOICE", 5),
        ("XML_CTYPE_SEQ", 6),
        ("XML_CQUANT_NONE", 0),
        ("XML_CQUANT_OPT", 1),
        ("XML_CQUANT_REP", 2),
        ("XML_CQUANT_PLUS", 3),
    ];
    values.iter().try_for_each(|&(name, value)| module.dict().set_text(name, &*new_int(value)?))
}
