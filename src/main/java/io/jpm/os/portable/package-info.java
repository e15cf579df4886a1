/// Process control through the JDK, for systems without the system calls that `os.linux` requires.
/// The entry point is [io.jpm.os.portable.PortableProcessHost], which documents the guarantees that
/// it does not offer. This package depends only on `os` and `model`.
@NullMarked
package io.jpm.os.portable;

import org.jspecify.annotations.NullMarked;
