/// Commands that show, follow and rotate logs, and `jpm attach`.
@NullMarked
package io.jpm.console.logs;

import org.jspecify.annotations.NullMarked;
