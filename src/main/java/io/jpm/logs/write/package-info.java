/// Output from memory into log files: in whole lines, in the app's format, rotated at line ends,
/// within limits. Start with [io.jpm.logs.write.LogWriters]; a `DiskLane` is the thread of one
/// disk, a `StreamWriter` moves one stream, a `LogTarget` is one file, `RotatedStorage` and
/// `LogCompressor` see to what has been rotated.
@NullMarked
package io.jpm.logs.write;

import org.jspecify.annotations.NullMarked;
