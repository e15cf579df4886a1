/// Runs the state machine in `supervise` for each instance and performs its effects, in the order
/// of the apps' dependencies.
@NullMarked
package io.jpm.god.supervision;

import org.jspecify.annotations.NullMarked;
