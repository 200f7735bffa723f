//! THE OPCODE TABLE: every instruction of CPython 3.13's bytecode, described once.
//!
//! A row of `base` reads: number, name, inline cache entries (16-bit units), stack effect
//! `(popped -- pushed)`, what the argument means. `name[n]` in a stack effect stands for `n` items;
//! `oparg` is the instruction's argument. The right end of a list is the top of the stack.
//! `specialized` rows name the family they belong to and have its caches and its effect;
//! `instrumented` rows are what `sys.monitoring` puts in place of others, and `pseudo` rows exist only
//! inside the compiler: the assembler replaces or drops them.
//!
//! Argument words: `arg` (has one), `constant` (index in co_consts), `name` (in co_names), `jump` (distance
//! in code units), `local` (fast local), `free` (cell or free variable).
//!
//! To add a row: put it here; the interpreter's and the recorder's dispatch stop compiling until
//! they know it. Numbers, caches, effects and families equal the reference's (`tests/opcodes.rs`).

/// Calls `$m! { (oparg) base { .. } specialized { .. } instrumented { .. } pseudo { .. } }` with the
/// table's rows. The `oparg` in front is the identifier that the stack effects use: a deriving macro
/// binds it as a parameter name.
#[macro_export]
macro_rules! opcodes {
    ($m:path) => {
        $m! {
        (oparg)
        base {
            0   CACHE                        0 (--);
            1   BEFORE_ASYNC_WITH            0 (mgr -- exit, res);
            2   BEFORE_WITH                  0 (mgr -- exit, res);
            4   BINARY_SLICE                 0 (container, start, stop -- res);
            5   BINARY_SUBSCR                1 (container, sub -- res);
            6   CHECK_EG_MATCH               0 (exc_value, match_type -- rest, matched);
            7   CHECK_EXC_MATCH              0 (left, right -- left, b);
            8   CLEANUP_THROW                0 (sub_iter, last_sent_val, exc_value -- none, value);
            9   DELETE_SUBSCR                0 (container, sub --);
            10  END_ASYNC_FOR                0 (awaitable, exc --);
            11  END_FOR                      0 (value --);
            12  END_SEND                     0 (receiver, value -- value);
            13  EXIT_INIT_CHECK              0 (should_be_none --);
            14  FORMAT_SIMPLE                0 (value -- res);
            15  FORMAT_WITH_SPEC             0 (value, fmt_spec -- res);
            16  GET_AITER                    0 (obj -- iter);
            17  RESERVED                     0 (--);
            18  GET_ANEXT                    0 (aiter -- aiter, awaitable);
            19  GET_ITER                     0 (iterable -- iter);
            20  GET_LEN                      0 (obj -- obj, len);
            21  GET_YIELD_FROM_ITER          0 (iterable -- iter);
            22  INTERPRETER_EXIT             0 (retval --);
            23  LOAD_ASSERTION_ERROR         0 (-- value);
            24  LOAD_BUILD_CLASS             0 (-- bc);
            25  LOAD_LOCALS                  0 (-- locals);
            26  MAKE_FUNCTION                0 (codeobj -- func);
            27  MATCH_KEYS                   0 (subject, keys -- subject, keys, values_or_none);
            28  MATCH_MAPPING                0 (subject -- subject, res);
            29  MATCH_SEQUENCE               0 (subject -- subject, res);
            30  NOP                          0 (--);
            31  POP_EXCEPT                   0 (exc_value --);
            32  POP_TOP                      0 (value --);
            33  PUSH_EXC_INFO                0 (new_exc -- prev_exc, new_exc);
            34  PUSH_NULL                    0 (-- null);
            35  RETURN_GENERATOR             0 (-- res);
            36  RETURN_VALUE                 0 (retval --);
            37  SETUP_ANNOTATIONS            0 (--);
            38  STORE_SLICE                  0 (v, container, start, stop --);
            39  STORE_SUBSCR                 1 (v, container, sub --);
            40  TO_BOOL                      3 (value -- res);
            41  UNARY_INVERT                 0 (value -- res);
            42  UNARY_NEGATIVE               0 (value -- res);
            43  UNARY_NOT                    0 (value -- res);
            44  WITH_EXCEPT_START            0 (exit_func, lasti, unused, val -- exit_func, lasti, unused, val, res);
            45  BINARY_OP                    1 (lhs, rhs -- res) arg;
            46  BUILD_CONST_KEY_MAP          0 (values[oparg], keys -- map) arg;
            47  BUILD_LIST                   0 (values[oparg] -- list) arg;
            48  BUILD_MAP                    0 (values[oparg * 2] -- map) arg;
            49  BUILD_SET                    0 (values[oparg] -- set) arg;
            50  BUILD_SLICE                  0 (start, stop, step[(oparg == 3) as i32] -- slice) arg;
            51  BUILD_STRING                 0 (pieces[oparg] -- str) arg;
            52  BUILD_TUPLE                  0 (values[oparg] -- tup) arg;
            53  CALL                         3 (callable, self_or_null, args[oparg] -- res) arg;
            54  CALL_FUNCTION_EX             0 (func, null, callargs, kwargs[oparg & 1] -- res) arg;
            55  CALL_INTRINSIC_1             0 (value -- res) arg;
            56  CALL_INTRINSIC_2             0 (value2, value1 -- res) arg;
            57  CALL_KW                      0 (callable, self_or_null, args[oparg], kwnames -- res) arg;
            58  COMPARE_OP                   1 (left, right -- res) arg;
            59  CONTAINS_OP                  1 (left, right -- b) arg;
            60  CONVERT_VALUE                0 (value -- result) arg;
            61  COPY                         0 (bottom, between[oparg - 1] -- bottom, between[oparg - 1], top) arg;
            62  COPY_FREE_VARS               0 (--) arg;
            63  DELETE_ATTR                  0 (owner --) arg name;
            64  DELETE_DEREF                 0 (--) arg free;
            65  DELETE_FAST                  0 (--) arg local;
            66  DELETE_GLOBAL                0 (--) arg name;
            67  DELETE_NAME                  0 (--) arg name;
            68  DICT_MERGE                   0 (callable, null, unused, dict, between[oparg - 1], update -- callable, null, unused, dict, between[oparg - 1]) arg;
            69  DICT_UPDATE                  0 (dict, between[oparg - 1], update -- dict, between[oparg - 1]) arg;
            70  ENTER_EXECUTOR               0 (--) arg;
            71  EXTENDED_ARG                 0 (--) arg;
            72  FOR_ITER                     1 (iter -- iter, next) arg jump;
            73  GET_AWAITABLE                0 (iterable -- iter) arg;
            74  IMPORT_FROM                  0 (from -- from, res) arg name;
            75  IMPORT_NAME                  0 (level, fromlist -- res) arg name;
            76  IS_OP                        0 (left, right -- b) arg;
            77  JUMP_BACKWARD                1 (--) arg jump;
            78  JUMP_BACKWARD_NO_INTERRUPT   0 (--) arg jump;
            79  JUMP_FORWARD                 0 (--) arg jump;
            80  LIST_APPEND                  0 (list, between[oparg - 1], v -- list, between[oparg - 1]) arg;
            81  LIST_EXTEND                  0 (list, between[oparg - 1], iterable -- list, between[oparg - 1]) arg;
            82  LOAD_ATTR                    9 (owner -- attr, self_or_null[oparg & 1]) arg name;
            83  LOAD_CONST                   0 (-- value) arg constant;
            84  LOAD_DEREF                   0 (-- value) arg free;
            85  LOAD_FAST                    0 (-- value) arg local;
            86  LOAD_FAST_AND_CLEAR          0 (-- value) arg local;
            87  LOAD_FAST_CHECK              0 (-- value) arg local;
            88  LOAD_FAST_LOAD_FAST          0 (-- value1, value2) arg local;
            89  LOAD_FROM_DICT_OR_DEREF      0 (class_dict -- value) arg free;
            90  LOAD_FROM_DICT_OR_GLOBALS    0 (mod_or_class_dict -- v) arg name;
            91  LOAD_GLOBAL                  4 (-- res, null[oparg & 1]) arg name;
            92  LOAD_NAME                    0 (-- v) arg name;
            93  LOAD_SUPER_ATTR              1 (global_super, class, self_ -- attr, self_or_null[oparg & 1]) arg name;
            94  MAKE_CELL                    0 (--) arg free;
            95  MAP_ADD                      0 (dict, between[oparg - 1], key, value -- dict, between[oparg - 1]) arg;
            96  MATCH_CLASS                  0 (subject, type_, names -- attrs) arg;
            97  POP_JUMP_IF_FALSE            1 (cond --) arg jump;
            98  POP_JUMP_IF_NONE             1 (value --) arg jump;
            99  POP_JUMP_IF_NOT_NONE         1 (value --) arg jump;
            100 POP_JUMP_IF_TRUE             1 (cond --) arg jump;
            101 RAISE_VARARGS                0 (args[oparg] --) arg;
            102 RERAISE                      0 (values[oparg], exc -- values[oparg]) arg;
            103 RETURN_CONST                 0 (--) arg constant;
            104 SEND                         1 (receiver, v -- receiver, retval) arg jump;
            105 SET_ADD                      0 (set, between[oparg - 1], v -- set, between[oparg - 1]) arg;
            106 SET_FUNCTION_ATTRIBUTE       0 (attr, func -- func) arg;
            107 SET_UPDATE                   0 (set, between[oparg - 1], iterable -- set, between[oparg - 1]) arg;
            108 STORE_ATTR                   4 (v, owner --) arg name;
            109 STORE_DEREF                  0 (v --) arg free;
            110 STORE_FAST                   0 (value --) arg local;
            111 STORE_FAST_LOAD_FAST         0 (value1 -- value2) arg local;
            112 STORE_FAST_STORE_FAST        0 (value2, value1 --) arg local;
            113 STORE_GLOBAL                 0 (v --) arg name;
            114 STORE_NAME                   0 (v --) arg name;
            115 SWAP                         0 (bottom, between[oparg - 2], top -- top, between[oparg - 2], bottom) arg;
            116 UNPACK_EX                    0 (seq -- before[oparg & 0xFF], rest, after[oparg >> 8]) arg;
            117 UNPACK_SEQUENCE              1 (seq -- values[oparg]) arg;
            118 YIELD_VALUE                  0 (retval -- value) arg;
            149 RESUME                       0 (--) arg;
        }
        specialized {
            150 BINARY_OP_ADD_FLOAT                       BINARY_OP;
            151 BINARY_OP_ADD_INT                         BINARY_OP;
            152 BINARY_OP_ADD_UNICODE                     BINARY_OP;
            3   BINARY_OP_INPLACE_ADD_UNICODE             BINARY_OP local;
            153 BINARY_OP_MULTIPLY_FLOAT                  BINARY_OP;
            154 BINARY_OP_MULTIPLY_INT                    BINARY_OP;
            155 BINARY_OP_SUBTRACT_FLOAT                  BINARY_OP;
            156 BINARY_OP_SUBTRACT_INT                    BINARY_OP;
            157 BINARY_SUBSCR_DICT                        BINARY_SUBSCR;
            158 BINARY_SUBSCR_GETITEM                     BINARY_SUBSCR;
            159 BINARY_SUBSCR_LIST_INT                    BINARY_SUBSCR;
            160 BINARY_SUBSCR_STR_INT                     BINARY_SUBSCR;
            161 BINARY_SUBSCR_TUPLE_INT                   BINARY_SUBSCR;
            162 CALL_ALLOC_AND_ENTER_INIT                 CALL arg;
            163 CALL_BOUND_METHOD_EXACT_ARGS              CALL arg;
            164 CALL_BOUND_METHOD_GENERAL                 CALL arg;
            165 CALL_BUILTIN_CLASS                        CALL arg;
            166 CALL_BUILTIN_FAST                         CALL arg;
            167 CALL_BUILTIN_FAST_WITH_KEYWORDS           CALL arg;
            168 CALL_BUILTIN_O                            CALL arg;
            169 CALL_ISINSTANCE                           CALL arg;
            170 CALL_LEN                                  CALL arg;
            171 CALL_LIST_APPEND                          CALL arg;
            172 CALL_METHOD_DESCRIPTOR_FAST               CALL arg;
            173 CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS CALL arg;
            174 CALL_METHOD_DESCRIPTOR_NOARGS             CALL arg;
            175 CALL_METHOD_DESCRIPTOR_O                  CALL arg;
            176 CALL_NON_PY_GENERAL                       CALL arg;
            177 CALL_PY_EXACT_ARGS                        CALL arg;
            178 CALL_PY_GENERAL                           CALL arg;
            179 CALL_STR_1                                CALL arg;
            180 CALL_TUPLE_1                              CALL arg;
            181 CALL_TYPE_1                               CALL arg;
            182 COMPARE_OP_FLOAT                          COMPARE_OP arg;
            183 COMPARE_OP_INT                            COMPARE_OP arg;
            184 COMPARE_OP_STR                            COMPARE_OP arg;
            185 CONTAINS_OP_DICT                          CONTAINS_OP arg;
            186 CONTAINS_OP_SET                           CONTAINS_OP arg;
            187 FOR_ITER_GEN                              FOR_ITER arg;
            188 FOR_ITER_LIST                             FOR_ITER arg jump;
            189 FOR_ITER_RANGE                            FOR_ITER arg jump;
            190 FOR_ITER_TUPLE                            FOR_ITER arg jump;
            191 LOAD_ATTR_CLASS                           LOAD_ATTR arg;
            192 LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN         LOAD_ATTR arg name;
            193 LOAD_ATTR_INSTANCE_VALUE                  LOAD_ATTR arg;
            194 LOAD_ATTR_METHOD_LAZY_DICT                LOAD_ATTR arg;
            195 LOAD_ATTR_METHOD_NO_DICT                  LOAD_ATTR arg;
            196 LOAD_ATTR_METHOD_WITH_VALUES              LOAD_ATTR arg;
            197 LOAD_ATTR_MODULE                          LOAD_ATTR arg;
            198 LOAD_ATTR_NONDESCRIPTOR_NO_DICT           LOAD_ATTR arg;
            199 LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES       LOAD_ATTR arg;
            200 LOAD_ATTR_PROPERTY                        LOAD_ATTR arg;
            201 LOAD_ATTR_SLOT                            LOAD_ATTR arg;
            202 LOAD_ATTR_WITH_HINT                       LOAD_ATTR arg name;
            203 LOAD_GLOBAL_BUILTIN                       LOAD_GLOBAL arg;
            204 LOAD_GLOBAL_MODULE                        LOAD_GLOBAL arg;
            205 LOAD_SUPER_ATTR_ATTR                      LOAD_SUPER_ATTR arg name;
            206 LOAD_SUPER_ATTR_METHOD                    LOAD_SUPER_ATTR arg name;
            207 RESUME_CHECK                              RESUME;
            208 SEND_GEN                                  SEND arg;
            209 STORE_ATTR_INSTANCE_VALUE                 STORE_ATTR;
            210 STORE_ATTR_SLOT                           STORE_ATTR;
            211 STORE_ATTR_WITH_HINT                      STORE_ATTR arg name;
            212 STORE_SUBSCR_DICT                         STORE_SUBSCR;
            213 STORE_SUBSCR_LIST_INT                     STORE_SUBSCR;
            214 TO_BOOL_ALWAYS_TRUE                       TO_BOOL;
            215 TO_BOOL_BOOL                              TO_BOOL;
            216 TO_BOOL_INT                               TO_BOOL;
            217 TO_BOOL_LIST                              TO_BOOL;
            218 TO_BOOL_NONE                              TO_BOOL;
            219 TO_BOOL_STR                               TO_BOOL;
            220 UNPACK_SEQUENCE_LIST                      UNPACK_SEQUENCE arg;
            221 UNPACK_SEQUENCE_TUPLE                     UNPACK_SEQUENCE arg;
            222 UNPACK_SEQUENCE_TWO_TUPLE                 UNPACK_SEQUENCE arg;
        }
        instrumented {
            236 INSTRUMENTED_RESUME          (--) arg;
            237 INSTRUMENTED_END_FOR         (receiver, value -- receiver);
            238 INSTRUMENTED_END_SEND        (receiver, value -- value);
            239 INSTRUMENTED_RETURN_VALUE    (retval --);
            240 INSTRUMENTED_RETURN_CONST    (--) arg constant;
            241 INSTRUMENTED_YIELD_VALUE     (retval -- value) arg;
            242 INSTRUMENTED_LOAD_SUPER_ATTR (global_super, class, self_ -- attr, self_or_null[oparg & 1]) arg;
            243 INSTRUMENTED_FOR_ITER        (--) arg;
            244 INSTRUMENTED_CALL            (--) arg;
            245 INSTRUMENTED_CALL_KW         (--) arg;
            246 INSTRUMENTED_CALL_FUNCTION_EX (--);
            247 INSTRUMENTED_INSTRUCTION     (--);
            248 INSTRUMENTED_JUMP_FORWARD    (--) arg;
            249 INSTRUMENTED_JUMP_BACKWARD   (--) arg;
            250 INSTRUMENTED_POP_JUMP_IF_TRUE (--) arg;
            251 INSTRUMENTED_POP_JUMP_IF_FALSE (--) arg;
            252 INSTRUMENTED_POP_JUMP_IF_NONE (--) arg;
            253 INSTRUMENTED_POP_JUMP_IF_NOT_NONE (--) arg;
            254 INSTRUMENTED_LINE            (--);
        }
        pseudo {
            256 JUMP                         (--) arg jump;
            257 JUMP_NO_INTERRUPT            (--) arg jump;
            258 LOAD_CLOSURE                 (-- value) arg local;
            259 LOAD_METHOD                  (owner -- attr, self_or_null) arg name;
            260 LOAD_SUPER_METHOD            (global_super, class, self_ -- attr, self_or_null) arg name;
            261 LOAD_ZERO_SUPER_ATTR         (global_super, class, self_ -- attr, unused) arg name;
            262 LOAD_ZERO_SUPER_METHOD       (global_super, class, self_ -- attr, self_or_null) arg name;
            263 POP_BLOCK                    (--);
            264 SETUP_CLEANUP                (-- lasti, exc) arg;
            265 SETUP_FINALLY                (-- exc) arg;
            266 SETUP_WITH                   (res -- lasti, exc) arg;
            267 STORE_FAST_MAYBE_NULL        (v --) arg local;
        }
        }
    };
}

