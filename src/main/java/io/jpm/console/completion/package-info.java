/// Implements `jpm completion`, which prints the completion scripts and computes the completions
/// that the scripts request when the user presses TAB.
@NullMarked
package io.jpm.console.completion;

import org.jspecify.annotations.NullMarked;
