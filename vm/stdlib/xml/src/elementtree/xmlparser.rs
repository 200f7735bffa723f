//! `XMLParser`: a document's events for a target, which is a `TreeBuilder` as a rule.

use super::STATE;
use super::builder::TreeBuilder;
use core::cell::{Cell, RefCell};
use expat::{Event, Namespaces, Text, handler};
use macros::{Trace, pytype};
use objects::args::{CodecInput, IntoPy};
use objects::protocol::{attr, call};
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::none::none;
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, id, raise};
use std::collections::HashMap;

/// How much `_parse_whole` reads at once.
const READ_SIZE: i64 = 64 * 1024;
/// What stands between a namespace and a local name.
const SEPARATOR: u8 = b'}';
/// How much of an undefined entity's reference a message shows.
const SHOWN: usize = 100;

/// The methods of a target.
#[derive(Trace)]
struct Methods {
    start_ns: Slot,
    end_ns: Slot,
    start: Slot,
    data: Slot,
    end: Slot,
    comment: Slot,
    pi: Slot,
    close: Slot,
    doctype: Slot,
}

#[repr(C)]
#[derive(Trace)]
pub struct XmlParser {
    ob_base: Object,
    target: Slot,
    entity: Slot,
    methods: Methods,
    /// None before `__init__`.
    #[trace(skip)]
    parser: RefCell<Option<expat::Parser>>,
    /// Names as Python has them: `{namespace}local`.
    #[trace(skip)]
    names: RefCell<HashMap<String, Ref<Str>>>,
    /// Text for a `TreeBuilder`.
    #[trace(skip)]
    text: RefCell<String>,
    #[trace(skip)]
    handlers: Cell<u32>,
}

#[pytype(
    name = "XMLParser", module = "xml.etree.ElementTree", gc, flags = [BASETYPE],
    member("entity", OBJECT, entity, READONLY), member("target", OBJECT, target, READONLY),
)]
impl XmlParser {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<XmlParser>> {
        let methods = Methods {
            start_ns: Slot::empty(),
            end_ns: Slot::empty(),
            start: Slot::empty(),
            data: Slot::empty(),
            end: Slot::empty(),
            comment: Slot::empty(),
            pi: Slot::empty(),
            close: Slot::empty(),
            doctype: Slot::empty(),
        };
        Ref::new_in(
            class,
            XmlParser {
                ob_base: Object::HEAD,
                target: Slot::empty(),
                entity: Slot::empty(),
                methods,
                parser: RefCell::new(None),
                names: RefCell::default(),
                text: RefCell::default(),
                handlers: Cell::new(0),
            },
        )
    }

    #[init("XMLParser(*, target=None, encoding=None)")]
    fn init(&self, target: Option<&Object>, encoding: Option<&str>) -> Result<()> {
        let target = match target {
            Some(target) => target.to_ref(),
            None => {
                let builder = TreeBuilder::create(TreeBuilder::class())?;
                builder.init(None, None, None, false, false);
                builder.upcast()
            }
        };
        self.entity.set(Some(Dict::new()?.upcast()));
        let method = |name: &str, slot: &Slot| -> Result<bool> {
            let found = attr::get_optional(&target, &*intern::intern_text(name)?)?;
            let is_there = found.is_some();
            slot.set(found);
            Ok(is_there)
        };
        let methods = &self.methods;
        let mut handlers = handler::START_ELEMENT
            | handler::END_ELEMENT
            | handler::CHARACTERS
            | handler::DEFAULT
            | handler::EXPAND
            | handler::START_DOCTYPE
            | handler::UNKNOWN_ENCODING;
        let mut add = |is_there: bool, bit: u32| handlers |= if is_there { bit } else { 0 };
        add(method("start_ns", &methods.start_ns)?, handler::START_NAMESPACE);
        add(method("end_ns", &methods.end_ns)?, handler::END_NAMESPACE);
        method("start", &methods.start)?;
        method("data", &methods.data)?;
        method("end", &methods.end)?;
        add(method("comment", &methods.comment)?, handler::COMMENT);
        add(method("pi", &methods.pi)?, handler::INSTRUCTION);
        method("close", &methods.close)?;
        method("doctype", &methods.doctype)?;
        let mut parser = expat::Parser::new(encoding, Namespaces::On(SEPARATOR));
        parser.set_handlers(handlers);
        self.handlers.set(handlers);
        self.parser.replace(Some(parser));
        self.text.borrow_mut().clear();
        self.target.set(Some(target));
        Ok(())
    }

