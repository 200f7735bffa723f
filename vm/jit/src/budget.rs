//! What compiling may cost.
//!
//! A program that compiled code does not make faster is to lose next to nothing by it: beyond a first grant, so much is compiled as is
//! little beside the time that the program has run, and as much more as compiled code has earned by what it did. Costs are counted in
//! operations of compiled traces.

use std::time::Duration;

/// Operations that are compiled at any rate.
const GRANT: u64 = 1000;

/// The time in which another operation is granted. One costs some 2 µs to record and compile.
const PERIOD: Duration = Duration::from_micros(80);

/// Instructions of programs that compiled code must have done for another operation: some 5 to 10 ns are won with each.
const PRICE: u64 = 300;

/// Whether more may be compiled after `spent` operations, in a program that has run for `time`, `work` instructions of it in compiled code.
pub fn allows(spent: u64, time: Duration, work: u64) -> bool {
    spent <= GRANT + (time.as_micros() / PERIOD.as_micros()) as u64 + work / PRICE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_pay_is_put_off() {
        let soon = Duration::from_millis(3);
        assert!(allows(GRANT, Duration::ZERO, 0));
        assert!(!allows(2 * GRANT, soon, 0));
        assert!(allows(2 * GRANT, soon, GRANT * PRICE));
        assert!(allows(2 * GRANT, PERIOD * GRANT as u32, 0));
    }
}
