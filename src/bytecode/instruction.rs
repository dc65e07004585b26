//! The instruction table: the one place where an instruction is declared. Encoder, verifier, disassembler and the
//! dispatch of the machine all read it.
//!
//! An instruction is a 32-bit word, `opcode | a << 8 | b << 16 | c << 24`, followed by its extension words. The
//! operands b and c may form one 16-bit operand d.

/// What an operand byte (or pair of bytes) means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    Unused,
    /// A register that is read.
    Read,
    /// A register that is written.
    Write,
    /// A register that is read and written.
    Update,
    /// First register of a call window or of a row of values; how many are used is in the [`Operand::Count`].
    Window,
    /// A number of registers of the window, or a plain small number.
    Count,
    /// First of the three registers of a running loop.
    Loop,
    /// Signed 8-bit number.
    Small,
    /// Constant of the function, 8 bits.
    Constant8,
    /// Fuel of the straight run that follows when a branch is not taken.
    Fall,
    // 16 bits:
    Constant,
    Int,
    Global,
    Outer,
    Cell,
    // Extension words:
    /// `distance << 8 | fuel`: a signed distance in words from the end of the instruction, and the fuel of the straight
    /// run at the target.
    Jump,
    Site,
    Function,
    Builtin,
    GlobalWord,
    Layout,
    /// A variant of an enum: index into the program's tags.
    Tag,
    ConstantWord,
    Import,
    Amount,
}

/// The declaration of one instruction.
#[derive(Clone, Copy, Debug)]
pub struct Instruction {
    pub name: &'static str,
    pub opcode: u8,
    /// Operands of the first word: a, b, c; where the second is a 16-bit kind the third is unused.
    pub operands: [Operand; 3],
    pub extensions: &'static [Operand],
    pub effect: &'static str,
}

impl Instruction {
    /// Length in words.
    pub fn length(&self) -> usize {
        1 + self.extensions.len()
    }

    /// Whether the 16 bits of b and c are one operand.
    pub fn is_wide(&self) -> bool {
        matches!(self.operands[1], Operand::Constant | Operand::Int | Operand::Global | Operand::Outer | Operand::Cell)
    }
}

