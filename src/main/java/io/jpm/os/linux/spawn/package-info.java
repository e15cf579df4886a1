/// How a child is made: its limits, its confinement, its terminal, and why a start is refused.
@NullMarked
package io.jpm.os.linux.spawn;

import org.jspecify.annotations.NullMarked;