/// The number of items that one side of a stack effect stands for.
macro_rules! count {
    ($($item:ident $([$n:expr])?),*) => { 0 $(+ count!(@one $($n)?))* };
    (@one) => { 1 };
    (@one $n:expr) => { ($n) };
}

/// What an instruction's argument means; see the head of this file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Flags(u8);

/// The table's argument words as bits.
#[allow(non_upper_case_globals)]
mod flag {
    pub const arg: u8 = 1;
    pub const constant: u8 = 2;
    pub const name: u8 = 4;
    pub const jump: u8 = 8;
    pub const local: u8 = 16;
    pub const free: u8 = 32;
}

impl Flags {
    /// The instruction reads its argument.
    pub const fn has_arg(self) -> bool {
        self.0 & flag::arg != 0
    }
    /// The argument is an index in `co_consts`.
    pub const fn has_const(self) -> bool {
        self.0 & flag::constant != 0
    }
    /// The argument is (or contains) an index in `co_names`.
    pub const fn has_name(self) -> bool {
        self.0 & flag::name != 0
    }
    /// The argument is a distance in code units.
    pub const fn has_jump(self) -> bool {
        self.0 & flag::jump != 0
    }
    /// The argument is the index of a fast local.
    pub const fn has_local(self) -> bool {
        self.0 & flag::local != 0
    }
    /// The argument is the index of a cell or free variable among the fast locals.
    pub const fn has_free(self) -> bool {
        self.0 & flag::free != 0
    }
}