macro_rules! instructions {
    ($($code:ident $name:ident [$a:ident $b:ident $c:ident] [$($ext:ident)*] $effect:literal;)*) => {
        /// Opcodes as constants, for building and for dispatch.
        pub mod op {
            #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
            #[repr(u8)]
            enum Number { $($code,)* }
            $(#[doc = $effect] pub const $code: u8 = Number::$code as u8;)*
        }

        /// All instructions, by opcode.
        pub const INSTRUCTIONS: &[Instruction] = &[
            $(Instruction {
                name: stringify!($name),
                opcode: op::$code,
                operands: [Operand::$a, Operand::$b, Operand::$c],
                extensions: &[$(Operand::$ext),*],
                effect: $effect,
            },)*
        ];
    };
}

instructions! {
    // Values and variables.
    MOVE Move [Write Read Unused] [] "a := b; the source is dead or a borrow";
    MOVE_SHARE MoveShare [Write Read Unused] [] "a := b, both owners from now on";
    SHARE Share [Read Unused Unused] [] "the value of a gets a second owner";
    BORROW Borrow [Read Unused Unused] [] "a second reference to the value of a begins";
    RELEASE Release [Read Unused Unused] [] "that reference ends";
    CLONE Clone [Update Unused Unused] [] "a := a copy of its own if a is changeable";
    LOAD_NULL LoadNull [Write Unused Unused] [] "a := null";
    LOAD_BOOL LoadBool [Write Count Unused] [] "a := b is 1";
    LOAD_INT LoadInt [Write Int Unused] [] "a := d";
    LOAD_CONSTANT LoadConstant [Write Constant Unused] [] "a := constant d";
    LOAD_FAR_CONSTANT LoadFarConstant [Write Unused Unused] [ConstantWord] "a := constant, beyond those that d can name";
    LOAD_NONE LoadNone [Write Unused Unused] [] "a := None";
    LOAD_UNSET LoadUnset [Write Unused Unused] [] "a is not created";
    LOAD_SELF LoadSelf [Write Unused Unused] [] "a := the running function";
    CHECK_SET CheckSet [Update Constant Unused] [] "raises if variable d in a is not created";
    GET_GLOBAL GetGlobal [Write Global Unused] [] "a := script variable d";
    SET_GLOBAL SetGlobal [Read Global Unused] [] "script variable d := a";
    GET_OUTER GetOuter [Write Outer Unused] [] "a := name d of the outermost scope";
    GET_CELL GetCell [Write Cell Unused] [] "a := cell d of the closure";
    SET_CELL SetCell [Read Cell Unused] [] "cell d of the closure := a";

    // Operators.
    ADD Add [Write Read Read] [] "a := b + c";
    SUBTRACT Subtract [Write Read Read] [] "a := b - c";
    MULTIPLY Multiply [Write Read Read] [] "a := b * c";
    DIVIDE Divide [Write Read Read] [] "a := b / c";
    REMAINDER Remainder [Write Read Read] [] "a := b % c";
    ADD_SMALL AddSmall [Write Read Small] [] "a := b + c, or b - (-c)";
    ADD_K AddK [Write Read Constant8] [] "a := b + constant c";
    SUBTRACT_K SubtractK [Write Read Constant8] [] "a := b - constant c";
    MULTIPLY_K MultiplyK [Write Read Constant8] [] "a := b * constant c";
    DIVIDE_K DivideK [Write Read Constant8] [] "a := b / constant c";
    REMAINDER_K RemainderK [Write Read Constant8] [] "a := b % constant c";
    ADD_OWN AddOwn [Update Read Unused] [] "a := a + b; a text is extended in place";
    NEGATE Negate [Write Read Unused] [] "a := -b";
    NOT Not [Write Read Unused] [] "a := !b";
    EQUAL Equal [Write Read Read] [] "a := b == c";
    NOT_EQUAL NotEqual [Write Read Read] [] "a := b != c";
    LESS Less [Write Read Read] [] "a := b < c";
    LESS_EQUAL LessEqual [Write Read Read] [] "a := b <= c";
    GREATER Greater [Write Read Read] [] "a := b > c";
    GREATER_EQUAL GreaterEqual [Write Read Read] [] "a := b >= c";
    INTERPOLATE Interpolate [Write Window Count] [] "a := the text forms of c values from b on, joined";

    // Control. A branch charges the fuel of the straight run that it enters.
    JUMP Jump [Unused Unused Unused] [Jump] "goes on at the target";
    FUEL Fuel [Unused Unused Unused] [Amount] "charges for the straight run that follows";
    JUMP_IF JumpIf [Read Unused Fall] [Jump] "jumps if a is truthy";
    JUMP_UNLESS JumpUnless [Read Unused Fall] [Jump] "jumps if a is falsy";
    JUMP_NULL JumpNull [Read Unused Fall] [Jump] "jumps if a is null";
    JUMP_NOT_NULL JumpNotNull [Read Unused Fall] [Jump] "jumps if a is not null";
    JUMP_LESS JumpLess [Read Read Fall] [Jump] "jumps if a < b";
    JUMP_LESS_EQUAL JumpLessEqual [Read Read Fall] [Jump] "jumps if a <= b";
    JUMP_GREATER JumpGreater [Read Read Fall] [Jump] "jumps if a > b";
    JUMP_GREATER_EQUAL JumpGreaterEqual [Read Read Fall] [Jump] "jumps if a >= b";
    JUMP_EQUAL JumpEqual [Read Read Fall] [Jump] "jumps if a == b";
    JUMP_NOT_EQUAL JumpNotEqual [Read Read Fall] [Jump] "jumps unless a == b";
    JUMP_DIFFER JumpDiffer [Read Read Fall] [Jump] "jumps if a != b";
    JUMP_NOT_DIFFER JumpNotDiffer [Read Read Fall] [Jump] "jumps unless a != b";
    JUMP_NOT_LESS JumpNotLess [Read Read Fall] [Jump] "jumps unless a < b";
    JUMP_NOT_LESS_EQUAL JumpNotLessEqual [Read Read Fall] [Jump] "jumps unless a <= b";
    JUMP_NOT_GREATER JumpNotGreater [Read Read Fall] [Jump] "jumps unless a > b";
    JUMP_NOT_GREATER_EQUAL JumpNotGreaterEqual [Read Read Fall] [Jump] "jumps unless a >= b";
    JUMP_LESS_K JumpLessK [Read Constant8 Fall] [Jump] "jumps if a < constant b";
    JUMP_LESS_EQUAL_K JumpLessEqualK [Read Constant8 Fall] [Jump] "jumps if a <= constant b";
    JUMP_GREATER_K JumpGreaterK [Read Constant8 Fall] [Jump] "jumps if a > constant b";
    JUMP_GREATER_EQUAL_K JumpGreaterEqualK [Read Constant8 Fall] [Jump] "jumps if a >= constant b";
    JUMP_EQUAL_K JumpEqualK [Read Constant8 Fall] [Jump] "jumps if a == constant b";
    JUMP_NOT_EQUAL_K JumpNotEqualK [Read Constant8 Fall] [Jump] "jumps unless a == constant b";
    JUMP_DIFFER_K JumpDifferK [Read Constant8 Fall] [Jump] "jumps if a != constant b";
    JUMP_NOT_DIFFER_K JumpNotDifferK [Read Constant8 Fall] [Jump] "jumps unless a != constant b";
    JUMP_NOT_LESS_K JumpNotLessK [Read Constant8 Fall] [Jump] "jumps unless a < constant b";
    JUMP_NOT_LESS_EQUAL_K JumpNotLessEqualK [Read Constant8 Fall] [Jump] "jumps unless a <= constant b";
    JUMP_NOT_GREATER_K JumpNotGreaterK [Read Constant8 Fall] [Jump] "jumps unless a > constant b";
    JUMP_NOT_GREATER_EQUAL_K JumpNotGreaterEqualK [Read Constant8 Fall] [Jump] "jumps unless a >= constant b";
    FOR_PREPARE ForPrepare [Loop Read Count] [] "a.. := an iteration over b; c + 1: it borrows b; c + 2: of `for await`";
    FOR_NEXT ForNext [Loop Write Fall] [Jump] "b := the next item of a.. and jumps, or goes on at the end";
    FOR_NEXT_PAIR ForNextPair [Loop Write Fall] [Jump] "b, b + 1 := the next position or key and item of a.., and jumps";
    FOR_END ForEnd [Loop Unused Unused] [] "ends the borrow of a..";
    FOR_LEAVE ForLeave [Loop Count Unused] [] "leaves the source of a..: ends an async generator, whose cleanup runs; with b = 1 ends the borrow";
    RANGE_PREPARE RangePrepare [Loop Count Unused] [] "a.. := the numbers of range(), whose b arguments are in a..";
    RANGE_NEXT RangeNext [Loop Write Fall] [Jump] "b := the next number of a.. and jumps, or goes on at the end";

    // Access.
    GET_FIELD GetField [Write Read Unused] [Site] "a := b.name";
    SET_FIELD SetField [Update Read Unused] [Site] "a.name := b; clones a if it is shared";
    UNIQUE_FIELD UniqueField [Write Update Count] [Site] "a := b.name, with both made unique for writing; a missing entry is null if c is 1";
    GET_INDEX GetIndex [Write Read Read] [] "a := b[c]";
    SET_INDEX SetIndex [Update Read Read] [] "a[b] := c; clones a if it is shared";
    UNIQUE_INDEX UniqueIndex [Write Update Read] [] "a := b[c], with both made unique for writing";

    // Construction.
    NEW_LIST NewList [Write Window Count] [] "a := an array of the c values from b on";
    LIST_UNPACK ListUnpack [Window Read Count] [] "the c registers from a on := the first elements of array b";
    LIST_PUSH ListPush [Read Window Count] [] "appends c values from b on to the new array a";
    LIST_SPREAD ListSpread [Read Read Unused] [] "appends all elements of b to the new array a";
    NEW_DICT NewDict [Write Unused Unused] [] "a := an empty dict";
    DICT_INSERT DictInsert [Read Read Read] [] "a[b] := c in the new dict a";
    DICT_SPREAD DictSpread [Read Read Unused] [] "inserts all entries of b into the new dict a";
    NEW_RECORD NewRecord [Write Window Count] [Layout] "a := a struct instance with c fields from b on";
    FIELD_LOCAL FieldLocal [Write Read Unused] [Site] "a := a copy of field name of receiver b, or not created";
    NEW_CLOSURE NewClosure [Write Unused Unused] [Function] "a := the function with its captures";
    RECAPTURE Recapture [Read Unused Unused] [Function] "captures again for closure a";
    NEW_VARIANT NewVariant [Write Window Count] [Tag] "a := the enum value, Result or Option that carries c values from b on";
    UNWRAP Unwrap [Write Read Fall] [Jump] "a := the payload of b and jumps; goes on for Err and None";

    // Patterns.
    JUMP_UNLIKE JumpUnlike [Read Read Fall] [Jump] "jumps unless a and b are equal, without operator methods";
    JUMP_UNLIKE_K JumpUnlikeK [Read Constant8 Fall] [Jump] "jumps unless a and constant b are equal, without operator methods";
    JUMP_NOT_NUMBER JumpNotNumber [Read Unused Fall] [Jump] "jumps unless a is an int or a float";
    JUMP_NOT_TAG JumpNotTag [Read Unused Fall] [Tag Jump] "jumps unless a is that variant";
    GET_PAYLOAD GetPayload [Write Read Count] [] "a := value c that variant b carries";
    JUMP_NOT_LIST JumpNotList [Read Count Fall] [Amount Jump] "jumps unless a is an array of that length (b = 0) or at least that length (b = 1)";
    GET_ITEM GetItem [Write Read Count] [Amount] "a := that element of array b, which gets a second owner, unless with c = 1 nobody else has the array, which is going to be dropped";
    LIST_REST ListRest [Write Read Unused] [Amount] "a := an array of the elements of b from that one on";
    JUMP_NOT_DICT JumpNotDict [Read Unused Fall] [Jump] "jumps unless a is a dict";
    JUMP_NO_ENTRY JumpNoEntry [Write Read Fall] [ConstantWord Jump] "a := the entry of b with that key, or jumps if there is none";
    DICT_REST DictRest [Write Window Count] [] "a := a dict of the entries of b without the c - 1 keys in the registers after it";
    JUMP_NOT_STRUCT JumpNotStruct [Read Unused Fall] [Site Jump] "jumps unless a is an instance of a struct of that name";
    JUMP_NO_FIELD JumpNoField [Write Read Fall] [Site Jump] "a := b.name, or jumps if there is no such field";

    // Calls. The callee's registers begin at the first argument.
    CALL Call [Window Count Write] [] "c := call of a with the b values after it";
    CALL_GLOBAL CallGlobal [Window Count Write] [GlobalWord] "c := call of a script variable with the b values from a on";
    CALL_BUILTIN CallBuiltin [Window Count Write] [Builtin] "c := call of a builtin with the b values from a on";
    CALL_METHOD CallMethod [Window Count Write] [Site Amount] "c := call of a method of a with the b values after it; skips the store-back code of the given length where nothing is stored back";
    SELF_CHANGED SelfChanged [Unused Unused Unused] [] "the method's self was changed by a method of a part of it";
    END_STORE_BACK EndStoreBack [Unused Unused Unused] [] "goes on with the error that the method ended with, if any";
    RAISE Raise [Count Constant Unused] [] "raises the message d, of kind immutable (0), undefined (1) or arity (2); after a method, the error that it ended with, if any";
    RETURN Return [Read Unused Unused] [] "ends the call with a";
    RETURN_NULL ReturnNull [Unused Unused Unused] [] "ends the call with null";

    IMPORT Import [Write Unused Unused] [Import] "goes on when the module has run; a := null";
    BIND_IMPORT BindImport [Unused Unused Unused] [Import] "gives script variables the values that the module exports";
    HAND_OUT HandOut [Read Unused Unused] [] "the generator gives a to whoever pulled it, and goes on here when it is pulled again";

    // Errors.
    THROW Throw [Read Unused Unused] [] "raises a";
    CATCH Catch [Write Unused Unused] [] "a := the error that was caught";
    BEGIN_FINALLY BeginFinally [Write Unused Unused] [] "a := why the finally block was entered by unwinding";
    END_FINALLY EndFinally [Read Unused Unused] [] "goes on unwinding if that is why the block was entered";
    LEAVE_FINALLY LeaveFinally [Read Unused Unused] [] "as EndFinally for a cancelled task, before the block is left";

    // Tasks (async.md 10).
    YIELD Yield [Unused Unused Unused] [] "the task goes to the back of the ready queue";
    AWAIT Await [Write Read Unused] [] "a := the result of promise b, or b itself if it is none";
    SPAWN_TASK SpawnTask [Window Count Write] [Amount] "c := the promise of a new task that calls a with the b values after it; with 1 it belongs to the innermost scope of the function's own";
    JOIN_INIT JoinInit [Write Read Count] [Amount] "a := the promise of a join of the given number of branches (0: as many as there are) in array b, with labels in the register after it; c is 0 all, 1 race, 2 any, 3 settle";
    JOIN_AWAIT JoinAwait [Write Read Unused] [] "a := the result of join b";
    ASYNC_SCOPE_ENTER AsyncScopeEnter [Write Count Unused] [] "a := a new scope; b = 1: the implicit scope of a body";
    ASYNC_SCOPE_EXIT AsyncScopeExit [Update Unused Unused] [] "ends scope a when its tasks have ended; a := what their cleanup failed with, or null";
    SUPPRESS Suppress [Read Read Unused] [] "adds the errors in a to the error that unwinding brought to the finally block with state b";
    CANCEL_TASK CancelTask [Read Unused Unused] [] "cancels promise a";

    // Events (async.md 8 and 10).
    SUSPEND Suspend [Write Unused Unused] [] "goes on when the inbound queue is not empty; a := null";
    RESUME Resume [Unused Unused Unused] [] "where a suspension lands";
    POLL Poll [Write Unused Unused] [] "a := the next inbound event, or null";
    AWAIT_EVENT AwaitEvent [Write Read Unused] [] "a := the next event of name b";
    AWAIT_BAR AwaitBar [Write Read Unused] [] "a := the next bar of source b";
    AWAIT_TICK AwaitTick [Write Read Unused] [] "goes on with the next tick of timer b; a := null";
    EMIT_EVENT EmitEvent [Read Read Unused] [] "tells the host the event of name a with payload b";
    EMIT_ALERT EmitAlert [Read Unused Unused] [] "tells the host alert a";
}

/// The kinds of error that `Raise` raises.
pub mod raised {
    pub const IMMUTABLE: u8 = 0;
    pub const UNDEFINED: u8 = 1;
    pub const ARITY: u8 = 2;
}

/// Packs a first word.
pub fn word(opcode: u8, a: u8, b: u8, c: u8) -> u32 {
    u32::from_le_bytes([opcode, a, b, c])
}

/// Packs a first word with a 16-bit operand.
pub fn wide(opcode: u8, a: u8, d: u16) -> u32 {
    opcode as u32 | (a as u32) << 8 | (d as u32) << 16
}

/// The declaration of the instruction that a word begins.
pub fn instruction_of(word: u32) -> Option<&'static Instruction> {
    INSTRUCTIONS.get((word & 0xff) as usize)
}

const _: () = assert!(INSTRUCTIONS.len() <= 256);
