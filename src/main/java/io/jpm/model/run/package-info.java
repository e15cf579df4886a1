/// What is true of a process: its identity, phase, signals, exit and usage.
@NullMarked
package io.jpm.model.run;

import org.jspecify.annotations.NullMarked;
