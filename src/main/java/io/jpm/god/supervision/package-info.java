/// Runs the steps of `supervise` for each instance and performs their effects, in the order of
/// dependencies.
@NullMarked
package io.jpm.god.supervision;

import org.jspecify.annotations.NullMarked;
