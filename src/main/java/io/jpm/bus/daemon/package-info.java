/// Commands and replies of the daemon itself: its end, its heartbeat, its servers, its keeper and
/// its diagnosis.
@NullMarked
package io.jpm.bus.daemon;

import org.jspecify.annotations.NullMarked;
