/// The command `jpm completion`: the scripts that it prints, and the completions that these request
/// at TAB.
@NullMarked
package io.jpm.console.completion;

import org.jspecify.annotations.NullMarked;
