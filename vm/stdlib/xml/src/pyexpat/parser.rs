//! The type of parsers.

use super::dispatch::Kind;
use super::expat_error;
use core::cell::{Cell, RefCell, RefMut};
use core::ffi::{c_int, c_void};
use expat::{ParamEntities, handler};
use macros::{Trace, pytype};
use objects::args::CodecInput;
use objects::protocol::buffer::BytesLike;
use objects::protocol::{attr, call, object};
use objects::typeobject::{GetSetDef, ready};
use objects::types::bytearray::ByteArray;
use objects::types::bytes::Bytes;
use objects::types::descr::member::new_getset;
use objects::types::dict::Dict;
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, Slot, Visit, Visitor, id, raise};

/// How much `ParseFile` reads at once.
const READ_SIZE: i64 = 2048;
/// How many characters `buffer_text` collects at first.
const BUFFER_SIZE: usize = 8192;

/// The handlers, by [`Kind`].
pub struct Handlers([Slot; Kind::COUNT]);

impl objects::Trace for Handlers {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.0.iter().try_for_each(|handler| handler.trace(visitor))
    }
    fn clear(&self) {
        self.0.iter().for_each(objects::Trace::clear);
    }
}

#[repr(C)]
#[derive(Trace)]
pub struct XmlParser {
    ob_base: Object,
    pub(super) handlers: Handlers,
    pub(super) intern: Slot<Dict>,
    #[trace(skip)]
    pub(super) parser: RefCell<expat::Parser>,
    /// Character data that is collected, as `buffer_text` asks.
    #[trace(skip)]
    pub(super) buffer: RefCell<Option<String>>,
    #[trace(skip)]
    pub(super) buffer_size: Cell<usize>,
    #[trace(skip)]
    buffer_text: Cell<bool>,
    #[trace(skip)]
    namespace_prefixes: Cell<bool>,
    #[trace(skip)]
    deferral: Cell<bool>,
    #[trace(skip)]
    pub(super) ordered_attributes: Cell<bool>,
    #[trace(skip)]
    pub(super) specified_attributes: Cell<bool>,
    #[trace(skip)]
    pub(super) in_callback: Cell<bool>,
    /// Which of the two default handlers was set last.
    #[trace(skip)]
    pub(super) default_kind: Cell<Kind>,
}

#[pytype(name = "xmlparser", module = "pyexpat", gc, no_new, member("intern", OBJECT, intern, READONLY))]
impl XmlParser {
    pub(super) fn create(parser: expat::Parser, intern: Option<Ref<Dict>>) -> Result<Ref<XmlParser>> {
        let this = Ref::new(XmlParser {
            ob_base: Object::HEAD,
            handlers: Handlers([const { Slot::empty() }; Kind::COUNT]),
            intern: Slot::from_option(intern),
            parser: RefCell::new(parser),
            buffer: RefCell::new(None),
            buffer_size: Cell::new(BUFFER_SIZE),
            buffer_text: Cell::new(false),
            namespace_prefixes: Cell::new(false),
            deferral: Cell::new(true),
            ordered_attributes: Cell::new(false),
            specified_attributes: Cell::new(false),
            in_callback: Cell::new(false),
            default_kind: Cell::new(Kind::DefaultHandlerExpand),
        })?;
        this.update_handlers();
        Ok(this)
    }

