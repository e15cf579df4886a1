/// Processes of Linux by the Foreign Function & Memory API, without a line of C.
///
/// Start with [io.jpm.os.linux.LinuxProcessHost]. `Libc` is the only class that knows native
/// functions; `Reactor` is the one thread that waits for exits and for output; `TreeSweeper` is the
/// other thread, which reads `/proc` to find and signal whole trees. A child is made by `Spawner`,
/// lives in `LinuxChild`, and its exit is read by `ExitStatus`; its output goes through a
/// `PipeCapture` into a `LogSink`. The room knows `os` and `model` only.
@NullMarked
package io.jpm.os.linux;

import org.jspecify.annotations.NullMarked;
