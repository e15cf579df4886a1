/// Log files, and the named pipes that apps write their output to.
@NullMarked
package io.jpm.os.linux.log;

import org.jspecify.annotations.NullMarked;
