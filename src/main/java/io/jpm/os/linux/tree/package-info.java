/// Process trees: their members, their termination, their resource usage and their leftovers.
@NullMarked
package io.jpm.os.linux.tree;

import org.jspecify.annotations.NullMarked;
