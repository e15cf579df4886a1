/// Tests of the keeper: the daemon's side with a link that is an object, the script with a daemon
/// that is another script.
@NullMarked
package io.jpm.keeper;

import org.jspecify.annotations.NullMarked;
