/// Commands that show the state of apps, of the daemon and of the machine.
@NullMarked
package io.jpm.console.inspect;

import org.jspecify.annotations.NullMarked;
