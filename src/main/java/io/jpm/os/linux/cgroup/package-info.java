/// Cgroups: the limits of process trees and the memory events that the kernel reports for them.
@NullMarked
package io.jpm.os.linux.cgroup;

import org.jspecify.annotations.NullMarked;
