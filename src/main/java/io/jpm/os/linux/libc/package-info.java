/// Bindings of the C library and their data types: addresses, paths, descriptors and error numbers,
/// and the reactor thread that waits for events.
@NullMarked
package io.jpm.os.linux.libc;

import org.jspecify.annotations.NullMarked;
