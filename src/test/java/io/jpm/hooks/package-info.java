/// Tests of hooks: commands and webhooks that are notified of events.
@NullMarked
package io.jpm.hooks;

import org.jspecify.annotations.NullMarked;
