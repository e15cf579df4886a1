/// The log buffer: output between the pipes and the log files, in memory that outlives the daemon.
/// Start with [io.jpm.logs.buffer.LogBuffer] and [io.jpm.logs.buffer.LogStream].
@NullMarked
package io.jpm.logs.buffer;

import org.jspecify.annotations.NullMarked;
