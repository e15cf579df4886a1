/// Commands and replies that concern the daemon itself: shutdown, heartbeat, servers, keeper and
/// diagnosis.
@NullMarked
package io.jpm.bus.daemon;

import org.jspecify.annotations.NullMarked;
