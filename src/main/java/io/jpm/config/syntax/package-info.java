/// The formats of process files and settings, JSON5 and YAML, parsed with the lines of their
/// values.
@NullMarked
package io.jpm.config.syntax;

import org.jspecify.annotations.NullMarked;
