/// Texts and their grammars: shell lines, variables in texts, env files, patterns of time, bytes
/// that are no UTF-8.
@NullMarked
package io.jpm.model.text;

import org.jspecify.annotations.NullMarked;
