/// The contract of every host ([io.jpm.os.ProcessHostContract]), and the fixtures to test it.
@NullMarked
package io.jpm.os;

import org.jspecify.annotations.NullMarked;
