/// What every host promises ([io.jpm.os.ProcessHostContract]), and the means to test it.
@NullMarked
package io.jpm.os;

import org.jspecify.annotations.NullMarked;