    /// Runs something with the parser, which nobody holds while Python code runs.
    fn with<T>(&self, work: impl FnOnce(&mut expat::Parser) -> T) -> Result<T> {
        match self.parser.try_borrow_mut() {
            Ok(mut parser) => match parser.as_mut() {
                Some(parser) => Ok(work(parser)),
                None => Err(raise!(ValueError, "XMLParser.__init__() wasn't called")),
            },
            Err(_) => Err(raise!(RuntimeError, "the parser is in use")),
        }
    }

    /// The target, if it is a plain `TreeBuilder`, which is not called by way of its methods.
    fn builder(&self) -> Option<Ref<TreeBuilder>> {
        let target = self.target.get()?;
        target.cast_exact::<TreeBuilder>().map(Instance::to_ref)
    }

    fn parse(&self, bytes: &[u8], is_final: bool) -> Result<()> {
        if let Err(error) = self.with(|parser| parser.feed(bytes, is_final))? {
            return Err(self.error(error, None));
        }
        self.run()
    }

    /// ParseError at the present place.
    fn error(&self, error: expat::Error, message: Option<&str>) -> Raised {
        let make = || -> Result<Ref> {
            let (line, column) = self.with(expat::Parser::position)?;
            let text = format!("{}: line {line}, column {column}", message.unwrap_or(error.text()));
            let exception = call::call_one_arg(&STATE.parse_error(), &*Str::new(&text)?)?;
            let position = Tuple::from_array([new_int(line as i64)?, new_int(column as i64)?])?;
            attr::set(&exception, &*intern::intern_text("code")?, Some(&*new_int(error as i64)?))?;
            attr::set(&exception, &*intern::intern_text("position")?, Some(&position))?;
            Ok(exception)
        };
        match make() {
            Ok(exception) => raise::restore(exception),
            Err(raised) => raised,
        }
    }

    /// Takes events to the target. After an exception the rest is parsed without.
    fn run(&self) -> Result<()> {
        let builder = self.builder();
        let mut pending: Option<Ref> = None;
        loop {
            let event = match self.with(expat::Parser::next)? {
                Ok(Some(event)) => event,
                Ok(None) => break,
                Err(error) if pending.is_none() => return Err(self.error(error, None)),
                Err(_) => break,
            };
            if let Event::UnknownEncoding(name) = &event {
                let table = match &pending {
                    None => table_of(name).map_err(|raised| pending = Some(raised.take())).ok(),
                    Some(_) => None,
                };
                self.with(|parser| parser.reply_encoding(table))?;
                continue;
            }
            if pending.is_some() {
                continue;
            }
            if let Err(raised) = self.dispatch(&event, builder.as_deref()) {
                pending = Some(raised.take());
            }
        }
        if let (Some(builder), None) = (&builder, &pending) {
            self.hand_on_text(builder)?;
        }
        match pending {
            None => Ok(()),
            Some(exception) => Err(raise::restore(exception)),
        }
    }

