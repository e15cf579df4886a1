/// Parsers and formatters for texts: shell command lines, variable references, env files, time
/// patterns, and bytes that are not UTF-8.
@NullMarked
package io.jpm.model.text;

import org.jspecify.annotations.NullMarked;
