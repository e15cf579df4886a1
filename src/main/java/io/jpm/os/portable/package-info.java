/// Controls processes by the JDK, on systems without the calls that `os.linux` needs. The entry
/// point is [io.jpm.os.portable.PortableProcessHost], which documents what it does not guarantee.
/// The package depends on `os` and `model` only.
@NullMarked
package io.jpm.os.portable;

import org.jspecify.annotations.NullMarked;
