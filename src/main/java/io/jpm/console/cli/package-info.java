/// The command line syntax: the commands and their options, the parser, and the help texts.
@NullMarked
package io.jpm.console.cli;

import org.jspecify.annotations.NullMarked;
