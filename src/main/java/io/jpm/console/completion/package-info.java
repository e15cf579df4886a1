/// What `jpm completion` prints, and what its scripts ask at TAB.
@NullMarked
package io.jpm.console.completion;

import org.jspecify.annotations.NullMarked;