macro_rules! derive {
    (
        ($oparg:ident)
        base { $($num:literal $name:ident $cache:literal
            ($($in:ident $([$inn:expr])?),* -- $($out:ident $([$outn:expr])?),*) $($flag:ident)*;)* }
        specialized { $($snum:literal $sname:ident $family:ident $($sflag:ident)*;)* }
        instrumented { $($inum:literal $iname:ident
            ($($iin:ident $([$iinn:expr])?),* -- $($iout:ident $([$ioutn:expr])?),*) $($iflag:ident)*;)* }
        pseudo { $($pnum:literal $pname:ident
            ($($pin:ident $([$pinn:expr])?),* -- $($pout:ident $([$poutn:expr])?),*) $($pflag:ident)*;)* }
    ) => {
        /// An instruction, by CPython's name and number. Those from 256 on are the compiler's
        /// pseudo-instructions.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[repr(u16)]
        pub enum Opcode {
            $($name = $num,)*
            $($sname = $snum,)*
            $($iname = $inum,)*
            $($pname = $pnum,)*
        }

        /// The numbers of the real instructions, as they stand in `co_code`.
        pub mod op {
            $(pub const $name: u8 = $num;)*
            $(pub const $sname: u8 = $snum;)*
            $(pub const $iname: u8 = $inum;)*
        }

        /// Every row: base, specialised, instrumented, pseudo, in the table's order.
        pub const ALL: &[Opcode] = &[
            $(Opcode::$name,)* $(Opcode::$sname,)* $(Opcode::$iname,)* $(Opcode::$pname,)*
        ];

        /// The specialised instructions with their families.
        pub const SPECIALIZED: &[(Opcode, Opcode)] = &[$((Opcode::$sname, Opcode::$family),)*];

        /// The instruction of each number.
        static BY_NUMBER: [Option<Opcode>; TABLE_SIZE] = {
            let mut t = [None; TABLE_SIZE];
            $(t[$num] = Some(Opcode::$name);)*
            $(t[$snum] = Some(Opcode::$sname);)*
            $(t[$inum] = Some(Opcode::$iname);)*
            $(t[$pnum] = Some(Opcode::$pname);)*
            t
        };

        static FLAGS: [Flags; TABLE_SIZE] = {
            let mut t = [Flags(0); TABLE_SIZE];
            $(t[$num] = Flags(0 $(| flag::$flag)*);)*
            $(t[$snum] = Flags(0 $(| flag::$sflag)*);)*
            $(t[$inum] = Flags(0 $(| flag::$iflag)*);)*
            $(t[$pnum] = Flags(0 $(| flag::$pflag)*);)*
            t
        };

        /// Inline cache entries (16-bit units) that follow each instruction, by number. Zero for the
        /// instrumented ones, whose base instruction only the code object's monitoring data knows.
        pub static CACHES: [u8; 256] = {
            let mut t = [0; 256];
            $(t[$num] = $cache;)*
            $(t[$snum] = t[op::$family as usize];)*
            t
        };

        /// For each real instruction the one it was specialised from, else itself.
        pub static DEOPT: [u8; 256] = {
            let mut t = [0; 256];
            $(t[$num] = $num;)*
            $(t[$snum] = op::$family;)*
            $(t[$inum] = $inum;)*
            t
        };

        impl Opcode {
            /// CPython's name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Opcode::$name => stringify!($name),)*
                    $(Opcode::$sname => stringify!($sname),)*
                    $(Opcode::$iname => stringify!($iname),)*
                    $(Opcode::$pname => stringify!($pname),)*
                }
            }

            /// The number of stack items the instruction takes (a block push: when its jump is taken).
            pub const fn popped(self, $oparg: i32) -> i32 {
                let _ = $oparg;
                match self {
                    $(Opcode::$name => count!($($in $([$inn])?),*),)*
                    $(Opcode::$iname => count!($($iin $([$iinn])?),*),)*
                    $(Opcode::$pname => count!($($pin $([$pinn])?),*),)*
                    $(Opcode::$sname => Opcode::$family.popped($oparg),)*
                }
            }

            /// The number of stack items the instruction leaves (a block push: when its jump is taken).
            pub const fn pushed(self, $oparg: i32) -> i32 {
                let _ = $oparg;
                match self {
                    $(Opcode::$name => count!($($out $([$outn])?),*),)*
                    $(Opcode::$iname => count!($($iout $([$ioutn])?),*),)*
                    $(Opcode::$pname => count!($($pout $([$poutn])?),*),)*
                    $(Opcode::$sname => Opcode::$family.pushed($oparg),)*
                }
            }
        }
    };
}

