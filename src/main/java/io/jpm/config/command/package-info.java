/// Which program a `script` means, and how it is run.
@NullMarked
package io.jpm.config.command;

import org.jspecify.annotations.NullMarked;