    /// The parser itself, which nobody holds while Python code runs.
    pub(super) fn inner(&self) -> Result<RefMut<'_, expat::Parser>> {
        self.parser.try_borrow_mut().map_err(|_| raise!(RuntimeError, "the parser is in use"))
    }

    /// Tells the parser which handlers there are.
    pub(super) fn update_handlers(&self) {
        let mut bits = handler::UNKNOWN_ENCODING;
        for kind in Kind::ALL {
            let is_default = matches!(kind, Kind::Default | Kind::DefaultHandlerExpand);
            if !self.handlers.0[kind as usize].is_empty() && (!is_default || kind == self.default_kind.get())
            {
                bits |= kind.bit();
            }
        }
        if self.default_kind.get() == Kind::DefaultHandlerExpand {
            bits |= handler::EXPAND;
        }
        if let Ok(mut parser) = self.parser.try_borrow_mut() {
            parser.set_handlers(bits);
        }
    }

    pub(super) fn handler(&self, kind: Kind) -> Option<Ref> {
        self.handlers.0[kind as usize].get()
    }

    /// After an error no handler is called any more.
    pub(super) fn clear_handlers(&self) {
        self.handlers.0.iter().for_each(|handler| handler.set(None));
        self.update_handlers();
    }

    fn set_handler(&self, kind: Kind, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else { return Err(raise!(RuntimeError, "Cannot delete attribute")) };
        if kind == Kind::CharacterData {
            self.flush()?;
        }
        if matches!(kind, Kind::Default | Kind::DefaultHandlerExpand) {
            self.default_kind.set(kind);
        }
        self.handlers.0[kind as usize].set((!value.is(none())).then(|| value.to_ref()));
        self.update_handlers();
        Ok(())
    }

    #[method("Parse($self, data, isfinal=False, /)")]
    fn parse(&self, data: CodecInput<'_>, isfinal: bool) -> Result<i32> {
        if matches!(data, CodecInput::Text(_)) {
            self.inner()?.set_encoding("utf-8");
        }
        self.parse_bytes(&data, isfinal)
    }

    fn parse_bytes(&self, bytes: &[u8], is_final: bool) -> Result<i32> {
        let fed = self.inner()?.feed(bytes, is_final);
        match fed {
            Ok(()) => self.run()?,
            Err(error) => return Err(self.error(error)),
        }
        self.flush()?;
        Ok(1)
    }

    /// ExpatError for what is wrong, at the present place.
    pub(super) fn error(&self, error: expat::Error) -> objects::Raised {
        let place = match self.inner() {
            Ok(mut parser) => parser.position(),
            Err(raised) => return raised,
        };
        expat_error(error, place)
    }

    #[method("ParseFile($self, file, /)")]
    fn parse_file(&self, file: &Object) -> Result<i32> {
        let Some(read) = attr::get_optional(file, id!("read"))? else {
            return Err(raise!(TypeError, "argument must have 'read' attribute"));
        };
        let size = Int::from_i64(READ_SIZE)?;
        loop {
            let data = call::call_one_arg(&read, &size)?;
            if data.cast::<Bytes>().is_none() && data.cast::<ByteArray>().is_none() {
                return Err(raise!(
                    TypeError,
                    "read() did not return a bytes object (type={})",
                    data.class().full_name()
                ));
            }
            let bytes = BytesLike::of(&data)?;
            if bytes.len() as i64 > READ_SIZE {
                return Err(raise!(
                    ValueError,
                    "read() returned too much data: {READ_SIZE} bytes requested, {} returned",
                    bytes.len()
                ));
            }
            self.parse_bytes(&bytes, bytes.is_empty())?;
            if bytes.is_empty() {
                return Ok(1);
            }
        }
    }

    #[method("SetBase($self, base, /)")]
    fn set_base(&self, base: &str) -> Result<()> {
        self.inner()?.set_base(Some(base.to_owned()));
        Ok(())
    }

    #[method("GetBase($self, /)")]
    fn get_base(&self) -> Result<Option<String>> {
        Ok(self.inner()?.base().map(str::to_owned))
    }

    #[method("GetInputContext($self, /)")]
    fn get_input_context(&self) -> Result<Option<Ref<Bytes>>> {
        if !self.in_callback.get() {
            return Ok(None);
        }
        let context = self.inner()?.context().map(<[u8]>::to_vec);
        context.map(|context| Bytes::new(&context)).transpose()
    }

    #[method("ExternalEntityParserCreate($self, context, encoding=<unrepresentable>, /)")]
    fn external_entity_parser_create(
        &self,
        context: Option<&str>,
        #[default(None)] encoding: Option<&Str>,
    ) -> Result<Ref<XmlParser>> {
        let encoding = encoding.map(Str::to_str).transpose()?;
        let parser = self.inner()?.external(context, encoding);
        let child = XmlParser::create(parser, self.intern.get())?;
        for (own, handler) in child.handlers.0.iter().zip(&self.handlers.0) {
            own.set(handler.get());
        }
        child.buffer_size.set(self.buffer_size.get());
        child.buffer_text.set(self.buffer_text.get());
        if self.buffer_text.get() {
            child.buffer.replace(Some(String::new()));
        }
        child.ordered_attributes.set(self.ordered_attributes.get());
        child.specified_attributes.set(self.specified_attributes.get());
        child.namespace_prefixes.set(self.namespace_prefixes.get());
        child.deferral.set(self.deferral.get());
        child.default_kind.set(self.default_kind.get());
        child.update_handlers();
        Ok(child)
    }

    #[method("SetParamEntityParsing($self, flag, /)")]
    fn set_param_entity_parsing(&self, flag: c_int) -> Result<i32> {
        let when = match flag {
            0 => ParamEntities::Never,
            1 => ParamEntities::UnlessStandalone,
            _ => ParamEntities::Always,
        };
        Ok(self.inner()?.set_param_entities(when).into())
    }

    #[method("UseForeignDTD($self, flag=True, /)")]
    fn use_foreign_dtd(&self, flag: bool) -> Result<()> {
        let result = self.inner()?.use_foreign_dtd(flag);
        result.map_err(|error| self.error(error))
    }

    #[method("SetReparseDeferralEnabled($self, enabled, /)")]
    fn set_reparse_deferral_enabled(&self, enabled: bool) -> Result<()> {
        self.inner()?.set_reparse_deferral(enabled);
        self.deferral.set(enabled);
        Ok(())
    }

    #[method("GetReparseDeferralEnabled($self, /)")]
    fn get_reparse_deferral_enabled(&self) -> bool {
        self.deferral.get()
    }

    #[getter("ErrorCode")]
    fn error_code(&self) -> Result<i32> {
        Ok(self.inner()?.error().map_or(0, |error| error as i32))
    }

    #[getter("ErrorLineNumber")]
    fn error_line_number(&self) -> Result<u64> {
        Ok(self.inner()?.position().0)
    }

    #[getter("ErrorColumnNumber")]
    fn error_column_number(&self) -> Result<u64> {
        Ok(self.inner()?.position().1)
    }

    #[getter("ErrorByteIndex")]
    fn error_byte_index(&self) -> Result<i64> {
        self.current_byte_index()
    }

    #[getter("CurrentLineNumber")]
    fn current_line_number(&self) -> Result<u64> {
        Ok(self.inner()?.position().0)
    }

    #[getter("CurrentColumnNumber")]
    fn current_column_number(&self) -> Result<u64> {
        Ok(self.inner()?.position().1)
    }

    #[getter("CurrentByteIndex")]
    fn current_byte_index(&self) -> Result<i64> {
        let parser = self.inner()?;
        Ok(if parser.has_started() { parser.byte_index() as i64 } else { -1 })
    }

    #[getter("buffer_size")]
    fn get_buffer_size(&self) -> usize {
        self.buffer_size.get()
    }

    #[setter("buffer_size")]
    fn set_buffer_size(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else { return Err(raise!(RuntimeError, "Cannot delete attribute")) };
        let Some(value) = value.cast::<Int>() else {
            return Err(raise!(TypeError, "buffer_size must be an integer"));
        };
        let Some(size) = value.to_i64() else {
            return Err(raise!(OverflowError, "Python int too large to convert to C long"));
        };
        if size == self.buffer_size.get() as i64 {
            return Ok(());
        }
        if size <= 0 {
            return Err(raise!(ValueError, "buffer_size must be greater than zero"));
        }
        if size > i32::MAX.into() {
            return Err(raise!(ValueError, "buffer_size must not be greater than {}", i32::MAX));
        }
        self.flush()?;
        self.buffer_size.set(size as usize);
        Ok(())
    }

    #[getter("buffer_text")]
    fn get_buffer_text(&self) -> bool {
        self.buffer_text.get()
    }

    #[setter("buffer_text")]
    fn set_buffer_text(&self, value: Option<&Object>) -> Result<()> {
        let enabled = truth(value)?;
        if !enabled {
            self.flush()?;
        }
        let mut buffer = self.buffer.borrow_mut();
        if enabled != buffer.is_some() {
            *buffer = enabled.then(String::new);
        }
        self.buffer_text.set(enabled);
        Ok(())
    }

    #[getter("buffer_used")]
    fn get_buffer_used(&self) -> usize {
        self.buffer.borrow().as_ref().map_or(0, String::len)
    }

    #[getter("namespace_prefixes")]
    fn get_namespace_prefixes(&self) -> bool {
        self.namespace_prefixes.get()
    }

    #[setter("namespace_prefixes")]
    fn set_namespace_prefixes(&self, value: Option<&Object>) -> Result<()> {
        let enabled = truth(value)?;
        self.namespace_prefixes.set(enabled);
        self.inner()?.set_namespace_triplets(enabled);
        Ok(())
    }

    #[getter("ordered_attributes")]
    fn get_ordered_attributes(&self) -> bool {
        self.ordered_attributes.get()
    }

    #[setter("ordered_attributes")]
    fn set_ordered_attributes(&self, value: Option<&Object>) -> Result<()> {
        self.ordered_attributes.set(truth(value)?);
        Ok(())
    }

    #[getter("specified_attributes")]
    fn get_specified_attributes(&self) -> bool {
        self.specified_attributes.get()
    }

    #[setter("specified_attributes")]
    fn set_specified_attributes(&self, value: Option<&Object>) -> Result<()> {
        self.specified_attributes.set(truth(value)?);
        Ok(())
    }
}

