/// The static page server of `jpm serve`: a program of its own, started by `bin/jpm-serve`, that
/// the daemon supervises like any other. It knows nothing of the daemon and is set by its
/// environment.
@NullMarked
package io.jpm.serve;

import org.jspecify.annotations.NullMarked;
