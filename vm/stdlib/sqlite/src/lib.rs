//! Native modules of the standard library: sqlite.
