/// What God, the key-value store, the history and the watch of process files are asked, what they
/// answer, and what they tell of apps.
@NullMarked
package io.jpm.bus.god;

import org.jspecify.annotations.NullMarked;
