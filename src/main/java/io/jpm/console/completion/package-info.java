/// The command `jpm completion`: the scripts that it prints, and the completions that the scripts
/// request when the user presses TAB.
@NullMarked
package io.jpm.console.completion;

import org.jspecify.annotations.NullMarked;