/// One more than the highest pseudo-instruction.
const TABLE_SIZE: usize = 268;

/// Instructions from this number on read their argument.
pub const HAVE_ARGUMENT: u8 = 44;
/// Instructions from this number on are instrumented.
pub const MIN_INSTRUMENTED_OPCODE: u8 = 236;

crate::opcodes!(derive);

impl Opcode {
    /// The instruction of this number, pseudo-instructions included.
    pub fn from_number(number: u16) -> Option<Opcode> {
        BY_NUMBER.get(usize::from(number)).copied().flatten()
    }

    /// The number CPython gives it.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// What its argument means.
    pub fn flags(self) -> Flags {
        FLAGS[usize::from(self.number())]
    }

    /// Inline cache entries (16-bit units) that follow it.
    pub fn caches(self) -> usize {
        CACHES.get(usize::from(self.number())).map_or(0, |&n| usize::from(n))
    }

    /// The instruction it was specialised from, else itself.
    pub fn deopt(self) -> Opcode {
        let base = DEOPT.get(usize::from(self.number())).map_or(self.number(), |&n| u16::from(n));
        Opcode::from_number(base).unwrap_or(self)
    }

    /// Exists only inside the compiler.
    pub const fn is_pseudo(self) -> bool {
        self.number() >= 256
    }

