/// Processes: identity, phase, signals, exit and resource usage.
@NullMarked
package io.jpm.model.run;

import org.jspecify.annotations.NullMarked;
