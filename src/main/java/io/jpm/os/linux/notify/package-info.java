/// Messages to and from the service manager: `sd_notify(3)` of apps and of the daemon, and messages
/// to the system log.
@NullMarked
package io.jpm.os.linux.notify;

import org.jspecify.annotations.NullMarked;
