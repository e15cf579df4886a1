/// Values as they stand in a file, with their place: how they are read, and the problems that are
/// found.
@NullMarked
package io.jpm.config.values;

import org.jspecify.annotations.NullMarked;
