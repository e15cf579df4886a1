/// When an edit of a watched process file counts.
@NullMarked
package io.jpm.configwatch;

import org.jspecify.annotations.NullMarked;