    /// Opens an exception-handling region: its target is the handler (`has_exc` of `_opcode`).
    pub const fn is_block_push(self) -> bool {
        matches!(self, Opcode::SETUP_FINALLY | Opcode::SETUP_WITH | Opcode::SETUP_CLEANUP)
    }

    /// Whether the argument is a place in the code, before assembly.
    pub fn has_target(self) -> bool {
        self.flags().has_jump() || self.is_block_push()
    }

    /// How the stack depth changes. `jump` tells whether a jump is taken; it matters for the block pushes
    /// only, which change nothing when control falls through.
    pub const fn stack_effect(self, oparg: i32, jump: bool) -> i32 {
        if self.is_block_push() && !jump { 0 } else { self.pushed(oparg) - self.popped(oparg) }
    }
}

/// `_opcode.stack_effect`: `None` for what is no base, instrumented or pseudo-instruction. `jump` as
/// there: `None` asks for the larger of both effects.
pub fn stack_effect(number: i32, oparg: i32, jump: Option<bool>) -> Option<i32> {
    let opcode = Opcode::from_number(u16::try_from(number).ok()?)?;
    if opcode.deopt() != opcode || opcode == Opcode::INSTRUMENTED_LINE {
        return None;
    }
    Some(opcode.stack_effect(oparg, jump.unwrap_or(true)))
}

