//! `_blake2`: BLAKE2 digests with all their parameters.

use crate::digest::{Hash, Running};
use crate::input::Input;
use macros::pytype;
use objects::args::{At, FromArg};
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::int::{Int, new_int};
use objects::types::module::Module;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, TypeObject, raise};

/// An `unsigned long long`.
#[derive(Clone, Copy)]
struct Unsigned(u64);

impl<'a> FromArg<'a> for Unsigned {
    fn from_arg(argument: &'a Object, _at: At) -> Result<Unsigned> {
        let Some(int) = argument.cast::<Int>() else {
            return Err(raise!(TypeError, "an integer is required"));
        };
        if int.is_negative() {
            return Err(raise!(ValueError, "value must be positive"));
        }
        int.to_u64().map(Unsigned).ok_or_else(|| raise!(OverflowError, "int too big to convert"))
    }
}

/// The parameters of either digest.
struct Params<'a> {
    digest_size: i32,
    key: &'a [u8],
    salt: &'a [u8],
    person: &'a [u8],
    fanout: i32,
    depth: i32,
    leaf_size: u64,
    node_offset: u64,
    node_depth: i32,
    inner_size: i32,
    last_node: bool,
}

/// What a digest allows.
struct Limits {
    /// The longest digest, which is also the longest key.
    size: usize,
    /// The longest salt and personalisation.
    salt: usize,
    node_offset: u64,
}

const B: Limits = Limits { size: 64, salt: 16, node_offset: u64::MAX };
const S: Limits = Limits { size: 32, salt: 8, node_offset: (1 << 48) - 1 };

impl Params<'_> {
    fn check(&self, limits: &Limits) -> Result<()> {
        let Limits { size, salt, node_offset } = *limits;
        let byte = |name: &str, value: i32, low: i32| {
            if (low..=255).contains(&value) {
                return Ok(());
            }
            Err(raise!(ValueError, "{name} must be between {low} and 255"))
        };
        if !(1..=size as i32).contains(&self.digest_size) {
            return Err(raise!(ValueError, "digest_size must be between 1 and {size} bytes"));
        }
        if self.salt.len() > salt {
            return Err(raise!(ValueError, "maximum salt length is {salt} bytes"));
        }
        if self.person.len() > salt {
            return Err(raise!(ValueError, "maximum person length is {salt} bytes"));
        }
        byte("fanout", self.fanout, 0)?;
        byte("depth", self.depth, 1)?;
        if u32::try_from(self.leaf_size).is_err() {
            return Err(raise!(OverflowError, "leaf_size is too large"));
        }
        if self.node_offset > node_offset {
            return Err(raise!(OverflowError, "node_offset is too large"));
        }
        byte("node_depth", self.node_depth, 0)?;
        if !(0..=size as i32).contains(&self.inner_size) {
            return Err(raise!(ValueError, "inner_size must be between 0 and is {size}"));
        }
        if self.key.len() > size {
            return Err(raise!(ValueError, "maximum key length is {size} bytes"));
        }
        Ok(())
    }
}

