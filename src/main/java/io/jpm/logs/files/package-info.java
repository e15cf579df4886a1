/// The names of log files and of the files that belong to them, and the format of their time
/// indexes. Start with [io.jpm.logs.files.LogFileNames].
@NullMarked
package io.jpm.logs.files;

import org.jspecify.annotations.NullMarked;
