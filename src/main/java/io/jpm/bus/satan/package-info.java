/// Commands, replies and reports of Satan, and subscriptions to resource usage.
@NullMarked
package io.jpm.bus.satan;

import org.jspecify.annotations.NullMarked;
