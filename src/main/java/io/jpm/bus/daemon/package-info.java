/// What the verticles of the daemon itself are asked: its end, its heartbeat, its doors and its
/// condition.
@NullMarked
package io.jpm.bus.daemon;

import org.jspecify.annotations.NullMarked;
