/// Processes as they are. [io.jpm.os.ProcessHost] says in our words what the rest of jpm needs of
/// an operating system: make a process, learn of its end, end its whole tree, capture its output,
/// find it again after the daemon died.
///
/// `os.linux` does it with posix_spawn, pidfd and epoll through the Foreign Function & Memory API;
/// `os.portable` with `ProcessBuilder`, promising less. One contract test runs against both. The
/// room knows `model` only; its callers are `god` (who alone signals), `satan` (who samples) and
/// `logs`.
@NullMarked
package io.jpm.os;

import org.jspecify.annotations.NullMarked;
