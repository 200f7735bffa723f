"""Start and stop; the library's start-up modules are all there is."""
