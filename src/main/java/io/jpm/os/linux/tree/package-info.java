/// Process trees: which processes belong to one, how it ends, what it uses, and what is left of it.
@NullMarked
package io.jpm.os.linux.tree;

import org.jspecify.annotations.NullMarked;
