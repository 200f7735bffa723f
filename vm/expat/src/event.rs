//! What a parser tells of a document, and which of it somebody wants to hear.

/// A piece of text of an event.
#[derive(Debug, Clone)]
pub enum Text {
    /// A part of the current source; see `Parser::text`.
    Raw(usize, usize),
    Newline,
    /// UTF-8, and its length.
    Char([u8; 4], u8),
}

impl Text {
    pub fn of(char: char) -> Text {
        let mut bytes = [0; 4];
        let len = char.encode_utf8(&mut bytes).len();
        Text::Char(bytes, len as u8)
    }
}

/// One thing that a parser found.
#[derive(Debug, Clone)]
pub enum Event {
    /// See `Parser::name` and `Parser::attributes`.
    StartElement,
    EndElement,
    Characters(Text),
    Instruction {
        target: String,
        data: String,
    },
    Comment(String),
    StartCdata,
    EndCdata,
    /// What no handler is set for.
    Default(Text),
    StartNamespace {
        prefix: Option<String>,
        uri: Option<String>,
    },
    EndNamespace(Option<String>),
    XmlDecl {
        version: Option<String>,
        encoding: Option<String>,
        standalone: i32,
    },
    StartDoctype {
        name: String,
        system_id: Option<String>,
        public_id: Option<String>,
        has_internal_subset: bool,
    },
    EndDoctype,
    ElementDecl {
        name: String,
        model: Vec<Model>,
    },
    AttlistDecl {
        element: String,
        attribute: String,
        kind: String,
        default: Option<String>,
        required: bool,
    },
    EntityDecl {
        name: String,
        is_param: bool,
        value: Option<String>,
        external: External,
        notation: Option<String>,
    },
    UnparsedEntityDecl {
        name: String,
        external: External,
        notation: String,
    },
    NotationDecl {
        name: String,
        external: External,
    },
    SkippedEntity {
        name: String,
        is_param: bool,
    },
    /// Answer with `Parser::reply`.
    NotStandalone,
    /// Answer with `Parser::reply`; without a context it is the external subset or a parameter entity.
    ExternalEntity {
        context: Option<String>,
        external: External,
    },
    /// Answer with `Parser::reply_encoding`.
    UnknownEncoding(String),
}

/// Where something outside of the document is.
#[derive(Debug, Clone, Default)]
pub struct External {
    pub base: Option<String>,
    pub system_id: Option<String>,
    pub public_id: Option<String>,
}

/// A part of a content model. The first is the whole; the others are named by their number.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// `XML_CTYPE_…`
    pub kind: u8,
    /// `XML_CQUANT_…`
    pub quantifier: u8,
    pub name: Option<String>,
    pub children: Vec<usize>,
}

/// Bits for [`crate::Parser::set_handlers`].
pub mod handler {
    pub const START_ELEMENT: u32 = 1;
    pub const END_ELEMENT: u32 = 1 << 1;
    pub const CHARACTERS: u32 = 1 << 2;
    pub const INSTRUCTION: u32 = 1 << 3;
    pub const COMMENT: u32 = 1 << 4;
    pub const START_CDATA: u32 = 1 << 5;
    pub const END_CDATA: u32 = 1 << 6;
    pub const DEFAULT: u32 = 1 << 7;
    pub const START_NAMESPACE: u32 = 1 << 8;
    pub const END_NAMESPACE: u32 = 1 << 9;
    pub const XML_DECL: u32 = 1 << 10;
    pub const START_DOCTYPE: u32 = 1 << 11;
    pub const END_DOCTYPE: u32 = 1 << 12;
    pub const ELEMENT_DECL: u32 = 1 << 13;
    pub const ATTLIST_DECL: u32 = 1 << 14;
    pub const ENTITY_DECL: u32 = 1 << 15;
    pub const UNPARSED_ENTITY_DECL: u32 = 1 << 16;
    pub const NOTATION_DECL: u32 = 1 << 17;
    pub const SKIPPED_ENTITY: u32 = 1 << 18;
    pub const NOT_STANDALONE: u32 = 1 << 19;
    pub const EXTERNAL_ENTITY: u32 = 1 << 20;
    pub const UNKNOWN_ENCODING: u32 = 1 << 21;
    /// Internal entities are replaced even though there is a default handler.
    pub const EXPAND: u32 = 1 << 22;
}
