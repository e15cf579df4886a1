/// Process control for Linux through the Foreign Function & Memory API, without C code.
///
/// The entry point is [io.jpm.os.linux.LinuxProcessHost], which connects the packages:
///
/// - `libc` binds the functions of the C library.
/// - `spawn` starts a process with the credentials and limits of its user, which `credentials`
///   determines.
/// - `proc` reads `/proc`; `tree` finds, signals and measures whole process trees.
/// - `socket` manages the listening sockets; `log` manages the log files and the pipes that apps
///   write their output to.
/// - `channel` and `notify` receive messages from apps.
/// - `cgroup` enforces the limits of process trees.
/// - `keeper` manages the process that outlives the daemon.
///
/// These packages depend only on `os` and `model`.
@NullMarked
package io.jpm.os.linux;

import org.jspecify.annotations.NullMarked;
