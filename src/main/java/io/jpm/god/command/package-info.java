/// The commands that God obeys.
@NullMarked
package io.jpm.god.command;

import org.jspecify.annotations.NullMarked;
