/// Control groups: the limits of trees, and what the kernel does about their memory.
@NullMarked
package io.jpm.os.linux.cgroup;

import org.jspecify.annotations.NullMarked;
