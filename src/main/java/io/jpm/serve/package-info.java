/// The static file server of `jpm serve`: a separate program, started by `bin/jpm-serve`, that the
/// daemon supervises like any other app. It does not depend on the daemon and is configured through
/// its environment.
@NullMarked
package io.jpm.serve;

import org.jspecify.annotations.NullMarked;