    fn dispatch(&self, event: &Event, builder: Option<&TreeBuilder>) -> Result<()> {
        match (event, builder) {
            (Event::Characters(text), Some(_)) => {
                let mut collected = self.text.borrow_mut();
                return self.with(|parser| collected.push_str(parser.text(text)));
            }
            (_, Some(builder)) => self.hand_on_text(builder)?,
            (_, None) => {}
        }
        let methods = &self.methods;
        let call = |method: &Slot, args: &[&Object]| match method.get() {
            Some(method) => call::call(&method, args).map(drop),
            None => Ok(()),
        };
        match event {
            Event::StartElement => {
                let (name, attributes) = self.start_tag()?;
                let mut attrib = None;
                if !attributes.is_empty() {
                    let dict = Dict::new()?;
                    for (name, value) in attributes {
                        dict.set_item(&name, &value)?;
                    }
                    attrib = Some(dict);
                }
                match builder {
                    Some(builder) => builder.handle_start(&name, attrib).map(drop),
                    None => call(&methods.start, &[name.as_object(), &*attrib.map_or_else(Dict::new, Ok)?]),
                }
            }
            Event::EndElement => match builder {
                Some(builder) => builder.handle_end().map(drop),
                None => {
                    let name = self.with(|parser| self.name(parser.name()))??;
                    call(&methods.end, &[name.as_object()])
                }
            },
            Event::Characters(text) => {
                let text = self.string(text)?;
                call(&methods.data, &[text.as_object()])
            }
            Event::Default(text) => self.default(text, builder),
            Event::Comment(text) => {
                let text = Str::new(text)?;
                match builder {
                    Some(builder) => builder.handle_comment(&text).map(drop),
                    None => call(&methods.comment, &[text.as_object()]),
                }
            }
            Event::Instruction { target, data } => {
                let (target, data) = (Str::new(target)?, Str::new(data)?);
                match builder {
                    Some(builder) => builder.handle_pi(&target, &data).map(drop),
                    None => call(&methods.pi, &[target.as_object(), data.as_object()]),
                }
            }
            Event::StartNamespace { prefix, uri } => {
                let text = |text: &Option<String>| Str::new(text.as_deref().unwrap_or_default());
                let (prefix, uri) = (text(prefix)?, text(uri)?);
                match builder {
                    Some(builder) => builder.handle_start_ns(prefix, uri),
                    None => call(&methods.start_ns, &[prefix.as_object(), uri.as_object()]),
                }
            }
            Event::EndNamespace(prefix) => match builder {
                Some(builder) => builder.handle_end_ns(none()),
                None => {
                    let prefix = Str::new(prefix.as_deref().unwrap_or_default())?;
                    call(&methods.end_ns, &[prefix.as_object()])
                }
            },
            Event::StartDoctype { name, system_id, public_id, .. } => {
                if !methods.doctype.is_empty() {
                    let name = Str::new(name)?;
                    let (public_id, system_id) =
                        (public_id.as_deref().into_py()?, system_id.as_deref().into_py()?);
                    return call(&methods.doctype, &[name.as_object(), &*public_id, &*system_id]);
                }
                if attr::get_optional(self, &*intern::intern_text("doctype")?)?.is_some() {
                    objects::hooks::WARN.get()(
                        &objects::types::exceptions::RuntimeWarning,
                        "The doctype() method of XMLParser is ignored.  \
                         Define doctype() method on the TreeBuilder target.",
                        1,
                    )?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Gives a `TreeBuilder` the text that was collected.
    fn hand_on_text(&self, builder: &TreeBuilder) -> Result<()> {
        let text = {
            let mut text = self.text.borrow_mut();
            if text.is_empty() {
                return Ok(());
            }
            let made = Str::new(&text);
            text.clear();
            made?
        };
        builder.handle_data(text.upcast());
        Ok(())
    }

    /// What no handler is set for: references to entities that the document does not declare are looked up in `entity`.
    fn default(&self, text: &Text, builder: Option<&TreeBuilder>) -> Result<()> {
        let text = self.with(|parser| parser.text(text).to_owned())?;
        let Some(name) = text.strip_prefix('&') else { return Ok(()) };
        let Some(name) = name.strip_suffix(';') else { return Ok(()) };
        let entities = self.entity.get().and_then(|entities| entities.downcast::<Dict>().ok());
        let value = match entities {
            Some(entities) => entities.get_item(&*Str::new(name)?)?,
            None => None,
        };
        match (value, builder) {
            (Some(value), Some(builder)) => {
                builder.handle_data(value);
                Ok(())
            }
            (Some(value), None) => match self.methods.data.get() {
                Some(data) => call::call_one_arg(&data, &value).map(drop),
                None => Ok(()),
            },
            (None, _) => {
                let shown: String = text.chars().take(SHOWN).collect();
                let message = format!("undefined entity {shown}");
                Err(self.error(expat::Error::UndefinedEntity, Some(&message)))
            }
        }
    }

    fn string(&self, text: &Text) -> Result<Ref<Str>> {
        self.with(|parser| Str::new(parser.text(text)))?
    }

    /// An expanded name as Python has it.
    fn name(&self, name: &str) -> Result<Ref<Str>> {
        if let Some(known) = self.names.borrow().get(name) {
            return Ok(known.clone());
        }
        let made =
            if name.contains(SEPARATOR as char) { Str::new(&format!("{{{name}"))? } else { Str::new(name)? };
        self.names.borrow_mut().insert(name.to_owned(), made.clone());
        Ok(made)
    }

    fn start_tag(&self) -> Result<(Ref<Str>, Vec<(Ref<Str>, Ref<Str>)>)> {
        self.with(|parser| {
            let attributes =
                parser.attributes().map(|(name, value)| Ok((self.name(name)?, Str::new(value)?)));
            Ok((self.name(parser.name())?, attributes.collect::<Result<Vec<_>>>()?))
        })?
    }

    #[method("feed($self, data, /)")]
    fn feed(&self, data: CodecInput<'_>) -> Result<()> {
        if matches!(data, CodecInput::Text(_)) {
            self.with(|parser| parser.set_encoding("utf-8"))?;
        }
        self.parse(&data, false)
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<Option<Ref>> {
        self.parse(&[], true)?;
        if let Some(builder) = self.builder() {
            return Ok(Some(builder.done()));
        }
        self.methods.close.get().map(|close| call::call_no_args(&close)).transpose()
    }

    #[method("flush($self, /)")]
    fn flush(&self) -> Result<()> {
        let was_enabled = self.with(|parser| {
            let was_enabled = parser.reparse_deferral();
            parser.set_reparse_deferral(false);
            was_enabled
        })?;
        let result = self.parse(&[], false);
        self.with(|parser| parser.set_reparse_deferral(was_enabled))?;
        result
    }

    #[method("_parse_whole($self, file, /)")]
    fn parse_whole(&self, file: &Object) -> Result<Option<Ref>> {
        self.with(|_| ())?;
        let read = attr::get(file, id!("read"))?;
        let size = new_int(READ_SIZE)?;
        loop {
            let data = call::call_one_arg(&read, &size)?;
            if let Some(text) = data.cast_exact::<Str>() {
                if text.is_empty() {
                    break;
                }
                let bytes = objects::codecs::encode(text, Some("utf-8"), Some("surrogatepass"))?;
                self.parse(bytes.as_slice(), false)?;
            } else if let Some(bytes) = data.cast_exact::<Bytes>().filter(|bytes| !bytes.is_empty()) {
                self.parse(bytes.as_slice(), false)?;
            } else {
                break;
            }
        }
        self.parse(&[], true)?;
        Ok(self.builder().map(|builder| builder.done()))
    }

    #[method("_setevents($self, events_queue, events_to_report=None, /)")]
    fn setevents(&self, events_queue: &Object, events_to_report: Option<&Object>) -> Result<()> {
        self.with(|_| ())?;
        let Some(builder) = self.builder() else {
            return Err(raise!(
                TypeError,
                "event handling only supported for ElementTree.TreeBuilder targets"
            ));
        };
        builder.set_events(events_queue, events_to_report)?;
        let mut handlers = self.handlers.get();
        if !builder.events.start_ns.is_empty() {
            handlers |= handler::START_NAMESPACE;
        }
        if !builder.events.end_ns.is_empty() {
            handlers |= handler::END_NAMESPACE;
        }
        self.handlers.set(handlers);
        self.with(|parser| parser.set_handlers(handlers))
    }

    #[getter("version")]
    fn version(&self) -> String {
        let (major, minor, micro) = expat::VERSION;
        format!("Expat {major}.{minor}.{micro}")
    }
}

/// The characters of the bytes of an encoding that Python knows.
///
/// # Errors
/// ValueError where it is not one byte a character; what decoding raises.
pub(crate) fn table_of(name: &str) -> Result<Box<[i32; 256]>> {
    let all: Vec<u8> = (0..=255).collect();
    let text = objects::codecs::decode(&*Bytes::new(&all)?, Some(name), Some("replace"))?;
    if text.len() != 256 {
        return Err(raise!(ValueError, "multi-byte encodings are not supported"));
    }
    let mut table = Box::new([-1; 256]);
    for (place, char) in table.iter_mut().zip(text.chars().iter()) {
        if char != 0xfffd {
            *place = char as i32;
        }
    }
    Ok(table)
}
