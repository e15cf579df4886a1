/// Parsers for the formats of process files and settings, JSON5 and YAML. They record the line of
/// each value.
@NullMarked
package io.jpm.config.syntax;

import org.jspecify.annotations.NullMarked;
