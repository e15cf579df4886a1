/// Configuration values with their locations, parsers for them, and the problems found in them.
@NullMarked
package io.jpm.config.values;

import org.jspecify.annotations.NullMarked;
