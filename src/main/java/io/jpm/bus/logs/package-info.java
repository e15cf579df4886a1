/// LogAggregator's commands and replies, and subscriptions to lines as they are printed.
@NullMarked
package io.jpm.bus.logs;

import org.jspecify.annotations.NullMarked;
