/// Reads processes from `/proc`, refers to processes by pidfds, and recognizes the processes of a
/// tree by their tags.
@NullMarked
package io.jpm.os.linux.proc;

import org.jspecify.annotations.NullMarked;
