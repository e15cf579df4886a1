/// The keeper process, and the descriptors that it holds while no daemon is running: listening
/// sockets and pidfds.
@NullMarked
package io.jpm.os.linux.keeper;

import org.jspecify.annotations.NullMarked;