fn truth(value: Option<&Object>) -> Result<bool> {
    match value {
        Some(value) => object::is_true(value),
        None => Err(raise!(RuntimeError, "Cannot delete attribute")),
    }
}

/// Adds an attribute for each handler to the type.
pub(super) fn add_handlers() -> Result<()> {
    unsafe extern "C" fn get(this: &Object, closure: *mut c_void) -> Result<Ref> {
        // SAFETY: a descriptor of this type; the closure is the number of a kind.
        let this = unsafe { this.cast_unchecked::<XmlParser>() };
        let handler = Kind::ALL.get(closure as usize).and_then(|&kind| this.handler(kind));
        Ok(handler.unwrap_or_else(objects::object::refs::none))
    }
    unsafe extern "C" fn set(this: &Object, value: Option<&Object>, closure: *mut c_void) -> c_int {
        // SAFETY: as in `get`.
        let this = unsafe { this.cast_unchecked::<XmlParser>() };
        match Kind::ALL.get(closure as usize).map(|&kind| this.set_handler(kind, value)) {
            Some(Err(_)) => -1,
            _ => 0,
        }
    }
    let class = XmlParser::class();
    let dict = ready::dict_of(class)?;
    for kind in Kind::ALL {
        let def = Box::leak(Box::new(GetSetDef {
            name: kind.name().as_ptr(),
            get: Some(get),
            set: Some(set),
            doc: core::ptr::null(),
            closure: core::ptr::without_provenance_mut(kind as usize),
        }));
        let name = kind.name().to_str().unwrap_or_default();
        dict.set_text(name, &*new_getset(class, def)?)?;
    }
    class.modified();
    Ok(())
}
