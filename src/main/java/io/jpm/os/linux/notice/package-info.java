/// Messages to and from the service manager: `sd_notify(3)` of apps and of the daemon, and the
/// system's log.
@NullMarked
package io.jpm.os.linux.notice;

import org.jspecify.annotations.NullMarked;
