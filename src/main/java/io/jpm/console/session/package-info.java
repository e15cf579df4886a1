/// Handles a single request from a client: its arguments and terminal, its output queue, and the
/// requests to other verticles.
@NullMarked
package io.jpm.console.session;

import org.jspecify.annotations.NullMarked;
