/// The key-value store behind `jpm set` and `jpm get`.
@NullMarked
package io.jpm.god.store;

import org.jspecify.annotations.NullMarked;