macro_rules! blake2_class {
    ($view:ident, $static_name:ident, $name:tt, $signature:tt, $library:ident, $limits:expr, $block:literal) => {
        impl Hash for $library::State {
            fn update(&mut self, data: &[u8]) {
                $library::State::update(self, data);
            }
            fn finish(&self) -> Vec<u8> {
                self.finalize().as_bytes().to_vec()
            }
        }

        #[repr(C)]
        pub struct $view {
            ob_base: Object,
            running: Running<$library::State>,
            digest_size: usize,
        }

        #[pytype(name = $name, module = "_blake2", static_name = $static_name)]
        impl $view {
            #[new($signature)]
            fn new(
                class: &TypeObject,
                #[default(None)] data: Option<&Object>,
                #[default($limits.size as i32)] digest_size: i32,
                #[default(None)] key: Option<BytesLike<'_>>,
                #[default(None)] salt: Option<BytesLike<'_>>,
                #[default(None)] person: Option<BytesLike<'_>>,
                #[default(1)] fanout: i32,
                #[default(1)] depth: i32,
                #[default(Unsigned(0))] leaf_size: Unsigned,
                #[default(Unsigned(0))] node_offset: Unsigned,
                #[default(0)] node_depth: i32,
                #[default(0)] inner_size: i32,
                #[default(false)] last_node: bool,
                #[default(true)] usedforsecurity: bool,
                string: Option<&Object>,
            ) -> Result<Ref<$view>> {
                let _ = usedforsecurity;
                let data = Input::initial(data, string)?;
                let bytes = |given: &Option<BytesLike<'_>>| given.as_deref().unwrap_or_default().to_vec();
                let (key, salt, person) = (bytes(&key), bytes(&salt), bytes(&person));
                let params = Params {
                    digest_size,
                    key: &key,
                    salt: &salt,
                    person: &person,
                    fanout,
                    depth,
                    leaf_size: leaf_size.0,
                    node_offset: node_offset.0,
                    node_depth,
                    inner_size,
                    last_node,
                };
                params.check(&$limits)?;
                let state = $library::Params::new()
                    .hash_length(params.digest_size as usize)
                    .key(params.key)
                    .salt(params.salt)
                    .personal(params.person)
                    .fanout(params.fanout as u8)
                    .max_depth(params.depth as u8)
                    .max_leaf_length(params.leaf_size as u32)
                    .node_offset(params.node_offset)
                    .node_depth(params.node_depth as u8)
                    .inner_hash_length(params.inner_size as usize)
                    .last_node(params.last_node)
                    .to_state();
                let running = Running::begin(state, data);
                Ref::new_in(
                    class,
                    $view { ob_base: Object::HEAD, running, digest_size: digest_size as usize },
                )
            }

            #[method("copy($self, /)")]
            fn copy(&self) -> Result<Ref<$view>> {
                let running = self.running.copy();
                Ref::new($view { ob_base: Object::HEAD, running, digest_size: self.digest_size })
            }

            #[method("digest($self, /)")]
            fn digest(&self) -> Result<Ref<Bytes>> {
                self.running.digest()
            }

            #[method("hexdigest($self, /)")]
            fn hexdigest(&self) -> Result<Ref<Str>> {
                self.running.hexdigest()
            }

            #[method("update($self, data, /)")]
            fn update(&self, data: Input<'_>) {
                self.running.update(&data);
            }

            #[getter("block_size")]
            fn block_size(&self) -> i64 {
                $block
            }

            #[getter("digest_size")]
            fn digest_size(&self) -> usize {
                self.digest_size
            }

            #[getter("name")]
            fn name(&self) -> &'static str {
                $name
            }
        }
    };
}

blake2_class!(
    Blake2b,
    BLAKE2B,
    "blake2b",
    "(data=b'', *, digest_size=_blake2.blake2b.MAX_DIGEST_SIZE,\n        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,\n        node_offset=0, node_depth=0, inner_size=0, last_node=False,\n        usedforsecurity=True, string=None)",
    blake2b_simd,
    B,
    128
);

blake2_class!(
    Blake2s,
    BLAKE2S,
    "blake2s",
    "(data=b'', *, digest_size=_blake2.blake2s.MAX_DIGEST_SIZE,\n        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,\n        node_offset=0, node_depth=0, inner_size=0, last_node=False,\n        usedforsecurity=True, string=None)",
    blake2s_simd,
    S,
    64
);

#[macros::pymodule(name = "_blake2", classes(super::Blake2b, super::Blake2s))]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        for (class, limits) in [(Blake2b::class(), &B), (Blake2s::class(), &S)] {
            objects::typeobject::ready::ready(class)?;
            let own = objects::typeobject::ready::dict_of(class)?;
            let prefix = class.name().to_uppercase();
            for (name, value) in [
                ("SALT_SIZE", limits.salt),
                ("PERSON_SIZE", limits.salt),
                ("MAX_KEY_SIZE", limits.size),
                ("MAX_DIGEST_SIZE", limits.size),
            ] {
                let value = new_int(value as i64)?;
                own.set_text(name, &value)?;
                module.dict().set_text(&format!("{prefix}_{name}"), &value)?;
            }
        }
        Ok(())
    }
}
