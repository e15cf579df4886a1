/// Starts processes: their limits, confinement and terminals, and explanations for failed starts.
@NullMarked
package io.jpm.os.linux.spawn;

import org.jspecify.annotations.NullMarked;
