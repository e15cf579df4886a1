/// Processes by the means of the JDK, for systems without the calls that `os.linux` needs. Start
/// with [io.jpm.os.portable.PortableProcessHost], which says what it cannot promise. The room knows
/// `os` and `model` only.
@NullMarked
package io.jpm.os.portable;

import org.jspecify.annotations.NullMarked;
