/// The keeper's process, and what lies with it while no daemon runs: listening sockets and how
/// processes ended.
@NullMarked
package io.jpm.os.linux.keeper;

import org.jspecify.annotations.NullMarked;
