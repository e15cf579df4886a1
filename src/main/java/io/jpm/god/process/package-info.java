/// Manages the processes of the instances: spawning, environment, IPC messages, health monitoring,
/// log capture and balancing.
@NullMarked
package io.jpm.god.process;

import org.jspecify.annotations.NullMarked;
