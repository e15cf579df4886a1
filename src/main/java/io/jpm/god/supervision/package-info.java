/// Runs the pure steps of `supervise` for each instance and performs their effects, in the order
/// that dependencies ask for.
@NullMarked
package io.jpm.god.supervision;

import org.jspecify.annotations.NullMarked;
