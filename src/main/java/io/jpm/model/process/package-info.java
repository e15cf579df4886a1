/// Processes: identity, phase, signals, exit and resource usage.
@NullMarked
package io.jpm.model.process;

import org.jspecify.annotations.NullMarked;
