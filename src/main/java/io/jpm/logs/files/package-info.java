/// The names of log files and what belongs to them. Start with [io.jpm.logs.files.LogNames].
@NullMarked
package io.jpm.logs.files;

import org.jspecify.annotations.NullMarked;
