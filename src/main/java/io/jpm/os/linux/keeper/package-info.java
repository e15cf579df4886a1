/// The keeper process, and the stores that it holds while no daemon runs: listening sockets and
/// pidfds.
@NullMarked
package io.jpm.os.linux.keeper;

import org.jspecify.annotations.NullMarked;
