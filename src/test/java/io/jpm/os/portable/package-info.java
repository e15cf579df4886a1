/// Tests of the portable host against the contracts.
@NullMarked
package io.jpm.os.portable;

import org.jspecify.annotations.NullMarked;
