/// Writes output from the log buffer to log files: in whole lines, in the app's format, rotated at
/// line ends, and within limits.
///
/// Start with [io.jpm.logs.write.LogCapture]. A `DiskExecutor` is the thread of one disk, a
/// `StreamWriter` moves one stream, and a `LogFileWriter` writes one file. `RetentionEnforcer` and
/// `LogCompressor` manage rotated files.
@NullMarked
package io.jpm.logs.write;

import org.jspecify.annotations.NullMarked;
