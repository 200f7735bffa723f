//! `import`.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::ops;
use crate::import;

ops! { (sp, frame, ts, arg)
    IMPORT_NAME {
        let names = sp.pop();
        let level = sp.pop();
        sp.push(import::import_name(frame, frame.code().name_at(arg), &names, &level)?);
    }

    IMPORT_FROM {
        sp.push(import::import_from(sp.peek(1), frame.code().name_at(arg))?);
    }
}
