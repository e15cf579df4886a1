/// The log buffer: output between the pipes and the log files, in memory that outlives the daemon.
/// Start with [io.jpm.logs.memory.LogMemory] and [io.jpm.logs.memory.LogStream].
@NullMarked
package io.jpm.logs.memory;

import org.jspecify.annotations.NullMarked;
