/// Configuration values with their locations: how they are parsed, and the problems found in them.
@NullMarked
package io.jpm.config.values;

import org.jspecify.annotations.NullMarked;
