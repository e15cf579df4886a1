/// What only Linux promises.
@NullMarked
package io.jpm.os.linux;

import org.jspecify.annotations.NullMarked;
