/// Adoption of the processes that an earlier daemon left running, handling of those that have
/// exited or are not in the list, and removal of stale pipes.
@NullMarked
package io.jpm.god.adoption;

import org.jspecify.annotations.NullMarked;
