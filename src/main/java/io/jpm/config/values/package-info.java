/// Configuration values with their locations, their parsers, and the problems found in them.
@NullMarked
package io.jpm.config.values;

import org.jspecify.annotations.NullMarked;
