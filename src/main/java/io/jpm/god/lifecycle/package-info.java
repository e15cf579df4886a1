/// Adds apps to the list and removes them, for all commands that do so.
@NullMarked
package io.jpm.god.lifecycle;

import org.jspecify.annotations.NullMarked;
