/// The IPC channel between the daemon and a process, and the pipe that serves as an app's standard
/// input.
@NullMarked
package io.jpm.os.linux.channel;

import org.jspecify.annotations.NullMarked;
