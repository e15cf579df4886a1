/// Bindings of the C library and the data types that they use: addresses, paths, descriptors and
/// error numbers. Also contains the reactor, whose thread waits for events.
@NullMarked
package io.jpm.os.linux.libc;

import org.jspecify.annotations.NullMarked;
