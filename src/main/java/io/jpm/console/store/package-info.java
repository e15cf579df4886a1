/// Commands for the key-value store: get, set, unset.
@NullMarked
package io.jpm.console.store;

import org.jspecify.annotations.NullMarked;
