/// The functions of the C library and what they take: addresses, paths, descriptors and error
/// numbers, and the thread that waits for events.
@NullMarked
package io.jpm.os.linux.libc;

import org.jspecify.annotations.NullMarked;
