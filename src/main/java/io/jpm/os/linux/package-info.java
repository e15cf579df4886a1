/// Processes of Linux by the Foreign Function & Memory API, without a line of C.
///
/// Start with [io.jpm.os.linux.LinuxProcessHost], which puts the parts together: `libc` has the
/// functions of the C library; `spawn` makes a child with the `rights` and limits of its user;
/// `proc` reads what the kernel shows of processes, and `tree` finds, signals and measures whole
/// trees; `socket` has the listening sockets, `log` the log files and the pipes that apps print
/// into, `channel` and `notice` what apps say, `cgroup` the limits of trees, and `keeper` what
/// lives on without a daemon. The packages know `os` and `model` only.
@NullMarked
package io.jpm.os.linux;

import org.jspecify.annotations.NullMarked;
