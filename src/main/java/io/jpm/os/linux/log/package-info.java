/// Log files and the named pipes that apps print into.
@NullMarked
package io.jpm.os.linux.log;

import org.jspecify.annotations.NullMarked;
