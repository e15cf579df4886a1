/// Interfaces and records of the operating system. [io.jpm.os.ProcessHost] defines what the rest of
/// jpm needs: create a process, learn how it ended, end its whole tree, capture its output, and
/// find it again after the daemon died.
///
/// `os.linux` implements this with posix_spawn, pidfd and epoll through the Foreign Function &
/// Memory API. `os.portable` implements it with `ProcessBuilder` and guarantees less. One contract
/// test runs against both. The package depends on `model` only.
@NullMarked
package io.jpm.os;

import org.jspecify.annotations.NullMarked;
