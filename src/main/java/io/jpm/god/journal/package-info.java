/// The journal of what runs, the saved list, and their JSON; files that survive a crash at any
/// point.
@NullMarked
package io.jpm.god.journal;

import org.jspecify.annotations.NullMarked;
