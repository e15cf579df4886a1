/// Tests of the keeper: the daemon's side with a simulated connection, the script with another
/// script as the daemon.
@NullMarked
package io.jpm.keeper;

import org.jspecify.annotations.NullMarked;
