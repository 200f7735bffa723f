//! `_multibytecodec` and the CJK codecs. Rooms: `tables` (mappings), `charset` and `iso2022` (one step of each encoding), `codec`
//! (whole texts, with error handlers), `incremental`, `stream`.

mod charset;
pub mod codec;
pub mod incremental;
mod iso2022;
pub mod stream;
mod tables;

use charset::Charset;
use codec::MultibyteCodec;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, raise};

#[macros::pymodule(
    name = "_multibytecodec",
    classes(
        super::incremental::MultibyteIncrementalEncoder,
        super::incremental::MultibyteIncrementalDecoder,
        super::stream::MultibyteStreamReader,
        super::stream::MultibyteStreamWriter
    )
)]
pub mod module {
    use super::*;

    #[function("__create_codec($module, arg, /)")]
    fn create_codec(arg: &Object) -> Result<()> {
        // In CPython this takes a capsule with C functions; a codec here has none.
        let _ = arg;
        Err(raise!(ValueError, "argument type invalid"))
    }

    #[exec]
    fn exec(_module: &Module) -> Result<()> {
        objects::typeobject::ready::ready(MultibyteCodec::class())
    }
}

macro_rules! codec_modules {
    ($($module:ident $name:literal $codecs:expr;)*) => { $(
        #[doc = concat!("`", $name, "`.")]
        pub mod $module {
            use super::*;

            #[macros::pymodule(name = $name)]
            pub mod module {
                use super::*;

                #[function("getcodec($self, object, /)")]
                fn getcodec(object: &Object) -> Result<Ref<MultibyteCodec>> {
                    find(object, &$codecs)
                }
            }
        }
    )* };
}

/// The codec of a name among those of a module.
fn find(name: &Object, codecs: &[&'static str]) -> Result<Ref<MultibyteCodec>> {
    objects::typeobject::ready::ready(MultibyteCodec::class())?;
    let Some(name) = name.cast::<Str>() else {
        return Err(raise!(TypeError, "encoding name must be a string."));
    };
    let name = name.to_str()?;
    let found = codecs.iter().find(|codec| **codec == name);
    match found.and_then(|name| Some((*name, Charset::named(name)?))) {
        Some((name, charset)) => MultibyteCodec::create(name, charset),
        None => Err(raise!(LookupError, "no such codec is supported.")),
    }
}

codec_modules! {
    cn "_codecs_cn" ["gb2312", "gbk", "gb18030", "hz"];
    hk "_codecs_hk" ["big5hkscs"];
    tw "_codecs_tw" ["big5", "cp950"];
    kr "_codecs_kr" ["euc_kr", "cp949", "johab"];
    jp "_codecs_jp" [
        "shift_jis", "cp932", "euc_jp", "shift_jis_2004", "euc_jis_2004", "euc_jisx0213", "shift_jisx0213"
    ];
    iso "_codecs_iso2022" [
        "iso2022_kr", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3", "iso2022_jp_ext"
    ];
}
