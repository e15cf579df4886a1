/// Runs the state machine in `supervise` for each instance and performs its effects. Starts and
/// stops instances in the order of their dependencies.
@NullMarked
package io.jpm.god.supervision;

import org.jspecify.annotations.NullMarked;