/// `BINARY_OP`'s arguments: the name and the spelling of each operator, in order of their numbers.
pub const BINARY_OPS: [(&str, &str); 26] = [
    ("NB_ADD", "+"),
    ("NB_AND", "&"),
    ("NB_FLOOR_DIVIDE", "//"),
    ("NB_LSHIFT", "<<"),
    ("NB_MATRIX_MULTIPLY", "@"),
    ("NB_MULTIPLY", "*"),
    ("NB_REMAINDER", "%"),
    ("NB_OR", "|"),
    ("NB_POWER", "**"),
    ("NB_RSHIFT", ">>"),
    ("NB_SUBTRACT", "-"),
    ("NB_TRUE_DIVIDE", "/"),
    ("NB_XOR", "^"),
    ("NB_INPLACE_ADD", "+="),
    ("NB_INPLACE_AND", "&="),
    ("NB_INPLACE_FLOOR_DIVIDE", "//="),
    ("NB_INPLACE_LSHIFT", "<<="),
    ("NB_INPLACE_MATRIX_MULTIPLY", "@="),
    ("NB_INPLACE_MULTIPLY", "*="),
    ("NB_INPLACE_REMAINDER", "%="),
    ("NB_INPLACE_OR", "|="),
    ("NB_INPLACE_POWER", "**="),
    ("NB_INPLACE_RSHIFT", ">>="),
    ("NB_INPLACE_SUBTRACT", "-="),
    ("NB_INPLACE_TRUE_DIVIDE", "/="),
    ("NB_INPLACE_XOR", "^="),
];

