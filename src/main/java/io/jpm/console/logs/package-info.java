/// Commands that show, follow and rotate logs, and that attach to an app's terminal.
@NullMarked
package io.jpm.console.logs;

import org.jspecify.annotations.NullMarked;
