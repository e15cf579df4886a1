/// The commands that God executes.
@NullMarked
package io.jpm.god.command;

import org.jspecify.annotations.NullMarked;
