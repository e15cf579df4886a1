/// Commands that read and change the key-value store: `get`, `conf`, `set`, `multiset` and `unset`.
@NullMarked
package io.jpm.console.store;

import org.jspecify.annotations.NullMarked;
