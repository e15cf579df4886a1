/// Adds apps to the list and removes them, on behalf of all commands that change the list.
@NullMarked
package io.jpm.god.lifecycle;

import org.jspecify.annotations.NullMarked;
