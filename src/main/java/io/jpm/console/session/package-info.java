/// One request of a client: its words and terminal, its queue of output, and the questions to the
/// other verticles.
@NullMarked
package io.jpm.console.session;

import org.jspecify.annotations.NullMarked;
