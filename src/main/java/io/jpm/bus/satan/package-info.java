/// Satan's commands, replies and reports, and subscriptions to resource usage.
@NullMarked
package io.jpm.bus.satan;

import org.jspecify.annotations.NullMarked;
