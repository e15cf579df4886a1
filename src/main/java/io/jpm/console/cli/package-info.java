/// The grammar of the command line: verbs and options, the parser of arguments, and help.
@NullMarked
package io.jpm.console.cli;

import org.jspecify.annotations.NullMarked;
