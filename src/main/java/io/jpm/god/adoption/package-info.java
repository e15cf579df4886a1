/// Adoption of the processes that an earlier daemon left running, and treatment of those that are
/// gone, unlisted or stale.
@NullMarked
package io.jpm.god.adoption;

import org.jspecify.annotations.NullMarked;
