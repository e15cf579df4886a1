/// Starts children: their limits, confinement and terminals, and the explanations of failed starts.
@NullMarked
package io.jpm.os.linux.spawn;

import org.jspecify.annotations.NullMarked;
