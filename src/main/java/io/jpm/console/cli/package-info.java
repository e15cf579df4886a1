/// The grammar of the command line: verbs and options, the reader of arguments, and help.
@NullMarked
package io.jpm.console.cli;

import org.jspecify.annotations.NullMarked;
