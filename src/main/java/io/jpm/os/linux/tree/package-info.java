/// Process trees: their members, how they are ended, their resource usage and their leftovers.
@NullMarked
package io.jpm.os.linux.tree;

import org.jspecify.annotations.NullMarked;
