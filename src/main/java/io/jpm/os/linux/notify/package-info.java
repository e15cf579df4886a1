/// Notifications: `sd_notify(3)` messages from apps to the daemon and from the daemon to the
/// service manager, and messages to the system log.
@NullMarked
package io.jpm.os.linux.notify;

import org.jspecify.annotations.NullMarked;
