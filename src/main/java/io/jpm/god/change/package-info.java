/// How apps come into the list and leave it, for all commands that do that.
@NullMarked
package io.jpm.god.change;

import org.jspecify.annotations.NullMarked;
