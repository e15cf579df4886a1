/// What the kernel shows of processes in `/proc`, holds on processes, and the tags by which a tree
/// is recognized.
@NullMarked
package io.jpm.os.linux.proc;

import org.jspecify.annotations.NullMarked;
