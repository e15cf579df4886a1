/// Output between pipe and file, in memory that outlives the daemon. Start with
/// [io.jpm.logs.memory.LogMemory] and [io.jpm.logs.memory.LogStream].
@NullMarked
package io.jpm.logs.memory;

import org.jspecify.annotations.NullMarked;
