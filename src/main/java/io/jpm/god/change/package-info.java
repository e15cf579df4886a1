/// Adds apps to the list and removes them, for all commands that do so.
@NullMarked
package io.jpm.god.change;

import org.jspecify.annotations.NullMarked;
