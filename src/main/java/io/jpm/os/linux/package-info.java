/// Processes of Linux by the Foreign Function & Memory API, without a line of C.
///
/// Start with [io.jpm.os.linux.LinuxProcessHost]. `Libc`, `DiskCalls`, `SocketCalls`,
/// `ParcelCalls`, `KeeperCalls` and `Accounts` are the classes that know native functions; a
/// `Reactor` is a thread that waits, one for exits and one for output; `TreeSweeper` reads `/proc`
/// to find and signal whole trees. A child is made by `Spawner`, lives in `LinuxChild`, and its
/// exit is read by `ExitStatus`; its output is read by a `PipeSource` into memory, and whoever asks
/// `LinuxLogDisk` for a `LinuxAppendFile` writes it. `LinuxListenSockets` has the listening
/// sockets. The room knows `os` and `model` only.
@NullMarked
package io.jpm.os.linux;

import org.jspecify.annotations.NullMarked;
