/// Tests of the Linux host beyond the common contracts.
@NullMarked
package io.jpm.os.linux;

import org.jspecify.annotations.NullMarked;
