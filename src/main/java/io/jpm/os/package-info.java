/// The interface to the operating system. [io.jpm.os.ProcessHost] defines what the rest of jpm
/// needs: create a process, determine how it exited, terminate its whole tree, capture its output,
/// and find it again after the daemon has died.
///
/// `os.linux` implements it with posix_spawn, pidfd and epoll through the Foreign Function & Memory
/// API. `os.portable` implements it with `ProcessBuilder` and offers weaker guarantees. Both must
/// pass the same contract test. This package depends only on `model`.
@NullMarked
package io.jpm.os;

import org.jspecify.annotations.NullMarked;
