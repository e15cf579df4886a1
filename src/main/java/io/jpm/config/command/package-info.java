/// Resolves the `script` of an app to the program to run.
@NullMarked
package io.jpm.config.command;

import org.jspecify.annotations.NullMarked;