/// What `BINARY_OP`'s argument adds to an operator's number for its in-place form.
pub const INPLACE: u32 = 13;

macro_rules! intrinsics {
    ($(#[$doc:meta])* $table:ident $c_names:ident: $($num:literal $name:ident)*) => {
        $(pub const $name: u32 = $num;)*
        $(#[$doc])*
        pub const $table: &[&str] = &[$(stringify!($name)),*];
        /// The same for C.
        pub const $c_names: &[&core::ffi::CStr] = &[$(
            match core::ffi::CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => unreachable!(),
            }
        ),*];
    };
}

/// The arguments of `CALL_INTRINSIC_1` and `CALL_INTRINSIC_2`.
pub mod intrinsic {
    intrinsics! {
        /// `CALL_INTRINSIC_1`'s functions by number.
        UNARY UNARY_C_NAMES:
        0 INTRINSIC_1_INVALID
        1 INTRINSIC_PRINT
        2 INTRINSIC_IMPORT_STAR
        3 INTRINSIC_STOPITERATION_ERROR
        4 INTRINSIC_ASYNC_GEN_WRAP
        5 INTRINSIC_UNARY_POSITIVE
        6 INTRINSIC_LIST_TO_TUPLE
        7 INTRINSIC_TYPEVAR
        8 INTRINSIC_PARAMSPEC
        9 INTRINSIC_TYPEVARTUPLE
        10 INTRINSIC_SUBSCRIPT_GENERIC
        11 INTRINSIC_TYPEALIAS
    }
    intrinsics! {
        /// `CALL_INTRINSIC_2`'s functions by number.
        BINARY BINARY_C_NAMES:
        0 INTRINSIC_2_INVALID
        1 INTRINSIC_PREP_RERAISE_STAR
        2 INTRINSIC_TYPEVAR_WITH_BOUND
        3 INTRINSIC_TYPEVAR_WITH_CONSTRAINTS
        4 INTRINSIC_SET_FUNCTION_TYPE_PARAMS
        5 INTRINSIC_SET_TYPEPARAM_DEFAULT
    }
}

/// The bits of `SET_FUNCTION_ATTRIBUTE`'s argument.
pub mod function_attribute {
    pub const DEFAULTS: u32 = 0x01;
    pub const KWDEFAULTS: u32 = 0x02;
    pub const ANNOTATIONS: u32 = 0x04;
    pub const CLOSURE: u32 = 0x08;
}

/// `RESUME`'s argument: where execution starts or goes on.
pub mod resume {
    pub const AT_FUNC_START: u32 = 0;
    pub const AFTER_YIELD: u32 = 1;
    pub const AFTER_YIELD_FROM: u32 = 2;
    pub const AFTER_AWAIT: u32 = 3;
    pub const LOCATION_MASK: u32 = 0x3;
    /// Set when the instruction stands at exception-table depth 1.
    pub const DEPTH1_MASK: u32 = 0x4;
}
