/// Process control for Linux with the Foreign Function & Memory API, without C code.
///
/// Start with [io.jpm.os.linux.LinuxProcessHost], which connects the parts:
///
/// - `libc` binds the functions of the C library;
/// - `spawn` starts a child with the credentials and limits of its user, which `rights` resolves;
/// - `proc` reads `/proc`, and `tree` finds, signals and measures whole process trees;
/// - `socket` contains the listening sockets, `log` the log files and the pipes that apps print
///   into;
/// - `channel` and `notice` receive the messages of apps;
/// - `cgroup` sets the limits of trees;
/// - `keeper` manages the process that outlives the daemon.
///
/// These packages depend on `os` and `model` only.
@NullMarked
package io.jpm.os.linux;

import org.jspecify.annotations.NullMarked;
